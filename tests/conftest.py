"""Build the book once for all tests that read its pages."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from filelock import FileLock

from tests.builds import Build, build

# A thread of torch that waits for the others shall sleep: half of the time of a kernel went there.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

Once = Callable[[str, Callable[[Path], None]], Path]


def pytest_sessionstart() -> None:
    """Keep from the programs that tests start which change mutmut tries: it sees none of them."""
    os.environ.pop("MUTANT_UNDER_TEST", None)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Let the first process that asks for a folder fill it, and the others wait for it."""
    root = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        root = root.parent  # of all the processes of this run

    def once(name: str, fill: Callable[[Path], None]) -> Path:
        folder, filled = root / name, root / f"{name}.filled"
        with FileLock(root / f"{name}.lock"):
            if not filled.exists():
                fill(folder)
                filled.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def site(once: Once) -> Build:
    """The whole book, built from nothing."""

    def fill(folder: Path) -> None:
        told = json.dumps(asdict(build(folder)), default=str)
        (folder / "site.json").write_text(told, "utf-8")

    told = json.loads((once("site", fill) / "site.json").read_text("utf-8"))
    return Build(**told | {"html": Path(told["html"])})
