"""The fingerprint changes with whatever the cells can reach, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sphinx.errors import ConfigError

from literate import freshness


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / "src" / "a.py").write_text("a")
    (tmp_path / "src" / "deep" / "b.py").write_text("b")
    (tmp_path / "notes.txt").write_text("n")
    return tmp_path


def fingerprint(root: Path) -> str:
    return freshness.fingerprint(root, ["src/**/*.py"], ["sphinx"])


def test_an_edit_a_new_name_and_a_swap_of_contents_change_it(root: Path) -> None:
    seen = {fingerprint(root)}
    (root / "src" / "a.py").write_text("A")
    seen.add(fingerprint(root))
    (root / "src" / "a.py").rename(root / "src" / "c.py")
    seen.add(fingerprint(root))
    (root / "src" / "c.py").write_text("b")
    (root / "src" / "deep" / "b.py").write_text("A")
    seen.add(fingerprint(root))
    (root / "src" / "c.py").unlink()
    seen.add(fingerprint(root))
    assert len(seen) == 5


def test_a_file_that_no_glob_names_and_a_new_time_stamp_do_not(root: Path) -> None:
    before = fingerprint(root)
    (root / "notes.txt").write_text("other")
    (root / "src" / "a.py").touch()
    assert fingerprint(root) == before


def test_another_version_of_a_package_or_of_python_changes_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {fingerprint(root)}
    with monkeypatch.context() as patch:
        patch.setattr(freshness, "version", lambda name: "0.0")
        seen.add(fingerprint(root))
    monkeypatch.setattr(freshness.platform, "python_version", lambda: "0.0")
    seen.add(fingerprint(root))
    assert len(seen) == 3


def test_a_glob_that_matches_nothing_is_refused(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"lib/\*\.py"):
        freshness.fingerprint(root, ["lib/*.py"], [])
