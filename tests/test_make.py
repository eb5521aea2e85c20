"""`make` tells in one Japanese line what is missing, and builds anew what is old or half made."""

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


@pytest.fixture
def built(project: Path) -> Path:
    """A copy with a site, made by a Python that notes each build in the file `builds`."""
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (project / "conf.py").touch()
    (project / "book").mkdir()
    for name in ("index", "gone"):
        (project / "book" / f"{name}.md").write_text(f"# {name}\n")
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        '#!/bin/sh\n[ "$2" = sphinx ] || exit 0\necho >>builds\n[ ! -e broken ] || exit 2\n'
        "mkdir -p _build/html\necho page >_build/html/index.html\n"
    )
    python.chmod(0o755)
    packages = project / ".venv" / "lib" / "python3" / "site-packages"
    (packages / "torch-2.13.0.dist-info").mkdir(parents=True)
    mark = 'echo "$(cat pyproject.toml requirements.lock | cksum) $(pwd -P)" >.venv/ready-book'
    subprocess.run(["sh", "-c", mark], cwd=project, check=True)
    assert build(project) == 1
    return project


def build(project: Path, *settings: str) -> int:
    """Run `make html`; return how many builds there have been."""
    make(project, "html", "SOURCE_DATE_EPOCH=1", "BOOK_REVISION=a", *settings)
    return len((project / "builds").read_text())


def test_nothing_is_built_when_nothing_changed(built: Path) -> None:
    os.utime(built / "book" / "index.md")
    (built / "src" / "neuron" / "__pycache__").mkdir()
    (built / "src" / "neuron" / "__pycache__" / "model.pyc").touch()
    assert build(built) == 1


@pytest.mark.parametrize(
    "change",
    [
        'echo "文" >>book/index.md',
        "cp -p book/gone.md book/new.md",
        "rm book/gone.md",
        "mv book/gone.md book/new.md",
        "cp -p book/gone.md book/index.md",
        "echo '# x' >>src/neuron/model.py",
        "echo '# x' >>conf.py",
        "rm _build/html/index.html",
        "echo x >>_build/html/index.html",
        "rm -r _build/html",
        "mkdir -p _build/paper; touch _build/paper/neuron.pdf",
        "cd .venv/lib/python3/site-packages; mv torch-2.13.0.dist-info torch-2.14.0.dist-info",
    ],
)
def test_every_kind_of_change_is_built_once(built: Path, change: str) -> None:
    subprocess.run(["sh", "-c", change], cwd=built, check=True)
    assert build(built) == 2
    assert build(built) == 2


@pytest.mark.parametrize("name", ["BOOK_REVISION", "BOOK_BASE_URL", "SOURCE_DATE_EPOCH"])
def test_another_setting_is_built(built: Path, name: str) -> None:
    assert build(built, f"{name}=2") == 2


def test_a_build_that_failed_is_tried_again(built: Path) -> None:
    (built / "broken").touch()
    (built / "conf.py").write_text("x\n")
    assert build(built) == 2
    assert build(built) == 3
    (built / "conf.py").write_text("")  # as it was after the last good build
    assert build(built) == 4
