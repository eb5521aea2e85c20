"""What the cells of a book printed in one run of it, wherever that was written down."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from literate.verify.block import Expected
from literate.verify.compare import difference
from literate.verify.page import Cell, parse
from literate.verify.printed import Printed, printed
from literate.verify.settings import settings_of


@dataclass(frozen=True)
class Place:
    """A cell of a book: its page, its code, and which of the cells with this code it is."""

    page: str
    code: str
    number: int = 1


Book = dict[Place, Cell]
Run = dict[Place, Printed]


def places(cells: Iterable[tuple[str, str]]) -> list[Place]:
    """Tell cells of the same page with the same code apart by a number."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for cell in cells:
        seen[cell] += 1
        found.append(Place(*cell, seen[cell]))
    return found


def read_book(folder: Path) -> Book:
    """Read every code cell of a book's pages."""
    cells = []
    for file in sorted(folder.rglob("*.md")):
        page = file.relative_to(folder).with_suffix("").as_posix()
        text, book = file.read_text("utf-8"), settings_of(file.resolve())
        read = parse(text, book.markdown, file, book.choices.of(text).block)
        cells += [(page, cell) for cell in read.cells]
    named = places((page, cell.source) for page, cell in cells)
    return {place: cell for place, (_, cell) in zip(named, cells, strict=True)}


def read_record(file: Path) -> Run:
    """Read outputs that somebody wrote down as a list of ``page``, ``code`` and ``output``."""
    entries = json.loads(file.read_text("utf-8"))
    named = places((entry["page"], entry["code"]) for entry in entries)
    outputs = [Printed(tuple(entry["output"].splitlines())) for entry in entries]
    return dict(zip(named, outputs, strict=True))


def read_build(folder: Path) -> Run:
    """Read the outputs of a build from the executed notebooks that MyST-NB keeps of it."""
    notebooks = folder / "jupyter_execute"
    cells = []
    for file in sorted(notebooks.rglob("*.ipynb")):
        page = file.relative_to(notebooks).with_suffix("").as_posix()
        found = nbformat.read(file, as_version=4).cells
        cells += [(page, cell) for cell in found if cell.cell_type == "code"]
    named = places((page, cell.source) for page, cell in cells)
    return {place: printed(cell.outputs) for place, (_, cell) in zip(named, cells, strict=True)}


def stated(book: Book) -> dict[Place, Expected]:
    """Return the cells whose output a page states, and what it states."""
    return {place: cell.expected for place, cell in book.items() if cell.expected}


def unexpected(book: Book, run: Run) -> list[Place]:
    """Return the cells whose output is not what their page says."""
    return [
        place for place, block in stated(book).items() if difference(block, run[place]) is not None
    ]
