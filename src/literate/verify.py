"""Hold a page's expected blocks against its run; nothing that a cell prints escapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from literate.compare import difference, printed
from literate.page import Cell, Page

Outputs = Sequence[NotebookNode]


@dataclass(frozen=True)
class Problem:
    """Something that a page says and its run does not, or the other way round."""

    line: int
    message: str


def problems(page: Page, outputs: Sequence[Outputs]) -> Iterator[Problem]:
    """Yield every problem of a page, given the outputs of its code cells in their order."""
    for line in page.orphans:
        yield Problem(line, "この testoutput の直前に、セルがありません。")
    for cell, cell_outputs in zip(page.cells, outputs, strict=True):
        yield from check(cell, cell_outputs)
    if page.cells and not any(cell.expected for cell in page.cells):
        yield Problem(page.cells[0].line, "このページには、照合する出力が1つもありません。")


def check(cell: Cell, outputs: Outputs) -> Iterator[Problem]:
    """Yield the problems of one cell."""
    got = printed(outputs)
    unverified = "unverified" in cell.tags
    if unverified and not cell.reason:
        yield Problem(cell.line, "unverified のセルには、:reason: で理由を書いてください。")
    if unverified and cell.expected:
        yield Problem(cell.expected.line, "unverified のセルに testoutput があります。")
    elif cell.expected is None:
        if got and not unverified:
            yield Problem(cell.line, f"出力のあるセルに testoutput がありません。\n{got}")
    elif not got:
        yield Problem(cell.expected.line, "testoutput があるのに、セルは何も出力しませんでした。")
    elif (diff := difference(cell.expected, got)) is not None:
        yield Problem(cell.expected.line, f"セルの出力が testoutput と違います。\n{diff}")
