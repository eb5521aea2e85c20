"""Build the book once for all tests that read its pages."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Build:
    """One run of sphinx-build."""

    html: Path
    returncode: int
    log: str


def build(out: Path, *, source: Path = ROOT / "book", conf: Path = ROOT) -> Build:
    """Build `source` with the settings of `conf` into `out`, as `make html` does."""
    html = out / "html"
    command = [sys.executable, "-m", "sphinx", "-nW", "--keep-going", "-j", "auto", "--no-color"]
    run = subprocess.run(
        [*command, "-c", conf, "-d", out / "doctrees", source, html],
        env=os.environ
        | {
            "SOURCE_DATE_EPOCH": "1750000000",
            "PYTHONPATH": str(conf / "src"),
            "PYTHONHASHSEED": "0",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Build(html, run.returncode, run.stdout)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The whole book, built from nothing."""
    return build(tmp_path_factory.mktemp("site"))
