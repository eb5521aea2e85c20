"""Notebooks are compared with the outputs that are stored in them, and nothing else is ticked."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.builds import Build, build

CONF = """
extensions = ["myst_nb", "literate"]
nb_execution_mode = "cache"
html_theme = "basic"
"""
SPEC = {
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {"name": "python"},
}
PNG = (
    "import base64\nfrom IPython.display import Image, display\n"
    "display(Image(base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==')))"
)
SHOWN = "<IPython.core.display.Image object>"


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def result(text: str, count: int = 1, **kinds: str) -> NotebookNode:
    data = {"text/plain": text, **{name.replace("_", "/"): kinds[name] for name in kinds}}
    return new_output("execute_result", data, execution_count=count)


def stored(source: str, *outputs: NotebookNode, count: int | None = 1, **metadata: object):
    metadata["tags"] = str(metadata.pop("tags", "")).split()
    return new_code_cell(
        source, outputs=list(outputs), execution_count=count, metadata=metadata, id="c"
    )


class Book:
    """A book whose first page is a notebook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "book" / "index.ipynb"
        self.file.parent.mkdir()

    def write(self, *cells: NotebookNode, **metadata: object) -> None:
        title = new_markdown_cell("# Title", id="t")
        for number, cell in enumerate(cells):
            cell.id = f"c{number}"
        notebook = new_notebook(cells=[title, *cells], metadata=SPEC | metadata)
        notebook.nbformat_minor = 5
        self.file.write_text(nbformat.writes(notebook) + "\n", "utf-8")

    def build(self, conf: str = "", *options: str, out: str = "_build") -> Build:
        (self.folder / "conf.py").write_text(CONF + conf)
        source = self.file.parent
        return build(self.folder / out, *options, source=source, conf=self.folder)

    def accept(self, conf: str = "") -> Build:
        return self.build(conf, "-E", "-D", "literate_accept=1")

    def read(self) -> list[NotebookNode]:
        cells = nbformat.read(self.file, as_version=4).cells
        return [cell for cell in cells if cell.cell_type == "code"]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def warnings(result: Build) -> list[str]:
    return [line.partition("index.ipynb")[2] for line in result.log.split("\n") if "WARN" in line]


def page(result: Build) -> str:
    return (result.html / "index.html").read_text("utf-8")


def test_outputs_that_are_as_stored_are_ticked_and_one_digit_is_told_by_cell_every_time(
    book: Book,
) -> None:
    right = [stored("print(1.5)", stream("1.5\n")), stored("2 + 2", result("4", 7), count=7)]
    book.write(*right, stored("x = 1"))
    first = book.build()
    assert first.returncode == 0, first.log
    assert page(first).count("✓") == 2
    assert "executed and compared" in page(first)

    book.write(*right, stored("print('a')\nprint(2.5)", stream("a\n2.6\n")))
    for _ in range(2):
        second = book.build()
        assert second.returncode == 1
        message = "The output of the cell is not the one that is stored in the notebook."
        assert warnings(second) == [f": WARNING: Cell 4: {message}"]
        assert "-2.6\n+2.5" in second.log
        assert page(second).count("✓") == 2
        assert page(second).count("✗") == 1


def test_streams_results_and_exceptions_are_compared_each_by_itself(book: Book) -> None:
    careful = "import sys\nprint('out')\nprint('careful', file=sys.stderr)\n1.5"
    error = new_output("error", ename="ValueError", evalue="as said", traceback=["of old"])
    fails = stored("raise ValueError('as said')", error, tags="raises-exception")
    outputs = [stream("out\n"), stream("careful\n", "stderr"), result("1.5")]
    book.write(stored(careful, *outputs), fails)
    kept = book.build()
    assert kept.returncode == 0, kept.log
    assert page(kept).count("✓") == 2

    outputs[1] = stream("careless\n", "stderr")
    error.evalue = "as meant"
    book.write(stored(careful, *outputs), fails)
    changed = book.build()
    assert [each[:18] for each in warnings(changed)] == [": WARNING: Cell 2:", ": WARNING: Cell 3:"]
    assert "-careless\n+careful" in changed.log
    assert "-ValueError: as meant\n+ValueError: as said" in changed.log


def test_a_picture_is_compared_by_its_kind_and_not_ticked(book: Book) -> None:
    picture = new_output("display_data", {"text/plain": SHOWN, "image/png": "AAAA"})
    book.write(stored(PNG, picture), stored("print(1)", stream("1\n")))
    same = book.build()
    assert same.returncode == 0, same.log
    assert page(same).count("✓") == 1

    picture.data = {"text/plain": SHOWN, "image/jpeg": "AAAA"}
    book.write(stored(PNG, picture))
    assert "-  image/jpeg\n+  image/png" in book.build().log
    book.write(stored(PNG, stream(SHOWN)))
    assert f" {SHOWN}\n+  image/png" in book.build().log


def test_what_is_stored_on_one_side_only_is_told_and_gently_left_out(book: Book) -> None:
    book.write(stored("print(1)"), stored("print(2)", stream("2\n")), stored("x = 3", stream("3")))
    strict = warnings(book.build())
    assert [each[11:23] for each in strict] == ["Cell 2: The ", "Cell 4: An o"]
    assert "none is stored" in strict[0]
    assert "has printed nothing" in strict[1]
    gentle = book.build("literate_checks = 'blocks'")
    assert [each[11:23] for each in warnings(gentle)] == ["Cell 4: An o"]

    book.write(stored("print(1)"), stored("import sys; print(2, file=sys.stderr)"))
    nothing = book.build("literate_checks = 'blocks'")
    assert nothing.returncode == 0, nothing.log
    assert "✓" not in page(nothing)
    assert "executed and compared" not in page(nothing)
    assert len(warnings(book.build())) == 3  # one of stderr, and one that nothing was compared


def test_the_book_the_notebook_and_a_cell_choose_as_pages_and_blocks_do(book: Book) -> None:
    address = stored("print('at', hex(id(object())))", stream("at 0x1\n"))
    near = stored("print(1.25)", stream("1.2\n"), literate_compare={"atol": 0.1})
    any_ = stored("print('a b')", stream("a ...\n"), literate_compare={"options": "+ELLIPSIS"})
    chance = stored("print(id(1))", stream("1\n"), tags="unverified", reason="it is chance")
    value = stored("print({1: 2, 3: 4})", stream("{3: 4, 1: 2}\n"))
    book.write(
        *(address, near, any_, chance, value),
        literate_compare={"options": "+BY_VALUE"},
        literate_checks={"prose": False},
    )
    result = book.build("literate_compare = {'normalize': 'addresses'}")
    assert result.returncode == 0, result.log
    assert page(result).count("✓") == 4

    near.metadata.literate_compare = {"colour": 1}
    book.write(near)
    assert ": WARNING: Cell 2: literate_compare is a dict" in warnings(book.build())[0]
    book.write(address, literate_checks="most")
    assert warnings(book.build())[0].startswith(": WARNING: literate_checks is")


def test_no_output_that_a_run_has_not_given_is_taken_for_one(book: Book) -> None:
    kept = stored("print('old')", stream("old\n"), tags="skip-execution")
    behind = stored("print('behind')", stream("behind\n"))
    book.write(kept, stored("1 / 0"), behind)
    result = book.build()
    assert len(warnings(result)) == 1
    assert ": WARNING: Cell 3, line 1: The cell has raised an exception." in warnings(result)[0]
    assert "✓" not in page(result)
    assert "old\n" in page(result)
    assert "behind\n" not in page(result)
    before = book.file.read_bytes()
    assert book.accept().returncode == 1
    assert book.file.read_bytes() == before


def test_a_number_in_the_prose_of_a_notebook_comes_from_its_run(book: Book) -> None:
    proven, wrong = new_markdown_cell("It is 1.234."), new_markdown_cell("It is\n\nnot 1.236.")
    book.write(stored("print(1.2345)", stream("1.2345\n")), proven, wrong)
    assert warnings(book.build()) == [
        ": WARNING: Cell 4, line 3: The number 1.236 in the text does not follow from the outputs "
        "of this page. [literate.prose]"
    ]


def test_the_ledger_names_the_cell_of_a_notebook(book: Book) -> None:
    chance = stored("print(1)", stream("1\n"), tags="unverified", reason="chance")
    table = new_markdown_cell("```{verification-ledger}\n```")
    book.write(stored("print(2)", stream("2\n")), chance, table)
    result = book.build()
    assert result.returncode == 0, result.log
    assert "chance (cell 3)" in page(result)


def indented(text: str) -> str:
    return json.dumps(json.loads(text), indent=4, sort_keys=True, ensure_ascii=False)


@pytest.mark.parametrize("form", [str, indented, lambda text: text.replace("\n", "\r\n")])
def test_accept_writes_what_differs_as_jupyter_does_and_else_not_one_byte(book: Book, form) -> None:
    picture = new_output("display_data", {"text/plain": SHOWN, "image/png": "AAAA"})
    chance = stored("print(id(1))", stream("1\n"), tags="unverified", reason="chance")
    skipped = stored("print(8)", stream("9\n"), count=9, tags="skip-execution")
    right = stored("2 + 2", result("4", 40), count=40)
    cells = [right, stored("print('日本', 1)", stream("2\n"), count=None), stored(PNG, picture)]
    others = [stored("", count=None), chance, skipped]
    book.write(*cells, *others, stored("7", count=5))
    before = form(book.file.read_text("utf-8"))
    cells[0].outputs[0].execution_count = cells[0].execution_count = 1
    cells[1] = stored(cells[1].source, stream("日本 1\n"), count=2)
    cells[2].execution_count, chance.execution_count = 3, 4
    book.write(*cells, *others, stored("7", result("7", 5), count=5))
    want = form(book.file.read_text("utf-8"))

    book.file.write_bytes(before.encode("utf-8"))
    accepted = book.accept()
    assert accepted.returncode == 0, accepted.log
    assert f"--- {book.file}\n+++ {book.file}\n@@ -" in accepted.log
    assert book.file.read_bytes().decode("utf-8") == want
    again = book.accept()
    assert again.returncode == 0
    assert "+++" not in again.log
    assert book.file.read_bytes().decode("utf-8") == want
    assert book.build().returncode == 0


def test_accept_keeps_what_nobody_but_a_build_has_noted_out_of_the_file(book: Book) -> None:
    figure = "import matplotlib.pyplot as plt\nplt.plot([0, 1], [2, 3])\nplt.show()"
    book.write(stored(figure))
    assert book.accept().returncode == 0
    (cell,) = book.read()
    assert set(cell.outputs[0].data) == {"image/png", "text/plain"}
    assert cell.outputs[0].metadata == {}
    assert "literate" not in book.file.read_text("utf-8")


def test_a_notebook_that_nobody_can_read_leaves_its_contents_and_the_other_pages(
    book: Book,
) -> None:
    contents = new_markdown_cell("# Home\n\n```{toctree}\nother\n```", id="h")
    book.write(contents, stored("x", tags="a"))
    (book.file.parent / "other.md").write_text("# Other\n\nIt is here.\n")
    text = book.file.read_text("utf-8")
    book.file.write_text(text.replace('"nbformat": 4', '"nbformat": "four"'))
    result = book.build()
    assert [each[:40] for each in warnings(result)] == [":1: WARNING: The page cannot be read. NB"]
    assert "It is here." in (result.html / "other.html").read_text("utf-8")
    book.file.write_text(text[:-20])
    assert ":1: WARNING: The page cannot be read. NotJSON" in book.build().log


def test_a_notebook_of_an_old_form_is_refused(book: Book) -> None:
    v3 = nbformat.v3
    code = """print('"nbformat": 3')"""
    cell = v3.new_code_cell(code, outputs=[v3.new_output("stream", "1\n")])
    notebook = v3.new_notebook(worksheets=[v3.new_worksheet(cells=[cell])])
    book.file.write_text(v3.writes_json(notebook), "utf-8")
    message = "The notebook is stored in nbformat 3. Save it in Jupyter once. [literate.page]"
    assert warnings(book.build()) == [f":1: WARNING: {message}"]
    book.write(stored(code, stream('"nbformat": 3\n')))
    assert warnings(book.build()) == []
