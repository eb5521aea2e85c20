"""Run a book in an environment of its own, with other versions of packages than the usual ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from literate.versions.runs import Run, read_book, read_build
from literate.words import _

PROJECT = ("-e", ".[book]")  # the extra of a project that has all that its book needs


class TrialError(Exception):
    """What an author can read of why packages could not be installed, or a book did not run."""


def environment(folder: Path) -> Path:
    """Return the Python of an environment in a folder, which is made where there is none."""
    python = folder / "bin" / "python"
    if not (folder / "bin" / "pip").exists():  # what is made last
        failed = _("The virtual environment cannot be made.")
        command([sys.executable, "-m", "venv", str(folder)], failed)
    return python


def pip(python: Path, *words: str) -> list[str]:
    """Return the words that call an environment's pip, which then asks and advertises nothing."""
    return [str(python), "-m", "pip", "--no-input", "--disable-pip-version-check", *words]


def install(python: Path, lock: Path, *requirements: str) -> None:
    """Install what a lock holds, and build with what it holds.

    Only the environment reaches the places in which pip builds; which variable does, depends on
    pip's version.
    """
    held = {"PIP_CONSTRAINT": str(lock), "PIP_BUILD_CONSTRAINT": str(lock)}
    words = pip(python, "install", "-qq", *requirements)
    command(words, _("The packages cannot be installed."), held)


def execute(python: Path, book: Path, folder: Path) -> Run:
    """Make a book from nothing and return its outputs, also those below a cell that fails.

    An output that is not what its page expects is the business of who asked for this run.

    Raises:
        TrialError: a page failed in any other way, or is no part of the book; it tells the lines.

    """
    shutil.rmtree(folder, ignore_errors=True)
    sphinx = [str(python), "-m", "sphinx", "-nW", "--keep-going", "-j", "auto", "-q", "--no-color"]
    sphinx += ["-D", "nb_execution_allow_errors=1"]
    sphinx += ["-D", "suppress_warnings=literate.difference,literate.missing"]
    sphinx += ["-b", "html", "-c", ".", "-d", str(folder / "doctrees"), str(book)]
    command([*sphinx, str(folder / "site")], _("The book has failed here:"))
    run = read_build(folder)
    for place, cell in read_book(book).items():
        if place not in run:
            message = _("The cell was not executed.")
            raise TrialError(f"{book / place.page}.md:{cell.line}: {message}")
    return run


def command(words: list[str], failed: str, variables: Mapping[str, str] | None = None) -> str:
    """Run a program and return what it printed.

    Raises:
        TrialError: it failed; its errors follow the message.

    """
    environment = os.environ | (variables or {})
    run = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise TrialError(f"{failed}\n{run.stderr.strip()}")
    return run.stdout
