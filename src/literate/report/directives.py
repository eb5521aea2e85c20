"""The cells and blocks of a page as MyST-Parser meets them, also where MyST-NB does not look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import cast

from docutils import nodes
from myst_nb.core.read import is_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from literate.report.pages import MarkdownSource
from literate.run import mystnb
from literate.verify.block import PageError
from literate.verify.choices import choices_of
from literate.verify.page import Page, lines_of, parse

# str.splitlines, with which MyST-NB cuts a page into cells, takes these for ends of lines.
NO_LINE_ENDS = dict.fromkeys(map(ord, "\v\f\x1c\x1d\x1e\x85\u2028\u2029"), " ")

Met = tuple[str, str, int]
"""What MyST-Parser has met as a directive: its name, its file, and its line."""


class Block(SphinxDirective):
    """An expected block; the page shows the output of the run in its place.

    It has no options for MyST-Parser to find: ``literate.verify.page`` reads them. A cell comes
    here, too, if MyST-NB has not found it: it looks nowhere but at the top level of a notebook's
    page.
    """

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Show nothing, and remember that the page has it."""
        met_in(self.env).append((self.name.lower(), *self.get_source_info()))
        return []


def met_in(env: BuildEnvironment) -> list[Met]:
    """Return what was met so far on the page that is read."""
    return cast("list[Met]", env.temp_data.setdefault("literate_blocks", []))


def hide_line_ends(app: Sphinx, docname: str, source: list[str]) -> None:
    """Keep from MyST-NB what it would take for the end of a line in an expected block."""
    if source[0].translate(NO_LINE_ENDS) == source[0] or not is_myst_markdown_notebook(source[0]):
        return
    lines = lines_of(source[0])
    try:
        usual = choices_of(app.config).of(source[0]).block
        settings = mystnb.markdown(app.env), Path(app.env.doc2path(docname)), usual
        page = parse(source[0], *settings)
    except PageError:
        return  # it is told when the page has been read
    for block in chain.from_iterable(cell.blocks for cell in page.cells):
        place = slice(*block.place)
        lines[place] = [line.translate(NO_LINE_ENDS) for line in lines[place]]
    source[0] = "".join(lines)


def unseen(env: BuildEnvironment, page: Page, source: MarkdownSource) -> Iterator[tuple[str, int]]:
    """Yield the cells and blocks that MyST-Parser has met and that are none of the page's."""
    known = {block.line for cell in page.cells for block in cell.blocks} | set(page.orphans)
    lines = lines_of(source.words)
    for name, file, line in met_in(env):
        own = Path(file) == source.file
        place = _place(name, line, lines) if own else 1  # the others were included
        if not own or place not in known:
            yield name, place


def _place(name: str, line: int, lines: Sequence[str]) -> int:
    """Return the line of a directive: MyST-NB is one too far, and counts no leading blank lines."""
    near = range(max(line - 1, 1), len(lines) + 1)
    return next((place for place in near if name in lines[place - 1].lower()), line)
