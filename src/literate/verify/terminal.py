"""What a terminal shows of the text that a cell wrote."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
MOVES = re.compile(r"[\r\b]")
PIECE = re.compile(f"{ESCAPE.pattern}|.", re.DOTALL)
RESET = "\x1b[0m"
# Markdown shows no NUL, and no file holds half of a pair.
UNREADABLE = re.compile("[\0\ud800-\udfff]")


def shown(text: str) -> str:
    """Return a text after all carriage returns and backspaces; its colours stay."""
    lines = UNREADABLE.sub("\ufffd", text).replace("\r\n", "\n").split("\n")
    return "\n".join(_written_over(line) if MOVES.search(line) else line for line in lines)


def plain(text: str) -> str:
    """Return what is shown of a text, without colours and links."""
    return ESCAPE.sub("", shown(text))


def _written_over(line: str) -> str:
    cells: list[tuple[str, str]] = []  # of each column the colours and the character
    column, colours = 0, ""
    for piece in PIECE.findall(line):
        if piece == "\r":
            column = 0
        elif piece == "\b":
            column = max(column - 1, 0)
        elif piece in ("\x1b[K", "\x1b[0K", "\x1b[2K"):
            del cells[0 if "2" in piece else column :]
        elif piece.startswith("\x1b["):
            colours = "" if piece in (RESET, "\x1b[m") else colours + piece
        else:
            column = _write(cells, column, (colours, piece))
    return _joined(cells)


def _write(cells: list[tuple[str, str]], column: int, cell: tuple[str, str]) -> int:
    """Write a character, and return where the next one comes; half of a wide one is a blank."""
    cells += [("", " ")] * (column - len(cells))
    after = column + (2 if east_asian_width(cell[1][0]) in "WF" else 1)
    if cells[column : column + 1] and not cells[column][1]:
        cells[column - 1] = ("", " ")
    if cells[after : after + 1] and not cells[after][1]:
        cells[after] = ("", " ")
    cells[column:after] = [cell, (cell[0], "")][: after - column]
    return after


def _joined(cells: list[tuple[str, str]]) -> str:
    text, last = "", ""
    for colours, character in cells:
        if colours != last:
            text += (RESET if last else "") + colours
        text, last = text + character, colours
    return text + (RESET if last else "")
