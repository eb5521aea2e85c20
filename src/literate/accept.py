"""Rewrite the expected blocks of a page from its run, and nothing else of the file."""

from __future__ import annotations

from collections.abc import Sequence

from literate.compare import difference, printed
from literate.page import Page, PageError
from literate.verify import Outputs

FENCE = "```"


def rewrite(text: str, page: Page, outputs: Sequence[Outputs]) -> str:
    """Return the source of a page with every expected block as its run printed it.

    A block that still matches stays as it is, with its ``...`` and its options. A cell that prints
    and has no block gets one. Every cell has run, and none of them failed.

    Raises:
        PageError: an output would end the fence that it stands in.

    """
    lines = text.splitlines(keepends=True)
    for cell, cell_outputs in reversed(list(zip(page.cells, outputs, strict=True))):
        got = printed(cell_outputs)
        newline = "\r\n" if lines[cell.line - 1].endswith("\r\n") else "\n"
        body = [line + newline for line in got.splitlines()]
        if not got or "unverified" in cell.tags:
            continue
        if cell.expected is None:
            fence = FENCE
            while fence in got:
                fence += "`"
            block = [f"{fence}{{testoutput}}{newline}", *body, f"{fence}{newline}"]
            if not lines[cell.end - 1].endswith("\n"):
                lines[cell.end - 1] += newline
            lines[cell.end : cell.end] = block
        elif difference(cell.expected, got) is not None:
            if any(line.lstrip().startswith(FENCE) for line in body):
                message = "出力に ``` で始まる行があります。testoutput の囲みを長くしてください。"
                raise PageError(cell.expected.line, message)
            start, stop = cell.expected.body
            lines[start:stop] = body
    return "".join(lines)
