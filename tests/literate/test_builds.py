"""A small foreign book: literate runs it, keeps it fresh, and lets no failure pass."""

from __future__ import annotations

import filecmp
from importlib.metadata import version
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.builds import Build, build, cell, write_page

CONF = """
language = "ja"
extensions = ["myst_nb", "literate"]
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_timeout = {timeout}
literate_sources = ["src/**/*.py"]
literate_packages = ["sphinx"]
html_theme = "basic"
"""


HTML = "<IPython.core.display.HTML object>"
ANNOUNCED = "Traceback (most recent call last):\n    ...\nValueError: as announced"


class Book:
    """A book with a package of its own, in a folder with a space and Japanese in its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ほかの 本"
        self.index = self.folder / "book" / "index.md"
        self.module = self.folder / "src" / "subject.py"
        self.module.parent.mkdir(parents=True)
        self.module.write_text("VALUE = 'first'\n")
        self.configure()

    def configure(self, timeout: int = 60) -> None:
        (self.folder / "conf.py").write_text(CONF.format(timeout=timeout))

    def build(self, out: str = "_build", *, accept: bool = False) -> Build:
        source = self.folder / "book"
        options = ("-E", "-D", "literate_accept=1") if accept else ()
        return build(self.folder / out, *options, source=source, conf=self.folder)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def fails_every_time(book: Book, *messages: str) -> None:
    for _ in range(3):
        result = book.build()
        assert result.returncode == 1
        for message in messages:
            assert message in result.log


def mended(book: Book) -> None:
    write_page(book.index, cell("print('ok')", "ok"))
    result = book.build()
    assert result.returncode == 0, result.log


def test_a_cell_that_raises_fails_the_build_until_it_is_mended(book: Book) -> None:
    write_page(book.index, cell("print('before')"), cell("def f():\n    1 / 0\nf()"))
    fails_every_time(
        book,
        f"{book.index}:15: WARNING: セルで例外が起きました",  # the line inside f, not of the call
        "ZeroDivisionError: division by zero",
        "----> 3 f()",
    )
    mended(book)


def test_a_cell_that_is_no_python_fails_the_build(book: Book) -> None:
    write_page(book.index, cell("x = 1\nif x\n    pass"))
    result = book.build()
    assert result.returncode == 1
    assert f"{book.index}:11: WARNING: セルで例外が起きました" in result.log
    assert "SyntaxError" in result.log


def test_a_cell_that_takes_too_long_fails_the_build(book: Book) -> None:
    book.configure(timeout=1)
    write_page(book.index, cell("print('quick')"), cell("import time\ntime.sleep(60)"))
    result = book.build()
    assert result.returncode == 1
    assert f"{book.index}:14: WARNING: セルが時間内に終わりませんでした" in result.log


def test_a_cell_that_writes_to_stderr_fails_the_build(book: Book) -> None:
    write_page(book.index, cell("import sys\nprint('careful', file=sys.stderr)"))
    fails_every_time(book, f"{book.index}:10: WARNING: セルが標準エラー出力に書きました", "careful")
    mended(book)


def test_a_declared_exception_is_shown_without_the_machine_and_its_absence_fails(
    book: Book,
) -> None:
    code = "def f():\n    raise ValueError('as' + ' announced')\nf()"
    write_page(
        book.index,
        cell(code, ANNOUNCED, tags="raises-exception"),
        cell("print('goes ' + 'on')", "goes on"),
    )
    result = book.build()
    assert result.returncode == 0, result.log
    html = (result.html / "index.html").read_text("utf-8")
    assert "as announced" in html
    assert "goes on" in html
    assert "ipykernel" not in html
    shown = BeautifulSoup(html, "html.parser")
    shown.select_one("details.literate-label").decompose()  # what the author expected
    assert "Traceback" not in shown.get_text()

    write_page(book.index, cell("print('calm')", "calm", tags="raises-exception"))
    fails_every_time(book, f"{book.index}:11: WARNING: raises-exception と宣言したセルで")


def test_a_page_whose_cells_were_not_executed_fails_the_build(book: Book) -> None:
    conf = book.folder / "conf.py"
    conf.write_text(conf.read_text().replace('"cache"', '"off"'))
    write_page(book.index, cell("print('never')"))
    result = book.build()
    assert result.returncode == 1
    assert f"{book.index}:10: WARNING: セルが実行されませんでした" in result.log


def test_any_other_warning_fails_the_build_every_time_too(book: Book) -> None:
    write_page(book.index, cell("print('ok')", "ok"), "{no-such-role}`x`")
    fails_every_time(book, "no-such-role")


def test_edited_renamed_and_deleted_sources_are_never_published_with_old_outputs(
    book: Book,
) -> None:
    code = "import importlib.util as u, subject\nprint(subject.VALUE, bool(u.find_spec('extra')))"
    write_page(book.index, cell(code, "..."))

    def shown() -> str:
        result = book.build()
        assert result.returncode == 0, result.log
        html = (result.html / "index.html").read_text("utf-8")
        (text,) = (t for t in ("first False", "second False", "second True") if t in html)
        return text

    assert shown() == "first False"
    book.module.write_text("VALUE = 'second'\n")
    assert shown() == "second False"
    extra = book.module.with_name("extra.py")
    extra.write_text("")
    assert shown() == "second True"
    extra.rename(extra.with_name("renamed.py"))
    assert shown() == "second False"
    extra.with_name("renamed.py").unlink()
    book.module.write_text("VALUE = 'first'\n")
    assert shown() == "first False"


def test_nothing_changed_executes_nothing_and_prose_executes_nothing(book: Book) -> None:
    write_page(book.index, cell("print('ok')", "ok"))
    assert book.build().executed == 1
    assert book.build().executed == 0
    write_page(book.index, "ここに文を加えます。", cell("print('ok')", "ok"))
    result = book.build()
    assert result.executed == 0
    assert "ここに文を加えます。" in (result.html / "index.html").read_text("utf-8")
    write_page(book.index, cell("print('changed')", "changed"))
    assert book.build().executed == 1


def test_cells_cannot_leave_files_among_the_sources(book: Book) -> None:
    write_page(book.index, cell("print(open('left.txt', 'w').write('x'))", "1"))
    before = {path for path in book.folder.rglob("*") if "_build" not in path.parts}
    assert book.build().returncode == 0
    after = {path for path in book.folder.rglob("*") if "_build" not in path.parts}
    assert {path for path in after - before if "__pycache__" not in path.parts} == set()


def test_many_pages_at_once_on_a_fresh_cache_give_equal_bytes_each_time(book: Book) -> None:
    write_page(book.index, cell("print('index')", "index"))
    for number in range(8):
        write_page(book.index.with_name(f"page{number}.md"), cell(f"print({number})", f"{number}"))
    first, second = book.build("_build/one"), book.build("_build/two")
    assert (first.returncode, second.returncode) == (0, 0), first.log + second.log
    assert first.executed == second.executed == 9
    files = [str(p.relative_to(first.html)) for p in first.html.rglob("*") if p.is_file()]
    _, different, missing = filecmp.cmpfiles(first.html, second.html, files, shallow=False)
    assert (different, missing) == ([], [])


def test_a_glob_without_files_is_named(book: Book) -> None:
    write_page(book.index, cell("print('ok')", "ok"))
    book.module.unlink()
    result = book.build()
    assert result.returncode != 0
    assert "src/**/*.py に合うファイルがありません" in result.log


def test_nothing_of_the_lesson_is_needed(book: Book) -> None:
    for name in ("neuron", "torch", "matplotlib", "torchviz", "graphviz"):
        book.module.with_name(f"{name}.py").write_text("raise ImportError('not installed')")
    write_page(book.index, cell("print('ok')", "ok"), "値は{fact}`2020`です。")
    result = book.build()
    assert result.returncode == 0, result.log


def test_a_number_in_a_sentence_that_no_cell_gives_fails_the_build(book: Book) -> None:
    write_page(
        book.index,
        cell(
            "from myst_nb import glue\nglue('x', 0.76159, display=False)\nprint(1.2345)", "1.2345"
        ),
        "| 値 |\n|---|\n| {glue:text}`x:.4f` |\n| 1.234 |\n| 1.236 |",
    )
    for _ in range(2):
        result = book.build()
        assert result.returncode == 1
        assert f"{book.index}:22: WARNING: 本文の数 1.236 を" in result.log
        assert result.log.count("本文の数") == 1


@pytest.mark.parametrize(
    ("blocks", "line", "message"),
    [
        ([cell("print(1)", "1"), cell("print(2.5)", "2.6")], 19, "-2.6\n+2.5"),
        ([cell("print(1)", "1"), cell("print(2)")], 16, "testoutput がありません"),
        ([cell("print(1)", "1"), cell("x = 2", "2")], 19, "何も出力しませんでした"),
        ([cell("x = 1")], 9, "照合する出力が1つもありません"),
        (["```{testoutput}\n1\n```\n", cell("print(1)", "1")], 9, "直前に、セルがありません"),
        ([cell("print(1)", ":color: red\n1")], 12, ":color: という指定はありません"),
    ],
)
def test_what_a_page_says_and_its_run_does_not_fails_at_its_line_every_time(
    book: Book, blocks: list[str], line: int, message: str
) -> None:
    write_page(book.index, *blocks)
    for _ in range(2):
        result = book.build()
        assert result.returncode == 1
        assert f"{book.index}:{line}: WARNING: " in result.log
        assert message in result.log


def test_a_page_shows_its_output_once_with_a_tick_for_eyes_and_ears(book: Book) -> None:
    write_page(book.index, cell("print('out' + 'put')", "out..."), cell("x = 1"))
    html = (book.build().html / "index.html").read_text("utf-8")
    assert html.count("output\n") == 1
    opened = html.split('<details class="literate-label')[1].split("</details>")[0]
    assert opened.endswith("out...</pre>")
    assert html.count("out...") == 1
    assert html.count("✓") == html.count("この出力は照合済みです") == 1


def test_accept_writes_what_the_run_printed_and_nothing_where_nothing_differs(book: Book) -> None:
    write_page(book.index, cell("print(2.5)", "2.6"), cell("print('new')"), cell("print(7)", "..."))
    accepted = book.build(accept=True)
    assert accepted.returncode == 0, accepted.log
    assert f"--- {book.index}\n+++ {book.index}\n@@ -" in accepted.log
    assert "-2.6\n+2.5" in accepted.log
    text = book.index.read_text("utf-8")
    assert "```{testoutput}\n2.5\n```" in text
    assert "```{testoutput}\nnew\n```" in text
    assert "```{testoutput}\n:options: +ELLIPSIS\n...\n```" in text
    assert book.build().returncode == 0

    before = book.index.read_bytes()
    assert book.build(accept=True).returncode == 0
    assert book.index.read_bytes() == before


def test_accept_refuses_a_cell_that_raised(book: Book) -> None:
    write_page(book.index, cell("print(2.5)", "2.6"), cell("1 / 0", "1"))
    before = book.index.read_bytes()
    result = book.build(accept=True)
    assert result.returncode == 1
    assert f"{book.index}:17: WARNING: 書き換えません。セルで例外が起きました" in result.log
    assert book.index.read_bytes() == before


def test_a_build_after_accept_in_the_same_folders_verifies_the_page(book: Book) -> None:
    write_page(book.index, cell("print(':rtol: 5'); print('`' * 3 + chr(12)); print(':name: Ann')"))
    assert book.build(accept=True).returncode == 0
    before = book.index.read_bytes()
    result = book.build()
    assert result.returncode == 0, result.log
    html = (result.html / "index.html").read_text("utf-8")
    assert html.count("✓") == 1
    assert "このページの出力 1 件を" in html
    assert book.build(accept=True).returncode == 0
    assert book.index.read_bytes() == before


def test_accept_tells_what_it_cannot_mend(book: Book) -> None:
    write_page(book.index, cell("print(1)"), "text\n\n```{testoutput}\nlost\n```\n")
    result = book.build(accept=True)
    assert result.returncode == 1
    assert "この testoutput の直前に、セルがありません。" in result.log
    assert "```{testoutput}\n1\n```" in book.index.read_text("utf-8")


def test_accept_does_not_touch_a_page_that_stopped(book: Book) -> None:
    book.configure(timeout=1)
    write_page(book.index, cell("print(1)", "2"), cell("import time\ntime.sleep(60)"), cell("3"))
    before = book.index.read_bytes()
    assert book.build(accept=True).returncode == 1
    assert book.index.read_bytes() == before


def test_output_that_a_kernel_sends_in_parts_is_shown_as_one(book: Book) -> None:
    code = "import sys\nfor n in range(3):\n    print(n)\n    sys.stdout.flush()"
    write_page(book.index, cell(code, "0\n1\n2"))
    result = book.build()
    assert result.returncode == 0, result.log
    tree = BeautifulSoup((result.html / "index.html").read_text("utf-8"), "html.parser")
    assert [pre.get_text() for pre in tree.select(".cell_output .output pre")] == ["0\n1\n2\n"]


def test_the_ledger_is_written_anew_when_another_page_changes(book: Book) -> None:
    write_page(book.index, "```{toctree}\npage\n```\n\n```{verification-ledger}\n```\n")
    exempt = cell("print(4)", tags="unverified").replace("print", ":reason: 乱数\nprint")
    other = exempt.replace("乱数", "時刻")
    write_page(book.index.with_name("page.md"), cell("print(1)", "1"), exempt, other)
    html = book.build().html / "index.html"
    assert "乱数（17 行目）、時刻（23 行目）" in html.read_text("utf-8")
    tree = BeautifulSoup(html.read_text("utf-8"), "html.parser")
    assert "internal" in tree.select_one("table a")["class"]
    write_page(book.index.with_name("page.md"), cell("print(1)", "1"), exempt)
    book.build()
    assert "時刻" not in html.read_text("utf-8")


def test_the_ledger_and_the_foot_of_each_page_tell_what_was_compared(book: Book) -> None:
    toctree = "```{toctree}\nsecond\nfirst\n```\n\n```{verification-ledger}\n```\n"
    write_page(book.index, toctree)
    exempt = cell("print(4)", tags="unverified").replace("print", ":reason: 乱数\nprint")
    write_page(book.index.with_name("first.md"), cell("print(1)", "1"))
    html = cell("from IPython.display import HTML\nHTML('<b>a</b>')", HTML)
    blocks = (cell("print(2)", "2"), cell("x = 3"), exempt, html, cell("y = 4"))
    write_page(book.index.with_name("second.md"), *blocks)

    def ledger() -> list[list[str]]:
        result = book.build()
        assert result.returncode == 0, result.log
        foot = (result.html / "first.html").read_text("utf-8")
        assert "このページの出力 1 件を、Python" in foot
        tree = BeautifulSoup((result.html / "index.html").read_text("utf-8"), "html.parser")
        assert f"sphinx {version('sphinx')}" in tree.get_text()
        assert [link["href"] for link in tree.select("table a")] == ["second.html", "first.html"]
        return [[td.get_text() for td in tr.select("td")] for tr in tree.select("tbody tr")]

    first = ["試し", "1", "1", "1", "0", "なし"]
    assert ledger() == [
        ["試し", "5", "5", "1", "2（うち図や表 1）", "乱数（21 行目）"],
        first,
        ["合計", "6", "6", "2", "2（うち図や表 1）", "1 件"],
    ]
    write_page(book.index.with_name("second.md"), cell("print(2)", "2"))
    assert ledger() == [first, first, ["合計", "2", "2", "2", "0", "0 件"]]
