"""Notebooks as text files, as jupytext writes them, have blocks in the text after a cell."""

from __future__ import annotations

import re
from pathlib import Path

import jupytext
import pytest
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from literate.verify.block import PageError
from literate.verify.choices import Choices
from literate.verify.text_notebook import page_of_text, rewrite_text
from tests.builds import Build, build
from tests.literate.test_notebooks import CONF, SPEC

FORMATS = {".py": "py:percent", ".Rmd": "Rmd"}


class Book:
    """A book whose first page is a text file that jupytext reads."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder, self.format = folder, FORMATS[suffix]
        self.file = folder / "book" / f"index{suffix}"
        self.file.parent.mkdir()
        formats = {suffix: ["jupytext.reads", {"fmt": self.format}]}
        (folder / "conf.py").write_text(f"{CONF}\nnb_custom_formats = {formats!r}\n")

    def write(self, *cells: NotebookNode) -> str:
        all_cells = [new_markdown_cell("# Title"), *cells]
        numbered = [NotebookNode(cell, id=f"c{n}") for n, cell in enumerate(all_cells)]
        notebook = new_notebook(cells=numbered, metadata=SPEC)
        text: str = jupytext.writes(notebook, fmt=self.format)
        # Some other version has saved it: what it says of itself is not ours to change.
        text = re.sub(r"jupytext_version: .*", "jupytext_version: 1.14.0", text)
        self.file.write_text(text)
        return text

    def build(self, *options: str) -> Build:
        return build(
            self.folder / "_build", "-E", *options, source=self.file.parent, conf=self.folder
        )

    def told(self, *options: str) -> list[str]:
        found = re.findall(rf"{self.file.name}(?::\d+)?: WARNING: (.*)", self.build(*options).log)
        return [line.partition(" [literate.")[0] for line in found]


@pytest.fixture(params=FORMATS)
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Book:
    return Book(tmp_path, request.param)


def block(text: str, *options: str) -> NotebookNode:
    return new_markdown_cell("\n".join(["```{testoutput}", *options, text, "```"]))


def test_a_block_is_compared_and_written_and_nothing_else_changes(book: Book) -> None:
    cells = [
        new_code_cell("x = 1 / 3\nx"),
        block("0.33333", ":rtol: 1e-3"),
        new_markdown_cell("Some text.\n\n- a list"),
        new_code_cell("print(2)"),
        block("3"),
        new_code_cell("print(4)"),
        new_markdown_cell("More."),
        new_code_cell("y = 5"),
        block("5"),
    ]
    book.write(*cells)
    assert book.told() == [
        "Cell 6, line 1: The output of the cell is not its testoutput.",
        "Cell 7: The cell has an output and no testoutput.",
        "Cell 10, line 1: There is a testoutput, but the cell has printed nothing.",
    ]
    book.told("-D", "literate_accept=1")
    cells[4] = block("2")
    cells[8:] = []
    cells.insert(6, block("4"))
    wanted = book.file.read_text()
    assert wanted == book.write(*cells)
    assert book.told() == []
    page = (book.folder / "_build" / "html" / "index.html").read_text()
    assert page.count("✓") == 3
    assert "testoutput" not in page
    book.told("-D", "literate_accept=1")
    assert book.file.read_text() == wanted


def test_a_block_that_belongs_to_no_cell_is_told(book: Book) -> None:
    lost = new_markdown_cell("Text.\n\n```{testoutput}\n1\n```")
    book.write(new_code_cell("print(1)"), block("1"), lost, lost)
    message = "There is no cell directly before this testoutput."
    assert book.told() == [f"Cell {number}, line 3: {message}" for number in (4, 5)]
    book.write(new_code_cell("print(1)"), block("1", ":size: 2"))
    (told,) = book.told()
    assert told.startswith("Cell 3, line 1: testoutput has no option :size:")


def test_a_file_that_would_be_written_in_another_way_is_left() -> None:
    def read(text: str) -> NotebookNode:
        return new_notebook(cells=[new_code_cell(line) for line in text.split("|")])

    def write(notebook: NotebookNode) -> str:
        return f"{len(notebook.cells)} " + " | ".join(cell.source for cell in notebook.cells)

    page = page_of_text(read("a|b"), Choices(), MdParserConfig())
    printed = [new_output("stream", text="1\n")]
    assert rewrite_text("a|b", read, write, page, [[], []]) == "a|b"
    with pytest.raises(PageError, match="jupytext(が| would)"):
        rewrite_text("a|b", read, write, page, [printed, []])


def test_a_block_is_written_in_the_fence_that_the_book_allows() -> None:
    def read(text: str) -> NotebookNode:
        return new_notebook(cells=[new_code_cell("print(1)"), new_markdown_cell(text)])

    def write(notebook: NotebookNode) -> str:
        return "|".join(cell.source for cell in notebook.cells[1:])

    config = MdParserConfig(enable_extensions={"colon_fence"})
    text = ":::{testoutput}\n2\n:::\n\nMore."
    page = page_of_text(read(text), Choices(), config)
    printed = [new_output("stream", text="1\n")]
    assert rewrite_text(text, read, write, page, [printed]) == text.replace("2", "1")
