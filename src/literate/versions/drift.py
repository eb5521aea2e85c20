"""Which outputs of a book differ between versions of what it runs on, as a table for its readers.

The table is a JSON file. It also names the cells whose outputs it covers, so that a table that is
older than its book can be told. The directive ``version-drift`` shows it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from literate.report.table import table, text
from literate.report.warning import warn
from literate.verify.block import Expected
from literate.verify.compare import difference
from literate.verify.printed import Printed
from literate.versions.runs import Book, Place, Run, stated
from literate.words import _, later, listed

NOTHING = later("(no output)")
UNKNOWN = "—"


class Row(TypedDict):
    """A cell whose outputs differ."""

    page: str
    code: str
    outputs: dict[str, str]
    """What each version printed."""


class Drift(TypedDict):
    """A table of outputs."""

    versions: dict[str, int]
    """How many outputs each version gave."""
    rows: list[Row]
    cells: dict[str, str]
    """The short names of the cells that it covers, by page."""


class DriftError(Exception):
    """Outputs of a cell that the book does not have."""


def drift(book: Book, runs: dict[str, Run]) -> Drift:
    """Return how many outputs of a book each version gave, those that differ, and the cells.

    Raises:
        DriftError: a run has a cell that the book does not have.

    """
    for version, run in runs.items():
        for place in run:
            if place not in book:
                message = _("The record of {version} has a cell that the book has not: {page}")
                words = message.format(version=version, page=place.page)
                raise DriftError(f"{words}\n{place.code}")
    cells = stated(book)
    counts = {version: sum(place in run for place in cells) for version, run in runs.items()}
    rows: list[Row] = []
    for place, block in cells.items():
        outputs = {version: run[place] for version, run in runs.items() if place in run}
        if differ(block, list(outputs.values())):
            shown = {version: output.text for version, output in outputs.items()}
            rows.append({"page": place.page, "code": place.code, "outputs": shown})
    return {"versions": counts, "rows": rows, "cells": marks(cells)}


def differ(block: Expected, outputs: list[Printed]) -> bool:
    """Tell whether any of the outputs of a cell is not the last of them, as the page compares."""
    if not outputs:
        return False
    *others, last = outputs
    reference = replace(block, text=last.text)
    return any(difference(reference, other) is not None for other in others)


def marks(cells: Iterable[Place]) -> dict[str, str]:
    """Return short names of cells, page by page."""
    pages: dict[str, list[str]] = {}
    for place in cells:
        pages.setdefault(place.page, []).append(mark(place))
    return {page: " ".join(names) for page, names in pages.items()}


def mark(place: Place) -> str:
    """Return a short name of a cell, which another code would not have."""
    return hashlib.sha256(f"{place.number} {place.code}".encode()).hexdigest()[:8]


def stale(book: Book, data: Drift) -> list[str]:
    """Return, a line each, the outputs that a table does not cover, and those that are gone."""
    covered = {(page, name) for page, names in data["cells"].items() for name in names.split()}
    present = {(place.page, mark(place)): block for place, block in stated(book).items()}
    missing = [
        (page, block) for (page, name), block in present.items() if (page, name) not in covered
    ]
    gone = sorted(page for page, _ in covered - present.keys())
    new = _("This output was not there when the table was made.")
    old = _("An output that was there when the table was made is gone.")
    return [
        *(f"{page}.md:{block.line}: {new}" for page, block in missing),
        *(f"{page}.md: {old}" for page in gone),
    ]


class VersionDrift(SphinxDirective):
    """``version-drift FILE``: the outputs that differ, a row for each cell."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table; a file that cannot be read is a warning."""
        name = self.env.relfn2path(self.arguments[0])[1]
        self.env.note_dependency(name)
        try:
            data = json.loads(Path(name).read_text("utf-8"))
            versions, rows = data["versions"], data["rows"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = _("{file} cannot be read (literate.versions.table makes it anew): {error}")
            message = message.format(file=self.arguments[0], error=error)
            warn(self.env.docname, self.lineno, message, "drift")
            return []
        each = _("{version}: {count}")
        counts = [each.format(version=name, count=count) for name, count in versions.items()]
        words = _("Compared outputs: {counts}. Different ones: {differences}.")
        words = words.format(counts=listed(counts), differences=len(rows))
        heads = [text(head) for head in (_("Cell"), *versions)]
        body = [[self.cell(row), *self.outputs(row, versions)] for row in rows]
        shown = nodes.inline("", words, classes=["literate-fact"])
        return [nodes.paragraph("", "", shown), table([heads, *body], "literate-drift")]

    def cell(self, row: Row) -> list[nodes.Node]:
        """Return a cell of the book: its page and its code."""
        code = nodes.literal_block(row["code"], row["code"], language="python")
        return [nodes.paragraph("", row["page"]), code]

    def outputs(self, row: Row, versions: Iterable[str]) -> list[list[nodes.Node]]:
        """Return what each version printed."""
        shown = (row["outputs"].get(version, UNKNOWN) or _(NOTHING) for version in versions)
        return [[nodes.literal_block(words, words, language="none")] for words in shown]
