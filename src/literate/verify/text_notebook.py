"""A notebook in a text format such as jupytext's: it stores no outputs, so it has blocks.

The block of a cell stands at the beginning of the text cell after it, as on a page of Markdown.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable, Sequence
from dataclasses import replace

from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from literate.verify.accept import rewrite
from literate.verify.block import Expected, PageError
from literate.verify.choices import Choices
from literate.verify.notebook import choices_of_cell, code_cell
from literate.verify.page import CELL, LINES, Cell, Page, parse, title_of
from literate.verify.problems import Outputs
from literate.words import _

ABOVE = f"```{CELL}\n```\n"  # the cell before a text, as a page of Markdown would have it
HEIGHT = ABOVE.count("\n")


def page_of_text(notebook: NotebookNode, choices: Choices, config: MdParserConfig) -> Page:
    """Return the cells of a notebook, each with the blocks in the text after it.

    Raises:
        PageError: a cell or a block sets what does not exist.

    """
    words = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    cells: list[Cell] = []
    orphans: list[int] = []
    usual = None  # what holds for the blocks of the code cell before, if there is one
    for number, cell in enumerate(notebook.cells, 1):
        line = number * LINES
        if cell.cell_type == "code":
            usual = choices_of_cell(line, cell, choices).block
            cells.append(code_cell(line, cell))
            continue
        if cell.cell_type == "markdown":
            below = _below(cell.source, config, usual or choices.block, line)
            orphans += below.orphans
            first = below.cells[0]
            if usual and first.blocks:
                cells[-1] = replace(cells[-1], expected=first.expected, errors=first.errors)
            else:
                orphans += [block.line for block in first.blocks]
        usual = None
    return Page(title_of("\n\n".join(words), config), tuple(cells), tuple(sorted(orphans)))


def _below(source: str, config: MdParserConfig, usual: Expected, line: int) -> Page:
    """Read a text as if a cell stood before it; the lines are those of the notebook."""
    try:
        page = parse(ABOVE + source, config, None, usual)
    except PageError as error:
        raise PageError(error.line - HEIGHT + line, str(error)) from error

    def moved(block: Expected | None) -> Expected | None:
        return block and replace(block, line=block.line - HEIGHT + line)

    first = page.cells[0]
    first = replace(first, expected=moved(first.expected), errors=moved(first.errors))
    orphans = tuple(place - HEIGHT + line for place in page.orphans)
    return replace(page, cells=(first,), orphans=orphans)


def rewrite_text(
    text: str,
    read: Callable[[str], NotebookNode],
    write: Callable[[NotebookNode], str],
    page: Page,
    outputs: Sequence[Outputs | None],
) -> str:
    """Return the file of a notebook with its blocks as its run would have them.

    Raises:
        PageError: its format would be written in another way where nothing has changed.

    """
    notebook = read(text)
    before = write(notebook)
    code = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for place, cell, got in reversed(list(zip(code, page.cells, outputs, strict=True))):
        _put(notebook.cells, place + 1, cell, got)
    return _spliced(text, before, write(notebook))


def _put(cells: list[NotebookNode], place: int, cell: Cell, got: Outputs | None) -> None:
    """Write the blocks of a cell into the text after it: one of its own, if there was none."""
    has = bool(cell.blocks)
    source = cells[place].source if has else ""
    above = replace(cell, line=1, end=HEIGHT)  # its blocks know their places below it
    new = rewrite(ABOVE + source, Page("", (above,), ()), [got])
    new = new.removeprefix(ABOVE).removesuffix("\n")
    if has and new:
        cells[place].source = new
    elif has:
        del cells[place]
    elif new:
        cells.insert(place, new_markdown_cell(new))


def _spliced(text: str, before: str, after: str) -> str:
    """Return a text with what changed from `before` to `after`; its header may be another one."""
    same = len(os.path.commonprefix([text[::-1], before[::-1]]))
    head = before[: len(before) - same]
    if not after.startswith(head):
        message = _("Not rewritten: jupytext would change other lines, too. Save it with it once.")
        raise PageError(0, message)
    return text[: len(text) - same] + after[len(head) :]
