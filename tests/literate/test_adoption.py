"""A book of others gets its blocks in one run, and the second run finds nothing to write."""

from __future__ import annotations

import os
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from literate.__main__ import main
from tests.builds import build, cell, environment_of, write_page
from tests.literate.test_choices import CONF
from tests.literate.test_notebooks import CONF as NOTEBOOKS
from tests.literate.test_notebooks import Book, stored, stream

CHANGES = "import time\nprint(time.time_ns())"
AT = "print(object())"
PAGES = {
    "index": [cell("print(1)"), "text\n", cell("x = {'b': 2}\nx"), cell("y = 2")],
    "chance": [cell(CHANGES), cell("print(3)"), cell("print(4)", "5")],
    "fails": [cell("print(1)"), cell("1 / 0"), cell("print(2)")],
    "loud": [cell("import sys\nprint('a')\n_ = sys.stderr.write('careful')")],
    "raises": [cell("1 / 0", tags="raises-exception"), cell("print(9)", tags="skip-execution")],
    "at": [cell(AT)],
}


class Run(NamedTuple):
    """What the command line has said."""

    returncode: int
    stdout: str
    stderr: str


def adopt(book: Path) -> Run:
    out, err = StringIO(), StringIO()
    with (
        mock.patch.dict(os.environ, environment_of(book.parent), clear=True),
        mock.patch("sys.argv", ["literate", "adopt", str(book)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            code = main()
        except SystemExit as end:
            code = end.code
    return Run(code, out.getvalue(), err.getvalue())


def pages(book: Path) -> dict[str, bytes]:
    return {file.stem: file.read_bytes() for file in book.glob("*.md")}


def test_a_book_is_adopted_once_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    conf = CONF.format(checks="blocks") + "literate_compare = {'normalize': 'addresses'}\n"
    (tmp_path / "conf.py").write_text(conf)
    for name, blocks in PAGES.items():
        write_page(tmp_path / "book" / f"{name}.md", *blocks)
    run = adopt(tmp_path / "book")
    assert run.returncode == 0, run.stderr
    assert run.stdout.split("\n") == [
        "- chance.md:10: 出力が実行のたびに違います。",
        "- fails.md:14: セルで例外が起きました。",
        "- fails.md:18: セルが実行されませんでした。",
        "- loud.md:10: セルが標準エラー出力に書きました。",
        "期待する出力を 7 個書きました。",
        "",
    ]
    first = pages(tmp_path / "book")
    assert "```{testoutput}\n1\n```\n\ntext\n" in first["index"].decode()
    assert "ZeroDivisionError: division by zero\n```" in first["raises"].decode()
    assert "```{testoutput}\n5\n```" in first["chance"].decode()
    result = build(tmp_path / "_build", source=tmp_path / "book", conf=tmp_path)
    told = [line for line in result.log.split("\n") if "WARNING" in line]
    assert sorted(Path(line.split(":")[0]).name for line in told) == ["chance.md", "fails.md"]
    run = adopt(tmp_path / "book")
    assert run.stdout.endswith("期待する出力を 0 個書きました。\n")
    assert pages(tmp_path / "book") == first


def test_a_folder_that_is_no_book_is_refused(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    run = adopt(tmp_path / "book")
    assert (run.returncode, run.stdout) == (1, "")
    assert f"{tmp_path / 'book'} にも、その上のフォルダーにも、conf.py が" in run.stderr
    (tmp_path / "conf.py").write_text("extensions = ['no_such_extension']")
    run = adopt(tmp_path / "book")
    assert run.returncode == 1
    assert "no_such_extension" in run.stderr


def test_a_notebook_gets_what_it_had_not_stored(tmp_path: Path) -> None:
    book = Book(tmp_path)
    cells = [
        stored("print(1)", count=None),
        stored("print(2)", stream("3\n")),
        stored(CHANGES, count=None),
        stored("import sys\n_ = sys.stderr.write('careful')", count=None),
    ]
    book.write(*cells)
    (tmp_path / "conf.py").write_text(NOTEBOOKS + "language = 'ja'\nliterate_checks = 'blocks'\n")
    run = adopt(tmp_path / "book")
    assert run.stdout.split("\n") == [
        "- index.ipynb: セル 4：出力が実行のたびに違います。",
        "- index.ipynb: セル 5：セルが標準エラー出力に書きました。",
        "期待する出力を 1 個書きました。",
        "",
    ]
    shown = [[output.text for output in cell.outputs] for cell in book.read()]
    assert shown == [["1\n"], ["3\n"], [], []]
    first = book.file.read_bytes()
    assert adopt(tmp_path / "book").stdout.endswith("期待する出力を 0 個書きました。\n")
    assert book.file.read_bytes() == first
