"""Rewrite the expected blocks of a page from its run, and nothing else of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from literate.verify.block import OPTION, Expected
from literate.verify.compare import difference
from literate.verify.page import BLOCK, Cell, Page, lines_of
from literate.verify.printed import Printed
from literate.verify.problems import Outputs, pairs

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
        found = pairs(cell, cell_outputs)
        for block, got in sorted(found, key=lambda pair: _place(cell, pair[0]), reverse=True):
            _put(lines, cell, block, got)
    return "".join(lines)


def _place(cell: Cell, block: Expected | None) -> tuple[int, int]:
    return block.place if block else (cell.end, cell.end)


def _put(lines: list[str], cell: Cell, block: Expected | None, got: Printed) -> None:
    """Put what was printed in the place of a block, where it differs."""
    start, stop = _place(cell, block)
    if not got:
        del lines[start:stop]
    elif block is None or difference(block, got) is not None:
        above = lines[cell.line - 1]
        newline = above[len(above.rstrip("\r\n")) :]
        if not lines[start - 1].endswith(("\r", "\n")):
            lines[start - 1] += newline
        lines[start:stop] = [line + newline for line in _block(block, got.text)]


def _block(block: Expected | None, text: str) -> list[str]:
    """Return the lines of a block; editors would strip the blanks at their ends."""
    body = [line.rstrip(" \t") for line in text.split("\n")] if text else []
    options = list(block.options if block else ())
    begins = OPTION.fullmatch(body[0]) if body else None
    if begins and not options:
        options = [PLAIN]
    if options and body and (begins or not body[0]):
        options.append("")
    fence = _fence(block.fence if block else FENCE, text)
    return [f"{fence}{BLOCK}", *options, *body, fence]


def _fence(fence: str, text: str) -> str:
    """Return a fence that no line of a text ends."""
    runs = re.findall(f"{fence[0]}+", text)
    return fence[0] * max(len(fence), 1 + max(map(len, runs), default=0))
