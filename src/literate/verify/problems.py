"""Hold a page's expected blocks against its run; nothing that a cell prints escapes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from nbformat import NotebookNode

from literate.verify.block import Expected
from literate.verify.compare import difference, proves
from literate.verify.page import Cell, Page
from literate.verify.printed import Printed, is_of_errors, joined, printed, printed_errors
from literate.words import _, later

Outputs = Sequence[NotebookNode]

# IPython names the place of an error so, the innermost place last.
PLACE = re.compile(r"Cell In\[\d+\], line (\d+)")
SKIPPED = "skip-execution"
STRAY = {
    "code-cell": later(
        "This cell is not executed. Cells are written with ``` and outside of quotations, lists "
        "and other fences, on a page that begins with file_format: mystnb."
    ),
    "testoutput": later(
        "This testoutput is not compared. It is written directly after a cell, outside of "
        "quotations, lists and other fences."
    ),
}
# What is told of a page of Markdown, and of a notebook.
MISSING = (
    later("The cell has an output and no testoutput."),
    later("The cell has an output, and none is stored in the notebook."),
)
SILENT = (
    later("There is a testoutput, but the cell has printed nothing."),
    later("An output is stored in the notebook, but the cell has printed nothing."),
)
DIFFERENT = (
    later("The output of the cell is not its testoutput."),
    later("The output of the cell is not the one that is stored in the notebook."),
)


@dataclass(frozen=True)
class Problem:
    """Something that a page says and its run does not, or the other way round."""

    line: int
    message: str
    kind: str | None = None
    """The check that has found it: an author can switch it off."""


class Verdict(Enum):
    """What is known of what a cell shows."""

    NOTHING = "it shows nothing"
    PROVEN = "it was compared, and is what the page expects"
    DIFFERENT = "it was compared, and is something else"
    UNPROVEN = "it was not compared, or only in part"


def outputs_of(cell: NotebookNode) -> Outputs | None:
    """Return the outputs of a cell that ran; in an empty one there is nothing to be run."""
    if SKIPPED in cell.metadata.get("tags", ()):
        return None  # a notebook may have stored what it shows
    ran = cell.execution_count is not None or not cell.source.strip()
    return cell.outputs if ran else None


def problems(page: Page, outputs: Sequence[Outputs | None]) -> Iterator[Problem]:
    """Yield every problem of a page, given the outputs of its cells; None where one did not run."""
    for line in page.orphans:
        yield Problem(line, _("There is no cell directly before this testoutput."), "stray")
    for cell, cell_outputs in reached(page, outputs):
        yield from check(cell, cell_outputs)
    if page.cells and not any(cell.blocks for cell in page.cells):
        message = _("On this page there is no output to be compared.")
        yield Problem(page.cells[0].line, message, "blockless")


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
    if outputs is not None or not cell.stored:  # what a notebook stores need not have run
        yield from found or differences(cell, outputs or [])
    else:
        yield from found


def stray(seen: Iterable[tuple[str, int]]) -> Iterator[Problem]:
    """Yield the cells and blocks that MyST-NB does not see; a cell speaks for its block."""
    last = ""
    for name, line in seen:
        if (last, name) != ("code-cell", "testoutput"):
            yield Problem(line, _(STRAY[name]), "stray")
        last = name


def faults(cell: Cell, outputs: Outputs | None) -> Iterator[Problem]:
    """Yield what went wrong in one cell, whatever it was to print."""
    return unrun(cell) if outputs is None else failures(cell, outputs)


def unrun(cell: Cell) -> Iterator[Problem]:
    """Yield what is wrong with a cell that did not run: none may but one that says nothing."""
    if cell.blocks and not cell.stored:
        message = _("The cell was not executed, so its testoutput cannot be compared.")
        yield Problem(cell.code, message, "uncompared")
    elif SKIPPED not in cell.tags:
        yield Problem(cell.code, _("The cell was not executed."), "unrun")


def never_ran(page: Page) -> Iterator[Problem]:
    """Yield what is wrong with a page that did not run: its first block, or else its first cell."""
    if any(cell.stored for cell in page.cells):
        message = _(
            "The notebook was not executed, so its stored outputs are not compared. "
            "With nb_execution_mode auto, one that has all its outputs is not."
        )
        yield Problem(1, message, "unrun")
        return
    blocks = [cell for cell in page.cells if cell.blocks]
    for cell in [*blocks, *page.cells][:1]:
        yield from unrun(replace(cell, tags=()))


def failures(cell: Cell, outputs: Outputs) -> Iterator[Problem]:
    """Yield what the run of a cell did that the page did not announce."""
    declared = "raises-exception" in cell.tags
    errors = [output for output in outputs if output.output_type == "error"]
    for output in joined([each for each in outputs if is_of_errors(each)]):
        if not cell.errors:
            message = _("The cell has written to stderr.")
            yield Problem(cell.code, f"{message}\n{output.text}", "stderr")
    if declared and not errors:
        message = _("The cell is marked with raises-exception, and has raised none.")
        yield Problem(cell.code, message, "unraised")
    if errors and not declared:
        traceback = "\n".join(errors[0].traceback)
        places = PLACE.findall(traceback)
        inside = int(places[-1]) - 1 if places else 0
        message = _("The cell has raised an exception.")
        yield Problem(cell.code + inside, f"{message}\n{traceback}", "exception")


def differences(cell: Cell, outputs: Outputs) -> Iterator[Problem]:
    """Yield what a cell printed and the page does not say, or the other way round."""
    unverified = "unverified" in cell.tags
    if unverified and not cell.reason:
        message = _("A cell that is unverified needs a :reason: for that.")
        yield Problem(cell.line, message, "reason")
    if unverified and cell.blocks:
        message = _("A cell that is unverified has a testoutput.")
        yield Problem(cell.blocks[0].line, message, "reason")
        return
    for block, got in pairs(cell, outputs):
        if block is None:
            if got and not unverified:
                message = _(MISSING[cell.stored])
                yield Problem(cell.line, f"{message}\n{got.text}", "missing")
        elif not got:
            message = _(SILENT[cell.stored])
            yield Problem(block.line, message, "difference")
        elif (diff := difference(block, got)) is not None:
            message = _(DIFFERENT[cell.stored])
            yield Problem(block.line, f"{message}\n{diff}", "difference")


def pairs(cell: Cell, outputs: Outputs) -> list[tuple[Expected | None, Printed]]:
    """Return each block of a cell, or none, with what is to be compared with it."""
    found = [(cell.expected, printed(outputs, kinds=cell.stored))]
    return [*found, (cell.errors, printed_errors(outputs))] if cell.errors else found


def verdict(cell: Cell, outputs: Outputs | None) -> Verdict:
    """Return what a reader can know of what a cell shows."""
    if outputs is None and cell.stored and cell.blocks:
        return Verdict.UNPROVEN
    outputs = outputs or []
    shown = [(block, got) for block, got in pairs(cell, outputs) if block or got or got.rich]
    if not any(got or got.rich for _, got in shown):
        return Verdict.NOTHING
    compared = [(block, got) for block, got in shown if block and got]
    if len(compared) < len(shown) or any(failures(cell, outputs)):
        return Verdict.UNPROVEN
    if any(difference(block, got) is not None for block, got in compared):
        return Verdict.DIFFERENT
    sure = "unverified" not in cell.tags and all(proves(block, got) for block, got in compared)
    return Verdict.PROVEN if sure else Verdict.UNPROVEN


def pictures(outputs: Outputs | None) -> int:
    """Return how many outputs of a cell are shown as something else than their text."""
    return len(printed(outputs or []).rich)
