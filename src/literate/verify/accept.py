"""Rewrite the expected blocks of a page from its run, and nothing else of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from literate.verify.compare import difference, printed
from literate.verify.page import BLOCK, OPTION, Cell, Page, lines_of
from literate.verify.problems import Outputs

FENCE = "```"
PLAIN = ":options: +FLOAT_CMP"  # says what holds anyway: what follows is not read as options


def rewrite(text: str, page: Page, outputs: Sequence[Outputs | None]) -> str:
    """Return the source of a page with every expected block as its run printed it.

    A block that still matches stays as it is, with its ``...`` and its options. A cell that prints
    and has no block gets one; a cell that prints nothing loses it. None of the cells failed.
    """
    lines = lines_of(text)
    for cell, cell_outputs in reversed(list(zip(page.cells, outputs, strict=True))):
        if cell_outputs is None or "unverified" in cell.tags:
            continue
        got = printed(cell_outputs)
        start, stop = cell.expected.place if cell.expected else (cell.end, cell.end)
        if not got:
            del lines[start:stop]
        elif cell.expected is None or difference(cell.expected, got) is not None:
            newline = re.search(r"[\r\n]*$", lines[cell.line - 1])[0]
            if not lines[start - 1].endswith(("\r", "\n")):
                lines[start - 1] += newline
            lines[start:stop] = [line + newline for line in _block(cell, got.text)]
    return "".join(lines)


def _block(cell: Cell, text: str) -> list[str]:
    """Return the lines of a cell's block; editors would strip the blanks at their ends."""
    body = [line.rstrip(" \t") for line in text.split("\n")] if text else []
    options = list(cell.expected.options if cell.expected else ())
    begins = OPTION.fullmatch(body[0]) if body else None
    if begins and not options:
        options = [PLAIN]
    if options and body and (begins or not body[0]):
        options.append("")
    fence = _fence(cell.expected.fence if cell.expected else FENCE, text)
    return [f"{fence}{BLOCK}", *options, *body, fence]


def _fence(fence: str, text: str) -> str:
    """Return a fence that no line of a text ends."""
    runs = re.findall(f"{fence[0]}+", text)
    return fence[0] * max(len(fence), 1 + max(map(len, runs), default=0))
