"""What a page says in its source: its cells, and what each of them must print.

A ``{testoutput}`` fence directly after a ``{code-cell}`` states the expected output of that cell.
MyST-NB reads the cells; this module adds where they stand, and the fences that belong to them.
"""

from __future__ import annotations

import doctest
import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin
from myst_nb.core.read import read_myst_markdown_notebook

FLOAT_CMP = doctest.register_optionflag("FLOAT_CMP")  # pytest-doctestplus gives it its meaning
RTOL = 1e-5
OPTION = re.compile(r":(?P<name>[\w-]+):\s*(?P<value>.*)")


class PageError(Exception):
    """A page whose source cannot be understood; carries the line."""

    def __init__(self, line: int, message: str) -> None:
        """Keep the line (1-based) beside the message."""
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Expected:
    """A ``{testoutput}`` block: what a cell must print, and how exactly."""

    line: int
    """The 1-based line of its fence."""
    text: str
    flags: int = FLOAT_CMP
    rtol: float = RTOL
    body: tuple[int, int] = (0, 0)
    """The 0-based, half-open range of lines that hold the text."""


@dataclass(frozen=True)
class Cell:
    """A code cell of a page, in the order of execution."""

    line: int
    """The 1-based line of its fence."""
    end: int
    """The 0-based line after its closing fence: where an expected block may begin."""
    code: int
    """The 1-based line on which its code begins, after the fence and its options."""
    source: str
    tags: tuple[str, ...]
    reason: str
    expected: Expected | None


@dataclass(frozen=True)
class Page:
    """The cells of a page, and the lines of expected blocks that belong to no cell."""

    title: str
    cells: tuple[Cell, ...]
    orphans: tuple[int, ...]


def parse(text: str) -> Page:
    """Read the source of a page.

    Raises:
        PageError: an option of an expected block is unknown or has no sense.

    """
    tokens = MarkdownIt("commonmark").use(front_matter_plugin).parse(text)
    fences = [token for token in tokens if token.type == "fence" and token.level == 0]
    lines = text.splitlines()
    notebook = read_myst_markdown_notebook(text)
    code = iter([cell for cell in notebook.cells if cell.cell_type == "code"])
    cells: list[Cell] = []
    orphans: list[int] = []
    end = None  # where a cell ended that can still be given its expected block
    for fence in fences:
        start, stop = fence.map
        if fence.info.startswith("{code-cell}"):
            cell = next(code)
            tags = cell.metadata.get("tags", [])
            tags = re.split(r"[,\s]+", tags.strip("[] ")) if isinstance(tags, str) else tags
            reason = str(cell.metadata.get("reason", ""))
            first = cell.source.split("\n", 1)[0]
            content = fence.content.split("\n")
            begins = start + 2 + (content.index(first) if first in content else 0)
            cells.append(Cell(start + 1, stop, begins, cell.source, tuple(tags), reason, None))
            end = stop
        elif fence.info.strip() == "{testoutput}":
            if end is None or any(line.strip() for line in lines[end:start]):
                orphans.append(start + 1)
                continue
            cells[-1] = Cell(**{**vars(cells[-1]), "expected": _expected(fence)})
            end = None
    return Page(_title(tokens), tuple(cells), tuple(orphans))


def _expected(fence: Token) -> Expected:
    start, stop = fence.map
    lines = fence.content.splitlines()
    flags, rtol, options = FLOAT_CMP, RTOL, 0
    for line in lines:
        match = OPTION.fullmatch(line)
        if match is None:
            break
        options += 1
        name, value = match["name"], match["value"]
        if name == "options":
            flags = _flags(value, flags, start + 1)
        elif name == "rtol":
            rtol = _tolerance(value, start + 1)
        else:
            raise PageError(start + 1, f"testoutput に :{name}: という指定はありません。")
    text = "\n".join(lines[options:])
    return Expected(start + 1, text, flags, rtol, (start + 1 + options, stop - 1))


def _flags(value: str, flags: int, line: int) -> int:
    for word in value.replace(",", " ").split():
        flag = doctest.OPTIONFLAGS_BY_NAME.get(word[1:])
        if word[0] not in "+-" or flag is None:
            raise PageError(line, f"testoutput の :options: に {word} は使えません。")
        flags = flags | flag if word[0] == "+" else flags & ~flag
    return flags


def _tolerance(value: str, line: int) -> float:
    try:
        return float(value)
    except ValueError:
        raise PageError(line, f"testoutput の :rtol: は数で指定します: {value}") from None


def _title(tokens: list[Token]) -> str:
    for token, following in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and token.tag == "h1":
            return following.content
    return ""
