"""Outputs of several versions: what differs, and the table that shows it."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat.v4 as nb
import pytest
from bs4 import BeautifulSoup

from literate.verify.printed import Printed
from literate.versions.drift import DriftError, drift, stale
from literate.versions.runs import Book, Place, Run, read_book, read_build, read_record, unexpected
from tests.builds import build, cell, write_page

CONF = 'language = "ja"\nextensions = ["myst_nb", "literate"]\nhtml_theme = "basic"\n'
CONF += "literate_sources = []\n"

NAME = Place("index", "print(name)")
VALUE = Place("index", "print(value)")
AGAIN = Place("index", "print(value)", 2)
LOOSE = Place("index", "print(loose)")
VERSION = Place("index", "print(version)")
NOISE = Place("index", "print(noise)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    blocks = [
        cell("x = 1"),
        cell("print(name)", "Tanh"),
        cell("print(value)", "0.76159000"),
        cell("print(value)", "0.5"),
        cell("print(loose)", ":rtol: 0.1\n1.0"),
        cell("print(version)", "2..."),
        cell("print(noise)", tags="unverified"),
    ]
    write_page(tmp_path / "book" / "index.md", *blocks)
    return tmp_path / "book"


@pytest.fixture
def book(folder: Path) -> Book:
    return read_book(folder)


def said(text: str) -> Printed:
    return Printed(tuple(text.splitlines()))


def run(*outputs: str) -> Run:
    return dict(zip((NAME, VALUE, AGAIN, LOOSE, VERSION), map(said, outputs), strict=False))


def test_cells_with_the_same_code_are_told_apart(book: Book) -> None:
    assert list(book) == [Place("index", "x = 1"), *run(*"12345"), NOISE]


def test_a_build_is_read_from_its_notebooks(tmp_path: Path) -> None:
    cells = [nb.new_markdown_cell("text"), nb.new_code_cell("x = 1")]
    for text in ("0.7", "0.5"):
        outputs = [nb.new_output("stream", name="stdout", text=f"{text}\n")]
        cells.append(nb.new_code_cell("print(value)", outputs=outputs))
    file = tmp_path / "jupyter_execute" / "part" / "page.ipynb"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(nb.new_notebook(cells=cells)), "utf-8")
    found = read_build(tmp_path)
    assert [(place.page, place.code, place.number) for place in found] == [
        ("part/page", "x = 1", 1),
        ("part/page", "print(value)", 1),
        ("part/page", "print(value)", 2),
    ]
    assert [output.text for output in found.values()] == ["", "0.7", "0.5"]


def test_a_record_is_read_as_it_was_written_down(tmp_path: Path) -> None:
    entry = {"page": "index", "code": "print(value)"}
    entries = [{**entry, "output": "0.7"}, {**entry, "output": "0.5"}]
    (tmp_path / "old.json").write_text(json.dumps(entries))
    assert read_record(tmp_path / "old.json") == {VALUE: said("0.7"), AGAIN: said("0.5")}


def test_only_what_differs_from_the_last_version_is_listed(book: Book) -> None:
    versions = {
        "1.5.0": run("tanh", "0.76159000"),
        "2.9.1": run("Tanh", "0.7615900001", "0.6", "1.05", "2.9.1"),
        "2.13.0": run("Tanh", "0.76159000", "0.5", "1.0", "2.13.0"),
    }
    found = drift(book, versions)
    assert found["versions"] == {"1.5.0": 2, "2.9.1": 5, "2.13.0": 5}
    assert [(row["code"], row["outputs"]) for row in found["rows"]] == [
        ("print(name)", {"1.5.0": "tanh", "2.9.1": "Tanh", "2.13.0": "Tanh"}),
        ("print(value)", {"2.9.1": "0.6", "2.13.0": "0.5"}),
        ("print(version)", {"2.9.1": "2.9.1", "2.13.0": "2.13.0"}),
    ]


def test_every_output_that_a_page_states_counts_also_where_a_version_printed_nothing(
    book: Book,
) -> None:
    found = drift(book, {"1": run(*"12345") | {NOISE: said("7")}, "2": run("", *"2345")})
    assert found["versions"] == {"1": 5, "2": 5}
    assert [row["outputs"] for row in found["rows"]] == [{"1": "1", "2": ""}]


def test_an_old_output_that_later_versions_lack_is_listed_where_two_differ(book: Book) -> None:
    versions = {"1": run("Tanh", "1"), "2": run("tanh", "1"), "3": {}}
    assert [row["code"] for row in drift(book, versions)["rows"]] == ["print(name)"]


def test_an_output_of_a_cell_that_the_book_does_not_have_is_refused(book: Book) -> None:
    with pytest.raises(DriftError, match="old の記録に、本にないセルがあります: index\nprint"):
        drift(book, {"old": {Place("index", "print(gone)"): said("1")}})


def test_what_a_run_printed_and_no_page_expects_is_told(book: Book) -> None:
    printed = dict.fromkeys(book, said("")) | run("Tanh", "0.76159000", "0.6", "1.05", "2.9.1")
    assert unexpected(book, printed) == [AGAIN]


def test_a_table_is_fresh_while_the_cells_with_outputs_are_the_same(
    folder: Path, book: Book
) -> None:
    table = drift(book, {"1": run(*"12345")})
    assert stale(book, json.loads(json.dumps(table))) == []
    file = folder / "index.md"
    file.write_text(file.read_text("utf-8").replace("x = 1", "x = 2\n\n"), "utf-8")
    assert stale(read_book(folder), table) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("print(name)", "print(other)", 16),
        ("print(value)", "print(name)", 23),  # the second of them is the first now
        ("print(noise)\n```", "print(noise)\n```\n```{testoutput}\n1\n```", 54),
    ],
)
def test_another_output_makes_a_table_stale(
    folder: Path, book: Book, old: str, new: str, line: int
) -> None:
    table = drift(book, {"1": run(*"12345")})
    file = folder / "index.md"
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    missing, *gone = stale(read_book(folder), table)
    assert missing == f"index.md:{line}: この出力は、表を作ったときにありません。"
    lost = "index.md: 表を作ったときの出力が1つ、いまの本にありません。"
    assert gone == ([] if "noise" in old else [lost])


def test_a_page_that_is_renamed_makes_a_table_stale(folder: Path, book: Book) -> None:
    table = drift(book, {"1": run(*"12345")})
    (folder / "index.md").rename(folder / "moved.md")
    pages = [line.partition(".")[0] for line in stale(read_book(folder), table)]
    assert pages == ["moved"] * 5 + ["index"] * 5


def test_the_table_has_a_row_for_each_cell_and_a_column_for_each_version(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(CONF)
    source = tmp_path / "book"
    write_page(source / "index.md", "```{version-drift} drift.json\n```")
    outputs = {"2.9.1": "", "2.13.0": "Tanh"}
    rows = [{"page": "lesson/x", "code": "print(1)", "outputs": outputs}]
    data = {"versions": {"1.5.0": 7, "2.9.1": 80, "2.13.0": 81}, "rows": rows}
    (source / "drift.json").write_text(json.dumps(data))
    result = build(tmp_path, source=source, conf=tmp_path)
    assert result.returncode == 0, result.log
    page = BeautifulSoup((result.html / "index.html").read_text("utf-8"), "html.parser")
    assert [th.get_text() for th in page.select("th")] == ["セル", "1.5.0", "2.9.1", "2.13.0"]
    cells = [td.get_text(" ", strip=True) for td in page.select("td")]
    assert [cells[0].split()[0], *cells[1:]] == ["lesson/x", "—", "（出力なし）", "Tanh"]
    assert page.select_one("td .highlight-python pre").get_text() == "print(1)\n"
    assert len(page.select("td .highlight-none pre")) == 3
    assert page.select_one("table.literate-drift") is not None
    assert page.select_one("p > .literate-fact").get_text().startswith("比べた出力：")
    assert (
        "1.5.0 は 7 件、2.9.1 は 80 件、2.13.0 は 81 件。違いのあったもの：1 件" in page.get_text()
    )


@pytest.mark.parametrize("text", [None, "{", "[]", '{"versions": {}}'])
def test_a_file_that_cannot_be_read_fails_at_its_line(tmp_path: Path, text: str | None) -> None:
    (tmp_path / "conf.py").write_text(CONF)
    source = tmp_path / "book"
    write_page(source / "index.md", "```{version-drift} drift.json\n```")
    if text is not None:
        (source / "drift.json").write_text(text)
    result = build(tmp_path, source=source, conf=tmp_path)
    assert result.returncode == 1
    assert f"{source / 'index.md'}:9: WARNING: drift.json を読めません" in result.log
    assert "[literate.drift]" in result.log
