"""Pages on which a verifier is easily wrong, each a page of one small book."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from tests.builds import Build, build, cell, write_page
from tests.literate.test_builds import HTML

CONF = """
language = "ja"
extensions = ["myst_nb", "literate"]
nb_execution_mode = "cache"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence"]
literate_tracebacks = True
html_theme = "basic"
"""
PARTS = (
    "print('total', 1, flush=True)\nimport time; time.sleep(0.1)\nprint('to', end='', flush=True)"
)
PARTS += "\ntime.sleep(0.1)\nprint('tal 2', flush=True)"
SKIPPED = cell("print('gpu')", tags="skip-execution")
INLINE = "import IPython.display as d\nd.display(d.HTML('<p>2 + 2 = 5</p>'))"
EMPTY = "```{code-cell} ipython3\n```\n"
PAIR = cell("print(1)", "1")
RAISES = "def inverse(x):\n    return 1 / x\nimport statistics\nstatistics.mean([])"
MESSAGE = "StatisticsError: mean requires at least one data point"
TRACEBACK = f"Traceback (most recent call last):\n  any\n{MESSAGE}"
FORM_FEED = "```{code-cell} ipython3\nprint('a' + chr(12) + 'b')\n```\n"
FORM_FEED += "```{testoutput}\na\fb\n```\n\nThe last paragraph.\n"

DIFFERS = "セルの出力が testoutput と違います"
NOT_SEEN = "このセルは実行されません"
ALONE = "この testoutput は照合されません"
# The blocks of a page, the verdicts that it shows, and the lines of the log that it causes.
CASES = {
    "skip_shift": ([SKIPPED, cell("print(6 * 7)", "WRONG")], "✗", [(18, DIFFERS)]),
    "skip_right": ([SKIPPED, cell("print(6 * 7)", "42")], "✓", []),
    "different": ([cell("print(1 + 1)", "3"), PAIR], "✗✓", [(13, DIFFERS)]),
    "parts_right": ([cell(PARTS, "total 1\ntotal 2")], "✓", []),
    "parts_wrong": ([cell(PARTS, "total 1\ntotal 2\ntotal 2")], "✗", [(17, DIFFERS)]),
    "html": ([cell(INLINE, HTML)], "", []),
    "html_fact": ([cell(INLINE, f"{HTML}\n  2 + 2 = 5")], "✓", []),
    "html_wrong": ([cell(INLINE, f"{HTML}\n  2 + 2 = 4")], "✗", [(14, DIFFERS)]),
    "empty": ([EMPTY, PAIR], "✓", []),
    "crlf": ([cell("!printf 'a\\nb\\n'", "a\nb")], "✓", []),
    "overwritten": ([cell("print('10%\\r100%')", "100%")], "✓", []),
    "set": ([cell("print({'alpha', 'beta', 'gamma'})", "{'gamma', 'alpha', 'beta'}")], "✓", []),
    "form_feed": ([FORM_FEED], "✓", []),
    "note": ([f":::{{note}}\n{PAIR}\n:::\n", PAIR], "✓", [(11, NOT_SEEN)]),
    "list": (["- a\n\n  ```{testoutput}\n  1\n  ```\n", PAIR], "✓", [(12, ALONE)]),
    "quote": ([PAIR, "> ```{testoutput}\n> 1\n> ```\n"], "✓", [(17, ALONE)]),
    "colons": ([cell("print(1)") + ":::{testoutput}\n1\n:::\n"], "✓", []),
    "long_fence": ([PAIR.replace("```", "`````")], "✓", []),
    "no_cell": (["text\n\n```{testoutput}\n1\n```\n"], "", [(12, ALONE)]),
    "unclosed": ([PAIR, cell("print(1)") + "````{testoutput}\n1\n```\n"], "", [(20, "閉じられて")]),
    "raises": ([cell(RAISES, TRACEBACK, tags="raises-exception")], "✓", []),
    "flag": ([cell("print(1)", ":options: +IGNORE_OUTPUT\n2")], "", [(13, r"+IGNORE_OUTPUT は")]),
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("cases")
    (folder / "conf.py").write_text(CONF)
    write_page(folder / "book" / "index.md", "text")
    for name, (blocks, _, _) in CASES.items():
        write_page(folder / "book" / f"{name}.md", *blocks)
    return build(folder / "_build", source=folder / "book", conf=folder)


def page_of(book: Build, name: str) -> BeautifulSoup:
    return BeautifulSoup((book.html / f"{name}.html").read_text("utf-8"), "html.parser")


@pytest.mark.parametrize("name", CASES)
def test_each_page_shows_what_was_proven_and_tells_what_was_not(book: Build, name: str) -> None:
    _, marks, messages = CASES[name]
    page = page_of(book, name)
    assert "".join(tick.get_text() for tick in page.select(".literate-tick")) == marks
    told = [line for line in book.log.split("\n") if f"/{name}.md:" in line and "WARNING" in line]
    assert len(told) == len(messages), told
    for (line, message), words in zip(messages, told, strict=True):
        assert f"/{name}.md:{line}: WARNING: " in words
        assert message in words
    foot = page.select_one(".literate-foot")
    assert foot is None or f"このページの出力 {marks.count('✓')} 件を" in foot.get_text()


def test_what_differs_is_said_in_words(book: Build) -> None:
    words = page_of(book, "different").select_one(".literate-different .literate-words")
    assert words.get_text() == "期待した出力と違います"


def test_what_was_not_compared_is_counted(book: Build) -> None:
    assert "ほかの 1 件は、照合していません。" in page_of(book, "html").get_text()
    assert "照合していません" not in page_of(book, "html_fact").get_text()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("parts_right", "total 1\ntotal 2\n"), ("overwritten", "100%\n"), ("crlf", "a\nb\n")],
)
def test_the_page_shows_a_stream_as_a_terminal_does(book: Build, name: str, shown: str) -> None:
    (output,) = page_of(book, name).select(".cell_output .output pre")
    assert output.get_text() == shown


def test_a_character_that_is_no_line_end_moves_nothing_on_the_page(book: Build) -> None:
    text = page_of(book, "form_feed").get_text()
    assert text.count("The last paragraph.") == 1
    assert "```" not in text


def test_a_whole_traceback_names_no_folder_of_this_machine(book: Build) -> None:
    text = page_of(book, "raises").get_text()
    assert "----> 4 statistics.mean([])" in text
    assert MESSAGE in text
    assert "statistics.py" in text
    assert "/lib/python" not in text
