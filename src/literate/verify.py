"""Hold a page's expected blocks against its run; nothing that a cell prints escapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from literate.compare import difference, printed
from literate.page import Cell, Page

Outputs = Sequence[NotebookNode]

# Of other versions, other outputs are what one wants to see: a run with them can let these pass.
DIFFERENCE = "difference"

# IPython names the place of an error so, the innermost place last.
PLACE = re.compile(r"Cell In\[\d+\], line (\d+)")


@dataclass(frozen=True)
class Problem:
    """Something that a page says and its run does not, or the other way round."""

    line: int
    message: str
    kind: str | None = None


def problems(page: Page, outputs: Sequence[Outputs]) -> Iterator[Problem]:
    """Yield every problem of a page, given the outputs of its cells as far as they were run."""
    for line in page.orphans:
        yield Problem(line, "この testoutput の直前に、セルがありません。")
    for cell, cell_outputs in zip(page.cells, outputs, strict=False):
        yield from check(cell, cell_outputs)
    if page.cells and not any(cell.expected for cell in page.cells):
        yield Problem(page.cells[0].line, "このページには、照合する出力が1つもありません。")


def check(cell: Cell, outputs: Outputs) -> Iterator[Problem]:
    """Yield the problems of one cell: what went wrong in it or, where nothing did, what differs."""
    found = list(failures(cell, outputs))
    yield from found or differences(cell, outputs)


def failures(cell: Cell, outputs: Outputs) -> Iterator[Problem]:
    """Yield what the run of a cell did that the page did not announce."""
    declared = "raises-exception" in cell.tags
    errors = [output for output in outputs if output.output_type == "error"]
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            yield Problem(cell.code, f"セルが標準エラー出力に書きました。\n{output.text}")
    if declared and not errors:
        yield Problem(cell.code, "raises-exception と宣言したセルで、例外が起きませんでした。")
    if errors and not declared:
        traceback = "\n".join(errors[0].traceback)
        places = PLACE.findall(traceback)
        inside = int(places[-1]) - 1 if places else 0
        yield Problem(cell.code + inside, f"セルで例外が起きました。\n{traceback}")


def differences(cell: Cell, outputs: Outputs) -> Iterator[Problem]:
    """Yield what a cell printed and the page does not say, or the other way round."""
    got = printed(outputs)
    unverified = "unverified" in cell.tags
    if unverified and not cell.reason:
        yield Problem(cell.line, "unverified のセルには、:reason: で理由を書いてください。")
    if unverified and cell.expected:
        yield Problem(cell.expected.line, "unverified のセルに testoutput があります。")
    elif cell.expected is None:
        if got and not unverified:
            message = f"出力のあるセルに testoutput がありません。\n{got}"
            yield Problem(cell.line, message, DIFFERENCE)
    elif not got:
        message = "testoutput があるのに、セルは何も出力しませんでした。"
        yield Problem(cell.expected.line, message, DIFFERENCE)
    elif (diff := difference(cell.expected, got)) is not None:
        message = f"セルの出力が testoutput と違います。\n{diff}"
        yield Problem(cell.expected.line, message, DIFFERENCE)
