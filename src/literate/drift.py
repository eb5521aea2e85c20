"""Which outputs of a book differ between versions of what it runs on, as a table for its readers.

The table is a JSON file. It also names the cells that it was made from, so that a table older than
its book can be told from a fresh one. The directive ``version-drift`` shows it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from literate.compare import difference
from literate.gate import warn
from literate.runs import Book, Place, Run
from literate.table import table, text

NOTHING = "（出力なし）"
UNKNOWN = "—"


class DriftError(Exception):
    """Outputs of a cell that the book does not have."""


def drift(book: Book, runs: dict[str, Run]) -> dict[str, object]:
    """Return how many outputs of a book each version gave, those that differ, and the cells.

    Raises:
        DriftError: a run has a cell that the book does not have.

    """
    for version, run in runs.items():
        for place in run:
            if place not in book:
                raise DriftError(
                    f"{version} の記録に、本にないセルがあります: {place.page}\n{place.code}"
                )
    compared = [place for place, cell in book.items() if cell.expected]
    counts = {version: sum(place in run for place in compared) for version, run in runs.items()}
    rows = []
    for place in compared:
        outputs = {version: run[place] for version, run in runs.items() if place in run}
        if differ(book, place, list(outputs.values())):
            rows.append({"page": place.page, "code": place.code, "outputs": outputs})
    return {"versions": counts, "rows": rows, "cells": cells(book)}


def differ(book: Book, place: Place, outputs: list[str]) -> bool:
    """Tell whether any of the outputs of a cell is not the last of them, as the page compares."""
    *others, last = outputs or [""]
    reference = replace(book[place].expected, text=last)
    return any(difference(reference, other) is not None for other in others)


def cells(book: Book) -> dict[str, str]:
    """Return a digest of each cell, page by page."""
    pages: dict[str, list[str]] = {}
    for place in book:
        pages.setdefault(place.page, []).append(digest(place.code))
    return {page: " ".join(digests) for page, digests in pages.items()}


def digest(code: str) -> str:
    """Return a short name for the code of a cell."""
    return hashlib.sha256(code.encode()).hexdigest()[:8]


def stale(book: Book, data: dict) -> list[str]:
    """Return, a line each, the cells that a table does not cover, and those that are gone."""
    known = Counter((page, name) for page, names in data["cells"].items() for name in names.split())
    found = []
    for place, cell in book.items():
        key = place.page, digest(place.code)
        if known[key] <= 0:
            found.append(f"{place.page}.md:{cell.line}: 表にないセルです。")
        known[key] -= 1
    gone = Counter(page for page, _ in (+known).elements())
    found += [
        f"{page}.md: 表にあるセルのうち {count} 個が、本にありません。"
        for page, count in gone.items()
    ]
    return found


class VersionDrift(SphinxDirective):
    """``version-drift FILE``: the outputs that differ, a row for each cell."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table; a file that cannot be read is a warning."""
        _, name = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(name)
        try:
            data = json.loads(Path(name).read_text("utf-8"))
            versions, rows = data["versions"], data["rows"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{self.arguments[0]} を読めません（作り直す: make versions）: {error}"
            warn(self.env.docname, self.lineno, message)
            return []
        counts = "、".join(f"{version} は {count} 件" for version, count in versions.items())
        words = f"比べた出力：{counts}。違いのあったもの：{len(rows)} 件。"
        heads = [text(head) for head in ("セル", *versions)]
        body = [[self.cell(row), *self.outputs(row, versions)] for row in rows]
        shown = nodes.inline("", words, classes=["literate-fact"])
        return [nodes.paragraph("", "", shown), table([heads, *body], "literate-drift")]

    def cell(self, row: dict) -> list[nodes.Node]:
        """Return a cell of the book: its page and its code."""
        code = nodes.literal_block(row["code"], row["code"], language="python")
        return [nodes.paragraph("", row["page"]), code]

    def outputs(self, row: dict, versions: dict) -> list[list[nodes.Node]]:
        """Return what each version printed."""
        shown = (row["outputs"].get(version, UNKNOWN) or NOTHING for version in versions)
        return [[nodes.literal_block(words, words, language="none")] for words in shown]
