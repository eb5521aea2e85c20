"""What a page says in its source: its cells, and what each of them must print.

A ``{testoutput}`` fence directly after a ``{code-cell}`` states the expected output of that cell.
MyST-NB reads the cells; this module adds where they stand, and the fences that belong to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from docutils.parsers.rst import Directive
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_nb.core.read import MystMetadataParsingError, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser

from literate.verify.block import Expected, PageError, option_lines, with_options
from literate.words import _

CELL, BLOCK = "{code-cell}", "{testoutput}"
DIRECTIVE = re.compile(r"\{([^}]+)\}")
# Directives that show their content as it stands.
VERBATIM = {"code", "code-block", "eval-rst", "math", "parsed-literal", "raw", "raw-cell"}
VERBATIM |= {"sourcecode"}
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


USUAL = Expected(0, "")
# MyST-NB counts the lines of a notebook so: those of its third cell are 30001 and on.
LINES = 10_000


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
    errors: Expected | None = None
    """The block for what it must write to the stream of errors."""
    numbered: bool = False
    """Whether it is one of a notebook, and its line tells its number there."""
    stored: bool = False
    """Whether its blocks are the outputs stored in a notebook."""

    @property
    def place(self) -> int:
        """Where an author looks for it: its line on the page, its number in a notebook."""
        return self.line // LINES if self.numbered else self.line

    @property
    def blocks(self) -> list[Expected]:
        """Its expected blocks."""
        return [block for block in (self.expected, self.errors) if block]


@dataclass(frozen=True)
class Page:
    """The cells of a page, and the lines of expected blocks that belong to no cell."""

    title: str
    cells: tuple[Cell, ...]
    orphans: tuple[int, ...]


def lines_of(text: str) -> list[str]:
    """Return the lines of a source, as Markdown and editors count them, with their ends."""
    return LINE.findall(text)


def parse(
    text: str,
    config: MdParserConfig | None = None,
    path: Path | None = None,
    usual: Expected = USUAL,
) -> Page:
    """Read the source of a page, as MyST-NB does with these settings; its blocks begin as usual.

    Raises:
        PageError: a cell or an expected block cannot be read.

    """
    text = text.removeprefix("\ufeff")
    tokens = _tokens(text, config)
    lines = lines_of(text)
    fences = [token for token in tokens if _is_fence(token) and token.level == 0]
    code = [_cell(fence) for fence in fences if _is_cell(fence)]
    sources = _sources(text, config, path) if code else []
    unpaired = iter(zip(code, sources, strict=True))
    cells: list[Cell] = []
    orphans: list[int] = []
    end = None  # where a cell or its block ended: another block may follow
    for fence in fences:
        start, stop = _place(fence)
        if _is_cell(fence):
            cell, source = next(unpaired)
            cells.append(replace(cell, source=source))
            end = stop
        elif fence.info.strip().startswith(BLOCK):
            block = _expected(fence, usual)
            of_errors = block.stream == "stderr"
            near = end is not None and not any(line.strip() for line in lines[end:start])
            if not near or (cells[-1].errors if of_errors else cells[-1].expected):
                orphans.append(start + 1)
                continue
            cell = cells[-1]
            cells[-1] = replace(cell, errors=block) if of_errors else replace(cell, expected=block)
            end = stop
    return Page(_title(tokens), tuple(cells), tuple(orphans))


def enclosed(
    text: str, config: MdParserConfig | None = None, above: int = 0
) -> Iterator[tuple[str, int]]:
    """Yield the cells and blocks that MyST-NB does not see, as they stand in something else."""
    for fence in filter(_is_fence, _tokens(text, config)):
        match = DIRECTIVE.match(fence.info.strip())
        name, line = match[1] if match else "", above + _place(fence)[0] + 1
        if name in ("code-cell", "testoutput"):
            if above or fence.level or not (name == "testoutput" or _is_cell(fence)):
                yield name, line
        elif name and name not in VERBATIM:
            yield from enclosed(fence.content, config, line)


def _tokens(text: str, config: MdParserConfig | None) -> list[Token]:
    config = config or MdParserConfig()
    blocks = replace(config, disable_syntax=[*config.disable_syntax, "inline"])
    return create_md_parser(blocks, RendererHTML).parse(f"{text}\n")


def _sources(text: str, config: MdParserConfig | None, path: Path | None) -> list[str]:
    """Return the code of each cell, as MyST-NB reads it."""
    try:
        notebook = read_myst_markdown_notebook(text, config, path=path)
    except MystMetadataParsingError as error:
        place = re.search(r"at line (\d+)", str(error))
        message = _("The cell cannot be read: {error}").format(error=error)
        raise PageError(int(place[1]) if place else 1, message) from error
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _is_fence(token: Token) -> bool:
    return token.type in ("fence", "colon_fence")


def _is_cell(fence: Token) -> bool:
    return fence.type == "fence" and fence.info.startswith(CELL)


def _place(fence: Token) -> tuple[int, int]:
    """Return the 0-based, half-open range of its lines."""
    assert fence.map is not None  # only what stands inside of a line has none
    start, stop = fence.map
    return start, stop


def _check_closed(fence: Token) -> None:
    start, stop = _place(fence)
    if stop - start - 2 != fence.content.count("\n"):
        message = _("This fence is not closed. Close it with a line of {fence}.")
        raise PageError(start + 1, message.format(fence=fence.markup))


class _Code(Directive):
    """How MyST-NB reads a cell: any options, and perhaps the name of a lexer."""

    option_spec = {"any": str}
    optional_arguments = 1
    has_content = True


def _cell(fence: Token) -> Cell:
    """Read all of a cell but its code."""
    _check_closed(fence)
    start, stop = _place(fence)
    line = start + 1
    read = parse_directive_text(_Code, "", fence.content, validate_options=False)
    if read.warnings:
        message = _("The options of the cell cannot be read: {error}")
        raise PageError(line, message.format(error=read.warnings[0].msg))
    tags = read.options.get("tags") or []
    tags = re.split(r"[,\s]+", tags.strip("[] ")) if isinstance(tags, str) else tags
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        message = _("The :tags: of a cell are written as [name, name]: {tags}")
        raise PageError(line, message.format(tags=tags))
    reason = str(read.options.get("reason") or "")
    return Cell(line, stop, line + 1 + read.body_offset, "", tuple(tags), reason, None)


def _expected(fence: Token, usual: Expected) -> Expected:
    _check_closed(fence)
    place = _place(fence)
    line = place[0] + 1
    if fence.info.strip() != BLOCK:
        extra = fence.info.strip().removeprefix(BLOCK).strip()
        message = _("Nothing else can stand in the line of {block}: {extra}")
        raise PageError(line, message.format(block=BLOCK, extra=extra))
    lines = fence.content.split("\n")[:-1]
    options = option_lines(lines)
    text = lines[len(options) :]
    if options and text and not text[0].strip(" \t"):
        del text[0]  # it only parts the options from the text
    block = replace(
        usual,
        line=line,
        text="\n".join(text),
        fence=fence.markup,
        place=place,
        options=options,
    )
    return with_options(block, options)


def title_of(text: str, config: MdParserConfig) -> str:
    """Return the title of a text."""
    return _title(_tokens(text, config))


def _title(tokens: list[Token]) -> str:
    for token, following in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and token.tag == "h1":
            return following.content
    return ""
