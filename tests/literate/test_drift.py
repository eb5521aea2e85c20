"""Outputs of several versions: what differs, and the table that shows it."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat.v4 as nb
import pytest
from bs4 import BeautifulSoup

from literate import drift
from literate.drift import DriftError, main
from tests.builds import build, cell, write_page

CONF = 'extensions = ["myst_nb", "literate"]\nhtml_theme = "basic"\nliterate_sources = []\n'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    source = tmp_path / "book"
    write_page(
        source / "index.md",
        cell("x = 1"),
        cell("print(name)", "Tanh"),
        cell("print(value)", "0.76159000"),
        cell("print(value)", "0.5"),
    )
    return source


def executed(folder: Path, *outputs: str) -> Path:
    codes = ("x = 1", "print(name)", "print(value)", "print(value)")
    cells = [nb.new_markdown_cell("text")]
    for code, text in zip(codes, outputs, strict=True):
        found = [nb.new_output("stream", name="stdout", text=f"{text}\n")] if text else []
        cells.append(nb.new_code_cell(code, outputs=found))
    file = folder / "jupyter_execute" / "index.ipynb"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(nb.new_notebook(cells=cells)), "utf-8")
    return folder


def record(file: Path, *entries: tuple[str, str]) -> Path:
    rows = [{"page": "index", "code": code, "output": output} for code, output in entries]
    file.write_text(json.dumps(rows), "utf-8")
    return file


def test_only_what_differs_from_the_last_version_is_listed(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    old = record(
        tmp_path / "torch-1.5.0.json", ("print(name)", "tanh"), ("print(value)", "0.76159000")
    )
    middle = executed(tmp_path / "2.9.1", "", "Tanh", "0.7615900001", "0.6")
    new = executed(tmp_path / "2.13.0", "", "Tanh", "0.76159000", "0.5")
    main(str(book), *map(str, (old, middle, new)))
    out = capsys.readouterr().out
    assert out.startswith('{\n "versions": {\n  "1.5.0": 2,')
    assert out.endswith("}\n")
    assert json.loads(out) == {
        "versions": {"1.5.0": 2, "2.9.1": 3, "2.13.0": 3},
        "rows": [
            {
                "page": "index",
                "code": "print(name)",
                "outputs": {"1.5.0": "tanh", "2.9.1": "Tanh", "2.13.0": "Tanh"},
            },
            {
                "page": "index",
                "code": "print(value)",
                "outputs": {"2.9.1": "0.6", "2.13.0": "0.5"},
            },
        ],
    }


def test_a_record_that_does_not_fit_the_book_is_refused(book: Path, tmp_path: Path) -> None:
    cells = drift.cells_of(book)
    run = drift.read_record(record(tmp_path / "old.json", ("print(gone)", "1")))
    with pytest.raises(DriftError, match="old の記録が本と合いません。.*index の次のセル:\nprint"):
        drift.drift(cells, {"old": run})
    with pytest.raises(DriftError, match="new の記録が本と合いません。.*どのセルも"):
        drift.drift(cells, {"new": drift.read_build(tmp_path / "nowhere")})


def test_an_old_cell_that_the_last_version_lacks_is_listed(book: Path, tmp_path: Path) -> None:
    write_page(book / "second.md", cell("print('あ')", "あ"))
    cells = drift.cells_of(book)
    assert [(place.page, place.number) for place in cells] == [
        ("index", 1),
        ("index", 1),
        ("index", 1),
        ("index", 2),
        ("second", 1),
    ]
    old = {cells[1]: "Tanh", cells[4]: "あ"}
    new = {cells[1]: "Tanh"}
    found = drift.drift(cells, {"1": old, "2": new, "3": new})
    assert [row["page"] for row in found["rows"]] == ["second"]


def test_japanese_is_written_as_it_is(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    record(tmp_path / "a.json", ("print(name)", "甲"))
    record(tmp_path / "b.json", ("print(name)", "乙"))
    main(str(book), str(tmp_path / "a.json"), str(tmp_path / "b.json"))
    assert '"a": "甲"' in capsys.readouterr().out


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
