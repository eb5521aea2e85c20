"""Put expected blocks into a book that has none: what two runs of it print alike.

Cells that have a block, or a stored output, keep it. What is left out is told with its reason, as a
list that a pull request can show. A second adoption finds nothing more to write.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from literate.report.pages import is_page, source_at
from literate.verify.block import Expected, PageError
from literate.verify.compare import difference, proves
from literate.verify.page import Cell, Page
from literate.verify.printed import is_of_errors, printed
from literate.verify.problems import Outputs, Problem, failures, outputs_of
from literate.verify.settings import folder_of_conf, settings_of
from literate.words import _, speak_like


class AdoptionError(Exception):
    """What an author can read of why a book could not be run."""


def adopt(book: Path) -> Iterator[str]:
    """Run a book twice, write its blocks, and yield the lines of a report.

    Raises:
        AdoptionError: there is no such book, or it cannot be built.

    """
    book = book.resolve()
    conf = folder_of_conf(book / "page")
    if conf is None:
        message = _("There is no conf.py in {folder}, nor in a folder above it.")
        raise AdoptionError(message.format(folder=book))
    speak_like(conf)
    with TemporaryDirectory(prefix="literate-adopt-") as folder:
        runs = [execute(book, conf, Path(folder, name)) for name in ("first", "second")]
        files = sorted(filter(is_page, chain(book.rglob("*.md"), book.rglob("*.ipynb"))))
        written = 0
        for file in files:
            name = file.relative_to(book)
            notebooks = [run / name.with_suffix(".ipynb") for run in runs]
            try:
                count, left = adopt_page(file, list(map(outputs_in, notebooks)))
            except PageError as error:
                count, left = 0, [Problem(error.line, str(error))]
            written += count
            yield from (f"- {name}{at(each)}: {each.message}" for each in left)
    yield _("Expected blocks written: {count}").format(count=written)


def at(problem: Problem) -> str:
    """Return the place of a problem in its file; of a notebook the message names it."""
    return f":{problem.line}" if problem.line else ""


def execute(book: Path, conf: Path, folder: Path) -> Path:
    """Run all pages of a book, and return the folder of the executed notebooks."""
    words = [sys.executable, "-m", "sphinx", "-Eq", "--no-color", "-b", "dummy", "-c", str(conf)]
    words += ["-D", "nb_execution_mode=force", "-D", "literate_checks=blocks"]
    words += ["-d", str(folder / "doctrees"), str(book), str(folder / "site")]
    run = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ)
    notebooks = folder / "jupyter_execute"
    if run.returncode or not notebooks.is_dir():
        message = _("The book could not be executed.")
        raise AdoptionError(f"{message}\n{run.stderr.strip()}")
    return notebooks


def outputs_in(notebook: Path) -> list[Outputs | None]:
    """Return the outputs of the cells of a page that was executed; none of one that was not."""
    if not notebook.is_file():
        return []
    cells = nbformat.read(notebook, as_version=4).cells
    return [outputs_of(cell) for cell in cells if cell.cell_type == "code"]


def adopt_page(file: Path, runs: Sequence[Sequence[Outputs | None]]) -> tuple[int, list[Problem]]:
    """Write the blocks of a page; return how many, and what is left with its reasons."""
    source = source_at(file, settings_of(file))
    wishes = source.wishes()
    page = source.page(source.text, wishes)
    if any(len(outputs) != len(page.cells) for outputs in runs):
        return 0, [Problem(1, _("The page is not executed."))] if page.cells else []
    found = [decide(*each, usual=wishes.block) for each in zip(page.cells, *runs, strict=True)]
    new = source.rewrite(page, [outputs for outputs, _ in found])
    if new != source.text:
        file.write_bytes(new.encode("utf-8"))
    count = blocks_of(source.page(new, wishes)) - blocks_of(page)
    left = zip(page.cells, (reason for _, reason in found), strict=True)
    return count, [source.place(Problem(cell.line, reason)) for cell, reason in left if reason]


def blocks_of(page: Page) -> int:
    """Return how many blocks a page has."""
    return sum(len(cell.blocks) for cell in page.cells)


def decide(
    cell: Cell, outputs: Outputs | None, again: Outputs | None, *, usual: Expected
) -> tuple[Outputs | None, str]:
    """Return the outputs for which a cell gets a block, if any, and what is left to say of it."""
    if cell.blocks or "unverified" in cell.tags:
        return None, ""
    if outputs is None or again is None:
        return None, "" if "skip-execution" in cell.tags else _("The cell was not executed.")
    quiet = [each for each in outputs if not is_of_errors(each)]
    if any(problem.kind == "exception" for problem in failures(cell, quiet)):
        return None, _("The cell has raised an exception.")
    got = printed(quiet, kinds=cell.stored)
    if got:
        block = replace(usual, text=got.text)
        if difference(block, printed(again, kinds=cell.stored)) is not None:
            return None, _("Two runs printed different things.")
        if not proves(block, got):
            return quiet, _("It shows something of which no fact can be stated.")
    if len(quiet) < len(outputs):
        return quiet, _("The cell has written to stderr.")
    return quiet, ""
