"""The date and the revision are those of the sources, or unknown; never the clock's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bootstrap import provenance
from bootstrap.refusal import Refusal
from tests.bootstrap.project import ROOT, Project, refused

DATE = "1234567890"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no repository yet."""
    folder = tmp_path / "tree"
    folder.mkdir()
    for name in (".git_archival.txt", ".gitattributes"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    for name in ("SOURCE_DATE_EPOCH", "BOOK_REVISION", "GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(folder)
    return folder


def commit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Make the folder a repository with one commit; return its date and its revision."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{DATE} +0900")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "a"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    head = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=folder, text=True)
    return {"SOURCE_DATE_EPOCH": DATE, "BOOK_REVISION": head.strip()}


def test_a_repository_is_asked(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = commit(tree, monkeypatch)
    assert provenance.settings() == known


def test_a_changed_tree_is_marked(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tree, monkeypatch)
    (tree / ".gitattributes").write_text("")
    assert provenance.settings()["BOOK_REVISION"].endswith("-dirty")


def test_an_archive_knows_what_the_repository_knew(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = commit(tree, monkeypatch)
    unpacked = tmp_path / "unpacked"
    subprocess.run(["git", "archive", "-o", tmp_path / "a.tar", "HEAD"], check=True)
    unpacked.mkdir()
    subprocess.run(["tar", "xf", tmp_path / "a.tar", "-C", unpacked], check=True)
    monkeypatch.chdir(unpacked)
    assert provenance.settings() == known


def test_another_repository_around_the_tree_is_not_asked(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(tmp_path, monkeypatch)
    assert provenance.settings() == {}


def test_a_tree_whose_git_refuses_is_built_without(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(tree, monkeypatch)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # as another user's checkout
    assert provenance.settings() == {}


def test_a_machine_without_git_builds(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tree, monkeypatch)
    monkeypatch.setenv("PATH", "")
    assert provenance.settings() == {}


def test_what_the_user_says_goes_before_what_git_says(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(tree, monkeypatch)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "999999999")
    monkeypatch.setenv("BOOK_REVISION", "v1")
    known = {"SOURCE_DATE_EPOCH": "999999999", "BOOK_REVISION": "v1"}
    assert provenance.settings() == known


@pytest.mark.parametrize("name", ["SOURCE_DATE_EPOCH", "BOOK_REVISION"])
def test_a_setting_without_a_value_is_none(project: Project, name: str) -> None:
    run = project.run("book", "-c", f"import os; print(os.environ.get('{name}'))", **{name: ""})
    assert run.stdout.splitlines()[-1] == "None"


@pytest.mark.parametrize("date", ["yesterday", "-1", "1.5", "０", "0", "4102444800", "9" * 30])
def test_a_date_that_is_none_is_refused(
    tree: Path, monkeypatch: pytest.MonkeyPatch, date: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", date)
    with pytest.raises(Refusal, match="SOURCE_DATE_EPOCH"):
        provenance.settings()


def test_the_refusal_is_one_line(project: Project) -> None:
    assert "SOURCE_DATE_EPOCH" in refused(project.run("book", SOURCE_DATE_EPOCH="x"))
