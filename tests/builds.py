"""Build a book as `make html` does, and tell what came of it."""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from io import StringIO
from pathlib import Path
from pkgutil import walk_packages
from unittest import mock

import pytest
from bs4 import BeautifulSoup

from tests.ready import sphinx

ROOT = Path(__file__).parents[1]
# Where the pages of the book are in its site.
PAGES = sorted(
    page.relative_to(ROOT / "book").with_suffix(".html").as_posix()
    for page in (ROOT / "book").rglob("*.md")
)
FILES = ("conf.py", "pyproject.toml", "requirements.lock", "LICENSE", "book/appendix/terms.yml")

PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
---

# 試し

"""


@dataclass(frozen=True)
class Build:
    """One run of sphinx-build."""

    html: Path
    returncode: int
    log: str

    @property
    def executed(self) -> int:
        """How many pages this run executed, as it says itself."""
        return int(re.search(r"(?:うち今回実行|executed now:) (\d+)", self.log)[1])

    @property
    def told(self) -> list[tuple[str, str]]:
        """The pages of which literate has told something, each with the kind of that."""
        one = r"/(\w+)\.md:\d+: WARNING: (?:(?!WARNING).)*?\[literate\.(\w+)\]"
        return re.findall(one, self.log, re.S)

    @property
    def pages(self) -> list[str]:
        """The addresses of all its pages."""
        files = (file.relative_to(self.html) for file in sorted(self.html.rglob("*.html")))
        return [str(file) for file in files if file.parts[0] != "_static"]


def read(page: Path) -> BeautifulSoup:
    """A built page, for looking at only: who changes it takes a copy."""
    return _parsed(page.read_text("utf-8"))


@cache
def _parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def build(
    out: Path,
    *options: str,
    source: Path = ROOT / "book",
    conf: Path = ROOT,
    builder: str = "html",
    seen: bool = False,
) -> Build:
    """Build `source` with the settings and the packages of `conf` into `out`.

    While mutmut changes the code, only what is to be ``seen`` by it is built.
    """
    html = out / builder
    command = ["-nW", "--keep-going", "-j", "2", "--no-color", "-b", builder, *options]
    command += ["-D", "show_warning_types=1"]  # as Sphinx does by itself from 8.0 on
    command += ["-c", str(conf), "-d", str(out / "doctrees"), str(source), str(html)]
    environment = environment_of(conf)
    if "mutmut" in sys.modules:
        if not seen:
            pytest.skip("mutmut sees nothing of other processes, and waits for each change")
        return build_here(html, command, environment)
    return Build(html, *sphinx(command, environment))


def environment_of(conf: Path) -> dict[str, str]:
    """The variables with which a book is built."""
    # torch.compile sets the one and reads others: a page that was built before would be run again.
    unlike = ("TORCHINDUCTOR_CACHE_DIR", "PYTEST_")
    given = {name: value for name, value in os.environ.items() if not name.startswith(unlike)}
    return given | {
        "SOURCE_DATE_EPOCH": "1750000000",
        "PYTHONPATH": os.pathsep.join([str(conf / "src"), str(ROOT / "src")]),
        "PYTHONHASHSEED": "0",
    }


def build_here(html: Path, command: list[str], environment: dict[str, str]) -> Build:
    """Build in this very process: mutmut sees only there which code a test runs.

    A warning of what will be gone is an error here, as in any test, if it is for code of ours.
    """
    from sphinx.cmd.build import main

    import_all()
    log = StringIO()
    with (
        mock.patch.dict(os.environ, environment),
        redirect_stdout(log),
        redirect_stderr(log),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", module=r"(?!booksite|literate|neuron)")
        returncode = main([*command, "-j", "1"])
    return Build(html, returncode, log.getvalue())


@cache
def import_all() -> None:
    """Import all code of ours: what a first build imports would be new to the second."""
    for name in ("booksite", "literate", "neuron"):
        for module in walk_packages(import_module(name).__path__, f"{name}."):
            import_module(module.name)


def copy_project(folder: Path) -> Path:
    """A copy of all that a build reads, except the pages themselves."""
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in ("src", "book/_data", "book/_locale"):
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=shutil.ignore_patterns("__pycache__"),
            dirs_exist_ok=True,
        )
    return folder


def records(out: Path) -> dict[str, set[str]]:
    """What each page's outputs in a folder come from, each thing with what it was."""
    found = {}
    for file in out.rglob("inputs.json"):
        record = json.loads(file.read_text("utf-8"))
        things = [*record["common"].items(), *record["used"]]
        found[str(file.parent.relative_to(out))] = {" ".join(thing) for thing in things}
    return found


def changed(before: dict[str, set[str]], after: dict[str, set[str]]) -> set[str]:
    """What is not the same for some page of which there was a record."""
    return set().union(*(before[page] ^ after[page] for page in before))


def differing(one: Path, other: Path) -> list[str]:
    """The files that are not in both folders, or not with the same bytes."""
    names = {
        str(file.relative_to(folder))
        for folder in (one, other)
        for file in folder.rglob("*")
        if file.is_file()
    }
    _, different, missing = filecmp.cmpfiles(one, other, names, shallow=False)
    return sorted(different + missing)


def cell(code: str, prints: str | None = None, *, tags: str = "") -> str:
    """A code cell of a page, and the expected block after it; `...` in it stands for any text."""
    options = f":tags: [{tags}]\n" if tags else ""
    fence = f"```{{code-cell}} ipython3\n{options}{code}\n```\n"
    if prints is None:
        return fence
    options = ":options: +ELLIPSIS\n" if "..." in prints else ""
    return f"{fence}```{{testoutput}}\n{options}{prints}\n```\n"


def write_page(file: Path, *blocks: str) -> None:
    """Write a page of these blocks; one that is not the index stands in no table of contents."""
    file.parent.mkdir(parents=True, exist_ok=True)
    header = PAGE if file.stem == "index" else PAGE.replace("---", "---\norphan: true", 1)
    file.write_text(header + "\n".join(blocks), "utf-8")
