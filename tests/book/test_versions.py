"""The published table of versions covers every output of the book as it is now."""

from __future__ import annotations

import json

from literate.versions.drift import stale
from literate.versions.runs import read_book
from literate.versions.table import records
from tests.builds import ROOT

TABLE = ROOT / "book" / "appendix" / "versions.json"
BOOK = read_book(ROOT / "book")
DATA = json.loads(TABLE.read_text("utf-8"))


def test_the_table_was_made_from_the_cells_of_the_book() -> None:
    lines = stale(BOOK, DATA)
    assert not lines, "\n".join([*lines, "make versions で、表を作り直してください。"])


def test_every_version_that_was_run_gave_every_output() -> None:
    outputs = sum(cell.expected is not None for cell in BOOK.values())
    ran = DATA["versions"].keys() - records(TABLE, "torch")
    assert {DATA["versions"][version] for version in ran} == {outputs}, "make versions"
    assert len(ran) >= 3


def test_every_row_is_of_an_output_of_the_book() -> None:
    outputs = {(place.page, place.code) for place, cell in BOOK.items() if cell.expected}
    assert {(row["page"], row["code"]) for row in DATA["rows"]} <= outputs, "make versions"
