"""Pages as pytest tests: ``pytest book`` runs them and reports each cell by itself.

A page has one kernel. A cell runs after those above it, also where they are not selected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from literate.report.pages import MarkdownSource, source_at
from literate.run.kernel import use_private_kernelspec
from literate.verify.block import PageError
from literate.verify.page import Cell, Page
from literate.verify.problems import Outputs, Problem, check, outputs_of, problems, stray
from literate.verify.settings import settings_of
from literate.words import _, speak

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr, TracebackStyle


class PageFailure(Exception):
    """What is wrong with a cell or a page, ready to be printed."""

    def __init__(self, path: Path, found: list[Problem]) -> None:
        """Put the place before each message, as compilers do; a notebook has no lines."""
        lines = (
            f"{path}:{each.line}: {each.message}" if each.line else f"{path}: {each.message}"
            for each in found
        )
        super().__init__("\n".join(lines))


class PageFile(pytest.File):
    """A page, and the kernel in which its cells run."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each cell, and one for what belongs to no cell.

        A page that cannot be read is a test that fails: the other pages can be tested.
        """
        self.page = Page(self.path.stem, (), ())
        self.language: str | None = None
        self.source: MarkdownSource | None = None
        speak(None)
        try:
            book = settings_of(self.path)
            self.language = book.language
            speak(self.language)
            self.source = source_at(self.path, book)
            if book.excludes(self.path):
                return
            self.choices = self.source.wishes()
            self.page = self.source.page(self.source.text, self.choices)
            self.notebook = self.source.notebook()
            self.settings = book.of(self.notebook)
            found = [*problems(self.page, []), *stray(self.source.unseen())]
            found = list(self.choices.wanted(found))
        except PageError as error:
            found = [Problem(error.line, str(error))]
        title = self.page.title or self.path.stem
        for index, cell in enumerate(self.page.cells):
            name = f"{title}[{index + 1}] {place_of(cell)}"
            yield CellItem.from_parent(self, name=name, nodeid=self.named(name), index=index)
        if self.page.cells or found:
            name = f"{title}[page] line 1"
            yield PageItem.from_parent(self, name=name, nodeid=self.named(name), found=found)

    def failure(self, found: Iterable[Problem]) -> PageFailure:
        """Return problems as they are told: each with its place in the file."""
        placed = found if self.source is None else map(self.source.place, found)
        return PageFailure(self.path, list(placed))

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


def place_of(cell: Cell) -> str:
    """Name the place where an author looks for a cell."""
    return f"cell {cell.place}" if cell.numbered else f"line {cell.place}"


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
            raise self.parent.failure([problem]) from error
        except DeadKernelError as error:
            problem = Problem(cell.code, _("The kernel that ran the page has ended."))
            raise self.parent.failure([problem]) from error
        if found := list(self.parent.choices.wanted(check(cell, outputs))):
            raise self.parent.failure(found)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the line at which the cell begins; of a notebook that is the first."""
        cell = self.parent.page.cells[self.index]
        return self.path, 0 if cell.numbered else cell.line - 1, self.name


class PageItem(Item):
    """What is to be said of a page as a whole, without running it."""

    def __init__(self, found: list[Problem], **kwargs: Any) -> None:
        """Keep what is wrong with the page."""
        super().__init__(**kwargs)
        self.found = found

    def runtest(self) -> None:
        """Tell what was found."""
        if self.found:
            raise self.parent.failure(self.found)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the beginning of the page."""
        return self.path, 0, self.name
