"""Hold a page's expected blocks against its run; nothing that a cell prints escapes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from nbformat import NotebookNode

from literate.verify.compare import difference, printed, proves
from literate.verify.page import Cell, Page

Outputs = Sequence[NotebookNode]

# Of other versions, other outputs are what one wants to see: a run with them can let these pass.
DIFFERENCE = "difference"

# IPython names the place of an error so, the innermost place last.
PLACE = re.compile(r"Cell In\[\d+\], line (\d+)")
STRAY = {
    "code-cell": "このセルは実行されません。セルは、初めに file_format: mystnb と書いたページの、"
    "引用や箇条書きやほかの囲みの外に、``` で書きます。",
    "testoutput": "この testoutput は照合されません。"
    "引用や箇条書きやほかの囲みの外で、セルのすぐ後ろに書きます。",
}


@dataclass(frozen=True)
class Problem:
    """Something that a page says and its run does not, or the other way round."""

    line: int
    message: str
    kind: str | None = None


class Verdict(Enum):
    """What is known of what a cell shows."""

    NOTHING = "it shows nothing"
    PROVEN = "it was compared, and is what the page expects"
    DIFFERENT = "it was compared, and is something else"
    UNPROVEN = "it was not compared, or only in part"


def outputs_of(cell: NotebookNode) -> Outputs | None:
    """Return the outputs of a cell that ran; in an empty one there is nothing to be run."""
    ran = cell.execution_count is not None or not cell.source.strip()
    return cell.outputs if ran else None


def problems(page: Page, outputs: Sequence[Outputs | None]) -> Iterator[Problem]:
    """Yield every problem of a page, given the outputs of its cells; None where one did not run."""
    for line in page.orphans:
        yield Problem(line, "この testoutput の直前に、セルがありません。")
    for cell, cell_outputs in reached(page, outputs):
        yield from check(cell, cell_outputs)
    if page.cells and not any(cell.expected for cell in page.cells):
        yield Problem(page.cells[0].line, "このページには、照合する出力が1つもありません。")


def reached(page: Page, outputs: Sequence[Outputs | None]) -> Iterator[tuple[Cell, Outputs | None]]:
    """Yield the cells of a page but for those that did not run because one before them failed."""
    failed = False
    for cell, cell_outputs in zip(page.cells, outputs, strict=False):
        if not (failed and cell_outputs is None):
            yield cell, cell_outputs
        failed = failed or (cell_outputs is not None and any(failures(cell, cell_outputs)))


def check(cell: Cell, outputs: Outputs | None) -> Iterator[Problem]:
    """Yield the problems of one cell: what went wrong in it or, where nothing did, what differs."""
    found = list(faults(cell, outputs))
    yield from found or differences(cell, outputs or [])


def stray(seen: Iterable[tuple[str, int]]) -> Iterator[Problem]:
    """Yield the cells and blocks that MyST-NB does not see; a cell speaks for its block."""
    last = ""
    for name, line in seen:
        if (last, name) != ("code-cell", "testoutput"):
            yield Problem(line, STRAY[name])
        last = name


def faults(cell: Cell, outputs: Outputs | None) -> Iterator[Problem]:
    """Yield what went wrong in one cell, whatever it was to print."""
    return unrun(cell) if outputs is None else failures(cell, outputs)


def unrun(cell: Cell) -> Iterator[Problem]:
    """Yield what is wrong with a cell that did not run: none may but one that says nothing."""
    if cell.expected:
        yield Problem(cell.code, "セルが実行されなかったので、testoutput を照合できません。")
    elif "skip-execution" not in cell.tags:
        yield Problem(cell.code, "セルが実行されませんでした。")


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
            message = f"出力のあるセルに testoutput がありません。\n{got.text}"
            yield Problem(cell.line, message, DIFFERENCE)
    elif not got:
        message = "testoutput があるのに、セルは何も出力しませんでした。"
        yield Problem(cell.expected.line, message, DIFFERENCE)
    elif (diff := difference(cell.expected, got)) is not None:
        message = f"セルの出力が testoutput と違います。\n{diff}"
        yield Problem(cell.expected.line, message, DIFFERENCE)


def verdict(cell: Cell, outputs: Outputs | None) -> Verdict:
    """Return what a reader can know of what a cell shows."""
    got = printed(outputs or [])
    if not got and not got.rich:
        return Verdict.NOTHING
    if cell.expected is None or not got or any(failures(cell, outputs)):
        return Verdict.UNPROVEN
    if difference(cell.expected, got) is not None:
        return Verdict.DIFFERENT
    sure = "unverified" not in cell.tags and proves(cell.expected, got)
    return Verdict.PROVEN if sure else Verdict.UNPROVEN


def pictures(outputs: Outputs | None) -> int:
    """Return how many outputs of a cell are shown as something else than their text."""
    return len(printed(outputs or []).rich)
