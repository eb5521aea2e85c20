"""Pages as pytest tests: ``pytest book`` runs them and reports each cell by itself.

A page has one kernel. A cell runs after those above it, also where they are not selected.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from myst_nb.core.read import read_myst_markdown_notebook
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from literate.run.kernel import use_private_kernelspec
from literate.verify.block import PageError
from literate.verify.page import Page, enclosed, parse
from literate.verify.problems import Outputs, Problem, check, outputs_of, problems, stray
from literate.verify.settings import settings_of
from literate.words import _, speak

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr, TracebackStyle


class PageFailure(Exception):
    """What is wrong with a cell or a page, ready to be printed."""

    def __init__(self, path: Path, found: list[Problem]) -> None:
        """Put the place before each message, as compilers do."""
        super().__init__("\n".join(f"{path}:{each.line}: {each.message}" for each in found))


class PageFile(pytest.File):
    """A page, and the kernel in which its cells run."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each cell, and one for what belongs to no cell.

        A page that cannot be read is a test that fails: the other pages can be tested.
        """
        self.page = Page(self.path.stem, (), ())
        self.language: str | None = None
        speak(None)
        try:
            book = settings_of(self.path)
            self.language = book.language
            speak(self.language)
            text = read(self.path)
            if book.excludes(self.path):
                return
            self.choices = book.choices.of(text)
            self.page = parse(text, book.markdown, self.path, self.choices.block)
            self.notebook = read_myst_markdown_notebook(text, book.markdown, path=self.path)
            self.settings = book.of(self.notebook)
            found = [*problems(self.page, []), *stray(enclosed(text, book.markdown))]
            found = list(self.choices.wanted(found))
        except PageError as error:
            found = [Problem(error.line, str(error))]
        title = self.page.title or self.path.stem
        for index, cell in enumerate(self.page.cells):
            name = f"{title}[{index + 1}] line {cell.line}"
            yield CellItem.from_parent(self, name=name, nodeid=self.named(name), index=index)
        if self.page.cells or found:
            name = f"{title}[page] line 1"
            yield PageItem.from_parent(self, name=name, nodeid=self.named(name), found=found)

    def named(self, name: str) -> str:
        """Return the id of a test: whole, so that pytest splits it as it does with a stored one."""
        return f"{self.nodeid}::{name}"

    def setup(self) -> None:
        """Prepare a kernel; it starts with the first cell that is run."""
        speak(self.language)
        use_private_kernelspec()
        self.exit = ExitStack()
        self.client: NotebookClient | None = None
        self.outputs: list[Outputs | None] = []

    def teardown(self) -> None:
        """End the kernel."""
        self.exit.close()

    def run(self, index: int) -> Outputs | None:
        """Return the outputs of a cell, once it and all above it have run."""
        if self.client is None:
            in_temp = self.settings.execution_in_temp
            folder = self.exit.enter_context(TemporaryDirectory()) if in_temp else self.path.parent
            self.client = NotebookClient(
                self.notebook,
                resources={"metadata": {"path": str(folder)}},
                allow_errors=True,
                timeout=self.settings.execution_timeout,
            )
            self.exit.enter_context(self.client.setup_kernel())
        cells = enumerate(self.notebook.cells)
        code = [(place, cell) for place, cell in cells if cell.cell_type == "code"]
        for place, cell in code[len(self.outputs) : index + 1]:
            self.client.execute_cell(cell, place)
            self.outputs.append(outputs_of(cell))
        return self.outputs[index]


def read(page: Path) -> str:
    """Return the source of a page.

    Raises:
        PageError: it is no UTF-8.

    """
    source = page.read_bytes()
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise PageError(line, _("It is not written in UTF-8.")) from error


class Item(pytest.Item):
    """A test of a page."""

    parent: PageFile

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: TracebackStyle | None = None
    ) -> str | TerminalRepr:
        """Print the place and the difference, and not how this plugin got there."""
        if isinstance(excinfo.value, PageFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class CellItem(Item):
    """One cell of a page."""

    def __init__(self, index: int, **kwargs: Any) -> None:
        """Keep which of the page's cells it is."""
        super().__init__(**kwargs)
        self.index = index

    def runtest(self) -> None:
        """Run the cell and compare what it printed."""
        cell = self.parent.page.cells[self.index]
        try:
            outputs = self.parent.run(self.index)
        except CellTimeoutError as error:
            problem = Problem(cell.code, f"{_('The cell did not end in time.')}\n{error}")
            raise PageFailure(self.path, [problem]) from error
        except DeadKernelError as error:
            problem = Problem(cell.code, _("The kernel that ran the page has ended."))
            raise PageFailure(self.path, [problem]) from error
        if found := list(self.parent.choices.wanted(check(cell, outputs))):
            raise PageFailure(self.path, found)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the line at which the cell begins."""
        return self.path, self.parent.page.cells[self.index].line - 1, self.name


class PageItem(Item):
    """What is to be said of a page as a whole, without running it."""

    def __init__(self, found: list[Problem], **kwargs: Any) -> None:
        """Keep what is wrong with the page."""
        super().__init__(**kwargs)
        self.found = found

    def runtest(self) -> None:
        """Tell what was found."""
        if self.found:
            raise PageFailure(self.path, self.found)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the beginning of the page."""
        return self.path, 0, self.name
