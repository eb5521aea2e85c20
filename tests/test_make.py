"""`make` tells in one Japanese line what is missing, and never trusts a half-made .venv."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what `make` needs to install, in a folder with a space and Japanese in its name."""
    folder = tmp_path / "本 の フォルダー"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    return folder


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # No index and no wheels: whatever pip is asked for cannot be had, as on a broken network.
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    command = ["make", "--no-print-directory", *arguments]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "MAKE"))}
    return subprocess.run(
        command, cwd=project, env=environment | offline, capture_output=True, text=True, check=False
    )


def fake_python(project: Path, script: str) -> str:
    """A `python` that behaves as `script` says."""
    program = project / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return "BASE_PYTHON=./python"


def refused(run: subprocess.CompletedProcess[str]) -> str:
    """The one line that says what to do, of a run that failed."""
    assert run.returncode != 0
    lines = [line for line in run.stderr.splitlines() if not line.startswith("make:")]
    assert len(lines) == 1, run.stderr
    return lines[0]


def test_make_alone_lists_every_target_in_japanese(project: Path) -> None:
    run = make(project)
    assert run.returncode == 0
    for target in ("help", "html", "doctest", "accept", "test", "lint", "clean"):
        assert f"make {target} " in run.stdout


def test_a_missing_python_is_named(project: Path) -> None:
    run = make(project, "html", "BASE_PYTHON=no-such-python")
    assert "Python 3.11 以降が見つかりません" in refused(run)


def test_a_python_that_is_too_old_is_not_used(project: Path) -> None:
    # Answers as any Python older than 3.11 does: the check of its version exits with 1.
    run = make(project, "html", fake_python(project, "exit 1"))
    assert "Python 3.11 以降が見つかりません" in refused(run)


def test_a_missing_venv_module_is_named(project: Path) -> None:
    script = f'case "$2" in venv) mkdir .venv; exit 1;; *) exec {sys.executable} "$@";; esac'
    run = make(project, "html", fake_python(project, script))
    assert "venv モジュール" in refused(run)
    assert not (project / ".venv").exists()


def test_a_broken_download_leaves_no_half_made_environment(project: Path) -> None:
    half_made = project / ".venv" / "leftover"
    half_made.mkdir(parents=True)
    run = make(project, "html", f"BASE_PYTHON={sys.executable}")
    assert "パッケージを入れられませんでした" in refused(run)
    assert not (project / ".venv").exists()
    assert "ERROR" in (project / "_build" / "install.log").read_text()
