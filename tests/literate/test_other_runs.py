"""Notebooks run by any kernel, in any mode, from any format; only what was run is compared."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.literate.test_notebooks import Book, page, stored, stream, warnings

SPEC = {
    "argv": [sys.executable, "-m", "ipykernel_launcher", "--log-level=ERROR"],
    "display_name": "Other",
    "language": "python",
}
WHICH = "import sys\nprint('literate.run.recorder' in sys.modules)"
DIFFERENT = ": WARNING: Cell 2: The output of the cell is not the one that is stored"
UNRUN = ": WARNING: The notebook was not executed, so its stored outputs are not compared."
PERCENT = """
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

def reads(text):
    title, *cells = text.split("# %%\\n")
    return new_notebook(
        cells=[new_markdown_cell(title[2:]), *map(new_code_cell, cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def test_another_kernel_runs_as_stock_runs_it_and_is_compared(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = book.folder / "jupyter" / "kernels" / "other" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps(SPEC | {"argv": [*SPEC["argv"], "-f", "{connection_file}"]}))
    monkeypatch.setenv("JUPYTER_PATH", str(book.folder / "jupyter"))
    other = {"kernelspec": {"name": "other", "display_name": "Other"}}
    wrong = stored("print(2.5)", stream("2.6\n"))
    book.write(stored(WHICH, stream("False\n")), **other)
    first = book.build()
    assert first.returncode == 0, first.log
    assert page(first).count("✓") == first.executed == 1
    assert book.build().executed == 0
    (book.folder / "book" / "data.txt").write_text("nobody knows who reads it")
    assert book.build().executed == 1

    book.write(wrong, **other)
    assert [each[: len(DIFFERENT)] for each in warnings(book.build())] == [DIFFERENT]
    alias = "nb_kernel_rgx_aliases = {'oth.*': 'python3'}"
    book.write(stored(WHICH, stream("True\n")), **other)
    aliased = book.build(alias)
    assert aliased.returncode == 0, aliased.log


@pytest.mark.parametrize(
    ("mode", "in_temp"),
    [("off", True), ("auto", False), ("force", True), ("cache", False), ("inline", True)],
)
def test_what_a_mode_runs_is_compared_and_what_it_does_not_run_is_said_to_be_unknown(
    book: Book, mode: str, in_temp: bool
) -> None:
    conf = f"nb_execution_mode = {mode!r}\nnb_execution_in_temp = {in_temp}"
    here = stored("import os\nprint(os.path.exists('index.ipynb'))", stream(f"{not in_temp}\n"))
    book.write(here)
    runs = mode not in ("off", "auto")
    right = book.build(conf)
    assert page(right).count("✓") == runs
    assert [each[: len(UNRUN)] for each in warnings(right)] == [] if runs else [UNRUN]
    gentle = book.build(f"{conf}\nliterate_checks = 'blocks'")
    assert gentle.returncode == 0, gentle.log
    here.outputs = [stream(f"{in_temp}\n")]
    book.write(here, stored("x = 1"))  # of which nothing is stored: auto runs the notebook
    told = [each[: len(DIFFERENT)] for each in warnings(book.build(conf))]
    assert told == ([UNRUN[: len(DIFFERENT)]] if mode == "off" else [DIFFERENT])


def test_a_format_that_stores_no_outputs_runs_and_says_what_is_missing(book: Book) -> None:
    source = book.folder / "src" / "percent.py"
    source.parent.mkdir()
    source.write_text(PERCENT)
    file = book.file.with_suffix(".py")
    file.write_text("# Title\n# %%\nx = 1\n# %%\nprint(1 + 1)\n")
    conf = "nb_custom_formats = {'.py': 'percent.reads'}"
    strict = book.build(conf)
    assert strict.log.count("WARNING: ") == 2  # the other is that nothing was compared
    missing = "Cell 3: The cell has an output and no testoutput."
    assert f"{file}: WARNING: {missing}" in strict.log
    before = file.read_bytes()
    assert missing in book.accept(conf).log
    assert file.read_bytes() == before
    gentle = book.build(f"{conf}\nliterate_checks = 'blocks'")
    assert gentle.returncode == 0, gentle.log
    assert "✓" not in page(gentle)
    assert "2\n" in page(gentle)
