"""Where a page says what its cells must print: in blocks of Markdown, or as stored outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from myst_nb.core.read import (
    NbReader,
    create_nb_reader,
    is_myst_markdown_notebook,
    read_myst_markdown_notebook,
)
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from sphinx.application import Sphinx

from literate.run import mystnb
from literate.verify.accept import rewrite
from literate.verify.block import PageError
from literate.verify.choices import Choices, choices_of
from literate.verify.notebook import at_cell, page_of, rewrite_notebook
from literate.verify.page import LINES, Page, enclosed, parse
from literate.verify.problems import Outputs, Problem
from literate.verify.settings import Settings, folder_of_conf
from literate.verify.source import check, decoded
from literate.verify.text_notebook import page_of_text, rewrite_text

# Where Sphinx, MyST-NB and Jupyter leave notebooks that nobody has written.
LEFT = {"_build", "_downloads", "_sources", "_static", "jupyter_execute", ".ipynb_checkpoints"}


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

    def notebook(self) -> NotebookNode:
        """Return the cells as they are run."""
        text = self.text.removeprefix("\ufeff")
        return read_myst_markdown_notebook(text, self.config, path=self.file)

    def unseen(self) -> Iterator[tuple[str, int]]:
        """Yield the cells and blocks that stand where MyST-NB does not look."""
        return enclosed(self.text, self.config)

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

    def notebook(self) -> NotebookNode:
        """Return the cells as they are run: without what they had printed before."""
        notebook = self.reader.read(self.text)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.update(outputs=[], execution_count=None)
        return notebook

    def unseen(self) -> Iterator[tuple[str, int]]:
        """Yield the cells and blocks in the text cells: a notebook has none of them."""
        for number, cell in enumerate(self.reader.read(self.text).cells, 1):
            if cell.cell_type == "markdown":
                yield from enclosed(cell.source, self.config, number * LINES)

    def rewrite(self, page: Page, outputs: Sequence[Outputs | None]) -> str:
        """Return the notebook as its run would have it."""
        return rewrite_notebook(self.text, page, outputs)

    def place(self, problem: Problem) -> Problem:
        """Return a problem as it is told: it names the cell."""
        return at_cell(problem)


class TextNotebookSource(NotebookSource):
    """A notebook in a format that stores no outputs, with blocks."""

    def page(self, text: str, wishes: Choices) -> Page:
        """Read the notebook from a text of it."""
        return page_of_text(self.reader.read(text), wishes, self.config)

    def rewrite(self, page: Page, outputs: Sequence[Outputs | None]) -> str:
        """Return the notebook as its run would have it, if jupytext has read it and can write it.

        Raises:
            PageError: jupytext would write other lines anew, too.

        """
        read = self.reader.read
        if not isinstance(read, partial) or read.func.__module__.partition(".")[0] != "jupytext":
            return self.text
        from jupytext import writes

        return rewrite_text(self.text, read, partial(writes, **read.keywords), page, outputs)


def source_with(
    reader: NbReader | None, file: Path, text: str, book: Choices, config: MdParserConfig
) -> MarkdownSource:
    """Return the source of a page that is read so."""
    if reader is None:
        return MarkdownSource(file, text, book, config)
    kind = NotebookSource if file.suffix == ".ipynb" else TextNotebookSource
    return kind(file, text, book, config, reader)


def source_of(app: Sphinx) -> MarkdownSource:
    """Return the source of the page that is read."""
    env = app.env
    file = Path(env.doc2path(env.docname))
    text = file.read_bytes().decode("utf-8")
    reader = mystnb.reader_of(env, file)
    return source_with(reader, file, text, choices_of(app.config), mystnb.markdown(env))


def source_at(file: Path, book: Settings) -> MarkdownSource:
    """Return the source of a page for those who run it without Sphinx.

    Raises:
        PageError: nobody can read it.

    """
    check(file, "utf-8-sig")
    text = decoded(file, "utf-8")
    reader = create_nb_reader(str(file), book.markdown, book.notebook, None)
    return source_with(reader, file, text, book.choices, book.markdown)


def is_page(file: Path) -> bool:
    """Tell whether a file is a page with cells; a notebook is one in a book that uses literate."""
    if file.suffix == ".md":
        return is_myst_markdown_notebook(file.read_text("utf-8-sig", "replace"))
    folder = folder_of_conf(file)
    if file.suffix != ".ipynb" or folder is None or LEFT & {*file.relative_to(folder).parts}:
        return False
    return "literate" in (folder / "conf.py").read_text("utf-8", "replace")
