"""A book in an environment of its own: what is installed, what fails, and what may differ."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from literate.versions import trial
from literate.versions.trial import TrialError, command, environment, execute, install
from tests.builds import cell, write_page

CONF = 'language = "ja"\nextensions = ["myst_nb", "literate"]\nhtml_theme = "basic"\n'
CONF += "literate_sources = []\n"
PYTHON = Path(sys.executable)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf.py").write_text(CONF)


def test_a_command_that_fails_tells_its_errors() -> None:
    assert command([sys.executable, "-c", "print(1)"], "だめでした。") == "1\n"
    with pytest.raises(TrialError, match=r"\Aだめでした。\nwhy\Z"):
        command([sys.executable, "-c", "raise SystemExit('why')"], "だめでした。")


def test_an_environment_is_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    called = []
    monkeypatch.setattr(trial, "command", lambda words, failed: called.append(words))
    python = environment(tmp_path / "venv")
    assert called == [[sys.executable, "-m", "venv", str(tmp_path / "venv")]]
    python.parent.mkdir(parents=True)
    (python.parent / "pip").touch()
    assert environment(tmp_path / "venv") == python
    assert len(called) == 1


def test_a_lock_holds_also_in_the_places_where_pip_builds(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\necho "$PIP_CONSTRAINT $PIP_BUILD_CONSTRAINT $@" >called\n')
    program.chmod(0o755)
    install(program, Path("a.lock"), "alpha==1")
    words = (tmp_path / "called").read_text().split()
    assert words[:2] == ["a.lock", "a.lock"]
    assert words[-1] == "alpha==1"


def test_other_outputs_pass_and_are_returned_and_a_page_that_fails_is_named_with_its_line() -> None:
    book = Path("book")
    write_page(book / "index.md", cell("print(1)", "2"), cell("print(3)"), cell("x = 4", "5"))
    run = execute(PYTHON, book, Path("run"))
    assert [output.text for output in run.values()] == ["1", "3", ""]
    warns = "import warnings\nwarnings.warn('old', FutureWarning)"
    write_page(book / "index.md", cell("print(1)", "2"), cell("1 / 0"), cell(warns))
    with pytest.raises(TrialError) as raised:
        execute(PYTHON, book, Path("run"))
    message = str(raised.value)
    assert f"{book.absolute() / 'index.md'}:17: WARNING: セルで例外が起きました。" in message
    assert (
        f"{book.absolute() / 'index.md'}:21: WARNING: セルが標準エラー出力に書きました。" in message
    )
    assert "FutureWarning: old" in message
    assert "testoutput" not in message


def test_a_page_that_the_build_leaves_out_is_named(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(f"{CONF}exclude_patterns = ['left.md']\n")
    for page in ("index", "left"):
        write_page(Path("book", f"{page}.md"), cell("print(1)", "1"))
    with pytest.raises(TrialError, match=r"\Abook/left.md:10: セルが実行されませんでした。\Z"):
        execute(PYTHON, Path("book"), Path("run"))
