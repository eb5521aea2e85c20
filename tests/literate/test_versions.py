"""The table of versions is replaced when the book has run with each of them, and not before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from literate.verify.printed import Printed
from literate.versions import table as versions
from literate.versions.runs import Place, Run
from literate.versions.trial import TrialError
from tests.builds import cell, write_page

BOOK = Path("book")
TABLE = BOOK / "versions.json"
NAME = Place("index", "print(name)")
OLD = {"versions": {"0.9": 1, "1.0": 1, "2.0": 1}, "rows": [], "cells": {}}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_page(BOOK / "index.md", cell("print(name)", "Tanh"))
    record = [{"page": "index", "code": "print(name)", "output": "tanh"}]
    (BOOK / "pack-0.9.json").write_text(json.dumps(record))
    TABLE.write_text(json.dumps(OLD))
    Path("conf.py").write_text('language = "ja"\n')
    Path("requirements.lock").write_text("# x\npack==1.0\npack-more==3.0\n")


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Run | TrialError]:
    """What each version gives; the versions that ran are its keys that were asked for."""
    known: dict[str, Run | TrialError] = {}

    def run(book: Path, package: str, version: str) -> Run:
        assert (book, package) == (BOOK, "pack")
        if isinstance(result := known[version], TrialError):
            raise result
        return result

    monkeypatch.setattr(versions, "run", run)
    return known


def test_the_table_is_made_from_records_and_runs(
    outputs: dict, capsys: pytest.CaptureFixture
) -> None:
    outputs |= {"1.0": {NAME: Printed(("Tanh",))}, "2.0": {NAME: Printed(("Tanh0",))}}
    assert versions.main(BOOK, TABLE, "pack", "1.0", "2.0") == 0
    table = json.loads(TABLE.read_text("utf-8"))
    assert table["versions"] == {"0.9": 1, "1.0": 1, "2.0": 1}
    assert table["rows"][0]["outputs"] == {"0.9": "tanh", "1.0": "Tanh", "2.0": "Tanh0"}
    out = capsys.readouterr().out
    assert "book/index.md:12: testoutput と違います。" in out
    assert "違いのあった出力 1 件" in out


def test_without_versions_those_of_the_table_run_again(outputs: dict) -> None:
    outputs |= {"1.0": {NAME: Printed(("甲",))}, "2.0": {NAME: Printed(("乙",))}}
    assert versions.main(BOOK, TABLE, "pack") == 0
    assert '"1.0": "甲"' in TABLE.read_text("utf-8")


def test_a_page_that_fails_with_one_version_leaves_the_table_and_the_others_still_run(
    outputs: dict, capsys: pytest.CaptureFixture
) -> None:
    before = TABLE.read_bytes()
    for first, second in (("1.0", "2.0"), ("2.0", "1.0")):
        outputs |= {first: TrialError("index.md:3: だめ"), second: {NAME: Printed(("Tanh",))}}
        assert versions.main(BOOK, TABLE, "pack", "1.0", "2.0") == 1
        captured = capsys.readouterr()
        assert f"pack {first}: index.md:3: だめ" in captured.err
        assert "book/versions.json は書き換えていません。" in captured.err
        assert "pack 2.0 で実行しています" in captured.out
        assert TABLE.read_bytes() == before
    assert [file.name for file in BOOK.glob("versions*")] == ["versions.json"]


def test_a_run_has_the_version_that_was_asked_for_and_the_locks_of_all_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    Path("_build/versions/2.0").mkdir(parents=True)
    monkeypatch.setattr(versions, "environment", lambda folder: folder / "python")
    monkeypatch.setattr(versions, "install", lambda *words: asked.extend(words))
    monkeypatch.setattr(
        versions, "execute", lambda python, book, folder: {NAME: Printed((str(folder),))}
    )
    run = versions.run(BOOK, "pack", "2.0")
    work = Path("_build/versions/2.0")
    assert run == {NAME: Printed((str(work / "run"),))}
    assert asked[:3] == [work / "venv" / "python", work / "constraints", "pack==2.0"]
    assert (work / "constraints").read_text() == "# x\npack-more==3.0\n"
