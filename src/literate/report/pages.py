"""Where a page says what its cells must print: in blocks of Markdown, or as stored outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from myst_nb.core.read import NbReader
from myst_parser.config.main import MdParserConfig
from sphinx.application import Sphinx

from literate.run import mystnb
from literate.verify.accept import rewrite
from literate.verify.block import PageError
from literate.verify.choices import Choices, choices_of
from literate.verify.notebook import at_cell, page_of, rewrite_notebook
from literate.verify.page import Page, parse
from literate.verify.problems import Outputs, Problem


@dataclass(frozen=True)
class MarkdownSource:
    """A page of Markdown, with blocks."""

    file: Path
    text: str
    book: Choices
    config: MdParserConfig

    @property
    def words(self) -> str:
        """The text in which the line of a word can be looked up."""
        return self.text

    def wishes(self) -> Choices:
        """Return the choices of the page."""
        return self.book.of(self.text)

    def page(self, text: str, wishes: Choices) -> Page:
        """Read the page from a text of it."""
        return parse(text, self.config, self.file, wishes.block)

    def rewrite(self, page: Page, outputs: Sequence[Outputs | None]) -> str:
        """Return the text of the page as its run would have it."""
        return rewrite(self.text, page, outputs)

    def place(self, problem: Problem) -> Problem:
        """Return a problem as it is told: its line is one of the file."""
        return problem


@dataclass(frozen=True)
class NotebookSource(MarkdownSource):
    """A notebook, with what its cells had printed when it was stored."""

    reader: NbReader

    @property
    def words(self) -> str:
        """Nothing: MyST-NB numbers the lines of a notebook by its cells."""
        return ""

    def wishes(self) -> Choices:
        """Return the choices of the notebook, from its metadata."""
        metadata = self.reader.read(self.text).metadata
        try:
            return self.book.checking(metadata).comparing(metadata)
        except ValueError as error:
            raise PageError(1, str(error)) from error

    def page(self, text: str, wishes: Choices) -> Page:
        """Read the notebook from a text of it."""
        return page_of(self.reader.read(text), wishes, self.config)

    def rewrite(self, page: Page, outputs: Sequence[Outputs | None]) -> str:
        """Return the notebook as its run would have it; only Jupyter's own format can store it."""
        if self.file.suffix != ".ipynb":
            return self.text
        return rewrite_notebook(self.text, page, outputs)

    def place(self, problem: Problem) -> Problem:
        """Return a problem as it is told: it names the cell."""
        return at_cell(problem)


def source_of(app: Sphinx) -> MarkdownSource:
    """Return the source of the page that is read."""
    env = app.env
    file = Path(env.doc2path(env.docname))
    text = file.read_bytes().decode("utf-8")
    source = (file, text, choices_of(app.config), mystnb.markdown(env))
    reader = mystnb.reader_of(env, file)
    return NotebookSource(*source, reader) if reader else MarkdownSource(*source)
