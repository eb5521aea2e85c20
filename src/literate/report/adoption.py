"""Put expected blocks into a book that has none: what two runs of it print alike.

Cells that have a block keep it. What is left out is told with its reason, as a list that a pull
request can show. A second adoption finds nothing more to write.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook

from literate.verify.accept import rewrite
from literate.verify.block import Expected, PageError
from literate.verify.compare import difference, proves
from literate.verify.page import Cell, Page, parse
from literate.verify.printed import is_of_errors, printed
from literate.verify.problems import Outputs, failures, outputs_of
from literate.verify.settings import settings_of
from literate.words import _, speak_like


class AdoptionError(Exception):
    """What an author can read of why a book could not be run."""


def adopt(book: Path) -> Iterator[str]:
    """Run a book twice, write its blocks, and yield the lines of a report.

    Raises:
        AdoptionError: there is no such book, or it cannot be built.

    """
    book = book.resolve()
    conf = next((each for each in (book, *book.parents) if (each / "conf.py").is_file()), None)
    if conf is None:
        message = _("There is no conf.py in {folder}, nor in a folder above it.")
        raise AdoptionError(message.format(folder=book))
    speak_like(conf)
    with TemporaryDirectory(prefix="literate-adopt-") as folder:
        runs = [execute(book, conf, Path(folder, name)) for name in ("first", "second")]
        files = sorted(file for file in book.rglob("*.md") if is_page(file))
        written = 0
        for file in files:
            name = file.relative_to(book).with_suffix(".ipynb")
            try:
                count, left = adopt_page(file, [outputs_in(run / name) for run in runs])
            except PageError as error:
                count, left = 0, [(error.line, str(error))]
            written += count
            yield from (f"- {file.relative_to(book)}:{line}: {reason}" for line, reason in left)
    yield _("Expected blocks written: {count}").format(count=written)


def is_page(file: Path) -> bool:
    """Tell whether a file is a page with cells."""
    return is_myst_markdown_notebook(file.read_text("utf-8-sig", "replace"))


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


def adopt_page(
    file: Path, runs: Sequence[Sequence[Outputs | None]]
) -> tuple[int, list[tuple[int, str]]]:
    """Write the blocks of a page; return how many, and the lines of what is left with reasons."""
    text, book = file.read_bytes().decode("utf-8"), settings_of(file)
    usual = book.choices.of(text).block
    page = parse(text, book.markdown, file, usual)
    if any(len(outputs) != len(page.cells) for outputs in runs):
        return 0, [(1, _("The page is not executed."))] if page.cells else []
    found = [decide(*each, usual=usual) for each in zip(page.cells, *runs, strict=True)]
    new = rewrite(text, page, [outputs for outputs, _ in found])
    if new != text:
        file.write_bytes(new.encode("utf-8"))
    count = blocks_of(parse(new, book.markdown, file, usual)) - blocks_of(page)
    left = zip(page.cells, (reason for _, reason in found), strict=True)
    return count, [(cell.line, reason) for cell, reason in left if reason]


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
    got = printed(quiet)
    if got:
        block = replace(usual, text=got.text)
        if difference(block, printed(again)) is not None:
            return None, _("Two runs printed different things.")
        if not proves(block, got):
            return quiet, _("It shows something of which no fact can be stated.")
    if len(quiet) < len(outputs):
        return quiet, _("The cell has written to stderr.")
    return quiet, ""
