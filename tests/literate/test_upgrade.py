"""The lock moves when the book holds with newer packages, and what changed is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from literate.verify.printed import Printed
from literate.versions import upgrade
from literate.versions.lock import Package, read_lock, read_report
from literate.versions.runs import Place, Run
from literate.versions.trial import TrialError
from tests.builds import cell, write_page

BOOK = Path("book")
LOCK = "# 決まり\nalpha==1.0\nbeta==1.0\n"
NEW = "# 決まり\nalpha==1.1\nbeta==1.0\n"
PROJECT = """[project]
classifiers = ["X", "Programming Language :: Python :: 3.11"]
optional-dependencies = {book = [], test = []}
"""
TANH = Place("index", "print(name)")
FIRST = {TANH: Printed(("Tanh 0.5",))}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_page(BOOK / "index.md", cell("print(name)", "Tanh..."))
    Path("conf.py").write_text('language = "ja"\n')
    Path("requirements.lock").write_text(LOCK)
    Path("pyproject.toml").write_text(PROJECT)


def package(name: str, version: str, python: str = "", requires: tuple = ()) -> dict:
    metadata = {"name": name, "version": version, "requires_python": python}
    return {"is_direct": False, "metadata": metadata | {"requires_dist": list(requires)}}


def value_of(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """Every version that there is, newest first; pip obeys constraints and the oldest Python."""
    known: list[dict] = []

    def candidates(words: list[str]) -> list[Package]:
        packages = read_report(json.dumps({"install": known}))
        if "--no-deps" in words:
            return [each for each in packages if f"{each.name}=={each.version}" == words[-1]]
        rules = Path(value_of(words, "-c")).read_text().split()
        limit = Package("constraints", "0", requires=tuple(rules))
        oldest = value_of(words, "--python-version")
        fitting = [each for each in packages if each.fits([oldest])]
        return [each for each in fitting if limit.refuses(each.name, each.version) is None]

    def pip(words: list[str], failed: str) -> str:
        if "list" in words:
            listed = [{"name": "alpha", "version": "1.0", "latest_version": "1.2"}]
            return json.dumps([*listed, {"name": "pip", "version": "1", "latest_version": "2"}])
        chosen = {each.name: each for each in reversed(candidates(words))}
        if not chosen:
            raise TrialError(failed)
        entries = [
            package(each.name, each.version, each.python, each.requires) for each in chosen.values()
        ]
        Path(value_of(words, "--report")).write_text(json.dumps({"install": entries}))
        return ""

    def environment(folder: Path) -> Path:
        folder.mkdir(parents=True)
        return folder / "python"

    monkeypatch.setattr(upgrade, "command", pip)
    monkeypatch.setattr(upgrade, "environment", environment)
    return known


Outcome = Callable[[Run | TrialError], None]


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Set what the book prints with the new packages."""

    def set_to(after: Run | TrialError) -> None:
        def execute(python: Path, book: Path, folder: Path) -> Run:
            if python == Path(sys.executable):
                return FIRST
            if isinstance(after, TrialError):
                raise after
            return after

        monkeypatch.setattr(upgrade, "execute", execute)

    monkeypatch.setattr(upgrade, "install", lambda python, lock, *words: None)
    return set_to


def lock() -> str:
    return Path("requirements.lock").read_text()


def test_the_lock_is_replaced_where_the_book_holds(
    index: list, outcome: Outcome, capsys: pytest.CaptureFixture
) -> None:
    index += [package("alpha", "1.1"), package("beta", "1.0")]
    outcome({TANH: Printed(("Tanh 0.6",))})
    assert upgrade.main("book") == 0
    assert lock() == NEW
    out = capsys.readouterr().out
    assert "動くパッケージ：1 件\n  alpha 1.0 → 1.1\n" in out
    assert "変わった出力：1 件\n  book/index.md:10\n- Tanh 0.5\n+ Tanh 0.6\n" in out
    assert "testoutput と合わなくなった出力：0 件" in out


def test_a_page_that_fails_leaves_the_lock_and_is_named(
    index: list, outcome: Outcome, capsys: pytest.CaptureFixture
) -> None:
    index += [package("alpha", "1.1"), package("beta", "1.0")]
    outcome(TrialError("book/index.md:10: WARNING: だめ"))
    assert upgrade.main("book") == 1
    assert lock() == LOCK
    error = capsys.readouterr().err
    assert "book/index.md:10: WARNING: だめ\nrequirements.lock は書き換えていません。" in error


def test_an_output_that_its_page_does_not_expect_leaves_the_lock_and_the_candidate_beside_it(
    index: list, outcome: Outcome, capsys: pytest.CaptureFixture
) -> None:
    index += [package("alpha", "1.1"), package("beta", "1.0")]
    outcome({TANH: Printed(("ReLU 0.5",))})
    assert upgrade.main("book") == 1
    assert lock() == LOCK
    out = capsys.readouterr().out
    assert "変わった名前：1 件" in out
    assert "testoutput と合わなくなった出力：1 件\n  book/index.md:12\n" in out
    candidate = out.partition("cp ")[2].split()[0]
    assert Path(candidate).read_text() == NEW


def test_where_all_is_new_nothing_runs(index: list, capsys: pytest.CaptureFixture) -> None:
    index += [package("alpha", "1.0+cpu"), package("beta", "1.0")]
    assert upgrade.main("book") == 0
    assert lock() == LOCK
    assert "動くパッケージ：0 件" in capsys.readouterr().out


def test_a_named_package_moves_alone(index: list, outcome: Outcome) -> None:
    index += [package("alpha", "1.1"), package("alpha", "1.0")]
    index += [package("beta", "1.1"), package("beta", "1.0")]
    outcome(FIRST)
    assert upgrade.main("book", "Alpha") == 0
    assert lock() == NEW


def test_what_a_project_does_not_want_locked_stays_out(index: list, outcome: Outcome) -> None:
    index += [package("alpha", "1.1"), package("Chip_Cu", "3"), package("chip", "3")]
    Path("pyproject.toml").write_text(f'{PROJECT}[tool.literate]\nunlocked = ["chip-*"]\n')
    outcome(FIRST)
    assert upgrade.main("book") == 0
    assert lock() == NEW + "chip==3\n"


def test_a_name_that_the_lock_does_not_have_is_refused(capsys: pytest.CaptureFixture) -> None:
    assert upgrade.main("book", "gamma") == 1
    assert "requirements.lock にないパッケージです: gamma" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("newest", "reason"),
    [
        (package("alpha", "1.2", ">=3.11.5"), "Python >=3.11.5 が要る"),
        (package("alpha", "1.3"), "pip の設定にある制約のため"),
    ],
)
def test_a_version_that_the_oldest_python_cannot_run_is_not_taken_and_that_is_told(
    index: list, outcome: Outcome, capsys: pytest.CaptureFixture, newest: dict, reason: str
) -> None:
    if newest["metadata"]["requires_python"]:
        index.append(newest)
    index += [package("alpha", "1.0", ">=3.11"), package("beta", "1.1")]
    outcome(FIRST)
    assert upgrade.main("book") == 0
    assert lock() == "# 決まり\nalpha==1.0\nbeta==1.1\n"
    out = capsys.readouterr().out
    assert f"最新にできないパッケージ：1 件\n  alpha 1.0（最新は 1.2）：{reason}\n" in out


def test_a_requirement_that_keeps_a_package_from_its_newest_version_is_told(
    index: list, outcome: Outcome, capsys: pytest.CaptureFixture
) -> None:
    index += [package("alpha", "1.0"), package("beta", "1.1", requires=("alpha<1.2",))]
    outcome(FIRST)
    assert upgrade.main("book") == 0
    assert "alpha 1.0（最新は 1.2）：beta 1.1 が alpha<1.2 を求める" in capsys.readouterr().out


def test_a_missing_wheel_is_told(index: list) -> None:
    index.append(package("alpha", "1.2"))
    Path("_build/upgrade").mkdir(parents=True)
    reason = upgrade.why(Path("python"), "alpha", "1.2", [], ["3.11"])
    assert reason == "Python 3.11 のための wheel がない"


def test_a_version_that_a_newer_python_cannot_run_is_refused(
    index: list, outcome: Outcome, capsys: pytest.CaptureFixture
) -> None:
    Path("pyproject.toml").write_text(
        PROJECT.replace('3.11"', '3.14", "Programming Language :: Python :: 3.9"')
    )
    index += [package("alpha", "1.1", ">=3.9,<3.14"), package("beta", "1.0")]
    assert upgrade.main("book") == 1
    assert lock() == LOCK
    error = capsys.readouterr().err
    assert "Python 3.9、3.14 のどれかで動きません: alpha 1.1（Python >=3.9,<3.14）" in error


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("0.5", "0.6", "outputs"),
        ("t(0.5, grad_fn=<TanhBackward>)", "t(0.5, grad_fn=<TanhBackward0>)", "names"),
        ("t(0.5, grad_fn=<TanhBackward>)", "t(0.6, grad_fn=<TanhBackward0>)", "outputs"),
        ("1", "", "outputs"),
    ],
)
def test_changed_texts_are_told_apart_by_what_changed(before: str, after: str, kind: str) -> None:
    assert upgrade.kind(*(Printed((text,)) for text in (before, after))) == kind


def test_a_changed_picture_or_exception_is_told_as_one() -> None:
    picture = ("a", "<Figure>", "  軸: x")
    told = Printed(picture, rich=(range(2, 3),))
    assert upgrade.kind(told, Printed((*picture[:2], "  軸: y"), rich=(range(2, 3),))) == "figures"
    assert upgrade.kind(told, Printed(("b", *picture[1:]), rich=(range(2, 3),))) == "names"
    assert upgrade.kind(Printed(("E: a",), raised=0), Printed(("a",))) == "exception messages"


def test_the_lock_that_a_new_one_is_made_from_is_read_by_normal_names() -> None:
    old = read_lock("Beta_Tools==1\nalpha==1\n")
    new = read_lock("Beta_Tools==2\nalpha==1\ngamma==3\n")
    assert upgrade.moves(old, new) == ["Beta_Tools 1 → 2", "gamma なし → 3"]
