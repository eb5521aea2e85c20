"""Let MyST-NB name the line of a page on which a thing stands.

It counts one line too many, and forgets the blank lines before the text between two cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from myst_nb.core.nb_to_tokens import notebook_to_tokens
from nbformat import NotebookNode

from literate.run.mystnb import read_with
from literate.verify.page import LINES


def use_exact_lines() -> None:
    """Put our count in the place of MyST-NB's."""
    read_with(tokens_at_their_lines)


def tokens_at_their_lines(
    notebook: NotebookNode, parser: MarkdownIt, *arguments: Any
) -> list[Token]:
    """Return the tokens of a page; each knows its line."""
    starts = notebook.metadata.get("source_map")
    if starts is None:  # it was a notebook before it was a page
        exact = [number * LINES - 1 for number in range(1, len(notebook.cells) + 1)]
    else:
        lines = Path(parser.options["document"]["source"]).read_text("utf-8-sig").split("\n")
        exact = [first_text(lines, start) - 1 for start in starts]
    notebook.metadata["source_map"] = exact
    try:
        return notebook_to_tokens(notebook, parser, *arguments)
    finally:
        notebook.metadata.pop("source_map")
        if starts is not None:
            notebook.metadata["source_map"] = starts


def first_text(lines: Sequence[str], start: int) -> int:
    """Return the first line that is not blank, from `start` on; both counted from 0."""
    return next((n for n, line in enumerate(lines[start:], start) if line.strip()), start)
