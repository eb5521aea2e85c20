"""What a notebook says: its cells, and what each of them had printed when it was stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import nbformat
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode

from literate.run.figures import FACTS
from literate.verify.block import Expected, PageError
from literate.verify.choices import Choices
from literate.verify.compare import difference
from literate.verify.page import LINES, Cell, Page, title_of
from literate.verify.printed import Printed, joined, printed, printed_errors
from literate.verify.problems import Outputs, Problem, pairs
from literate.words import _


def page_of(notebook: NotebookNode, choices: Choices, config: MdParserConfig) -> Page:
    """Return the cells of a notebook, each with its stored outputs in the place of a block.

    Raises:
        PageError: the metadata of a cell set what does not exist.

    """
    words = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    numbered = enumerate(notebook.cells, 1)
    code = [(number, cell) for number, cell in numbered if cell.cell_type == "code"]
    cells = tuple(_cell(number * LINES, cell, choices) for number, cell in code)
    return Page(title_of("\n\n".join(words), config), cells, ())


def choices_of_cell(line: int, cell: NotebookNode, choices: Choices) -> Choices:
    """Return the choices after the options in the metadata of a cell."""
    try:
        return choices.comparing(cell.metadata)
    except ValueError as error:
        raise PageError(line, str(error)) from error


def code_cell(line: int, cell: NotebookNode) -> Cell:
    """Return a cell without what it must print."""
    tags = tuple(cell.metadata.get("tags", ()))
    reason = str(cell.metadata.get("reason") or "")
    return Cell(line, 0, line + 1, cell.source, tags, reason, None, numbered=True)


def _cell(line: int, cell: NotebookNode, choices: Choices) -> Cell:
    usual = choices_of_cell(line, cell, choices).block
    found = code_cell(line, cell)
    outputs = [] if "unverified" in found.tags else cell.outputs
    expected = _expected(replace(usual, line=line), printed(outputs, kinds=True))
    errors = _expected(replace(usual, line=line, stream="stderr"), printed_errors(outputs))
    return replace(found, expected=expected, errors=errors, stored=True)


def _expected(usual: Expected, stored: Printed) -> Expected | None:
    return replace(usual, text=stored.text) if stored else None


def at_cell(problem: Problem) -> Problem:
    """Let a problem of a notebook name the cell, as the lines of its file say nothing to anyone."""
    number, line = divmod(problem.line, LINES)
    message = problem.message
    if number and line:
        words = _("Cell {number}, line {line}: {message}")
        message = words.format(number=number, line=line, message=message)
    elif number:
        message = _("Cell {number}: {message}").format(number=number, message=message)
    return replace(problem, line=0, message=message)


def rewrite_notebook(text: str, page: Page, outputs: Sequence[Outputs | None]) -> str:
    """Return the file of a notebook with the outputs of its run where they differ from the stored.

    What is equal, or was not compared, stays as it is, and where nothing differs the file does. The
    cells that ran are numbered as in their run, as if somebody had restarted the kernel and run
    them all.
    """
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = list(zip(code, page.cells, outputs, strict=True))
    changed = [each for each in found if _differs(*each[1:])]
    if not changed:
        return text
    for cell, _read, fresh in changed:
        cell.outputs = [_stored(output) for output in joined(fresh or [])]
    count = 0
    for cell, _read, fresh in found:
        if fresh is None:
            continue
        count += bool(cell.source.strip())
        cell.execution_count = count if cell.source.strip() else None
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
    return _written(notebook, text)


def _differs(cell: Cell, outputs: Outputs | None) -> bool:
    """Tell whether what is stored of a cell is not what it has printed."""
    if outputs is None or "unverified" in cell.tags:
        return False
    return any(
        bool(block) != bool(got) or (block and difference(block, got) is not None)
        for block, got in pairs(cell, outputs)
    )


def _stored(output: NotebookNode) -> NotebookNode:
    """Return an output without what only a build has noted of it."""
    kept = NotebookNode(output)
    if "metadata" in kept:
        known = kept.metadata.items()
        kept.metadata = NotebookNode({name: value for name, value in known if name != FACTS})
    return kept


def _written(notebook: NotebookNode, before: str) -> str:
    """Write a notebook as Jupyter does, with the indentation and the ends that its file had."""
    text: str = nbformat.writes(notebook)
    indent = re.search(r"\n([ \t]+)", before)
    if indent:
        text = re.sub(r"^ +", lambda blanks: indent[1] * len(blanks[0]), text, flags=re.M)
    text += before[len(before.rstrip()) :].replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if "\r\n" in before else text
