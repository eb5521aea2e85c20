"""literate by itself: its wheel, and what that asks for, are enough to check another book."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.builds import ROOT, cell, write_page

SOURCE = ROOT / "src" / "literate"
README = (SOURCE / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((SOURCE / "pyproject.toml").read_text("utf-8"))["project"]
ABOUT = {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"}


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that knows nothing of this tree, nor of this environment."""
    usual = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "JUPYTER", "PIP"))}
    return subprocess.run(words, cwd=folder, env=usual, capture_output=True, text=True, check=False)


def made(folder: Path, target: str, into: Path) -> Path:
    """Return what the backend makes of a folder."""
    result = run(
        sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into), folder=folder
    )
    assert result.returncode == 0, result.stderr
    (file,) = into.iterdir()
    return file


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made where nothing of the tree stands beside it."""
    folder = tmp_path_factory.mktemp("alone")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SOURCE, folder / "source", ignore=ignored)
    return made(folder / "source", "wheel", folder / "wheel")


def needed(requirements: list[str]) -> set[str]:
    """Return the distributions that requirements lead to, here."""
    found: set[str] = set()
    ahead = [(Requirement(line), "") for line in requirements]
    while ahead:
        requirement, extra = ahead.pop()
        name = canonicalize_name(requirement.name)
        wanted = not requirement.marker or requirement.marker.evaluate({"extra": extra})
        if wanted and (name not in found or requirement.extras):
            found.add(name)
            lines = distribution(name).requires or []
            extras = ("", *requirement.extras)
            ahead += [(Requirement(line), each) for line in lines for each in extras]
    return found


def bare(folder: Path, requirements: list[str]) -> Path:
    """Return the Python of an environment that has what is required, and nothing else."""
    result = run(sys.executable, "-m", "venv", "--without-pip", str(folder), folder=folder.parent)
    assert result.returncode == 0, result.stderr
    (packages,) = folder.glob("lib/*/site-packages")
    here = Path(sysconfig.get_path("purelib"))
    for name in needed(requirements):
        tops = {file.parts[0] for file in distribution(name).files or []}
        for top in tops - {"..", "__pycache__"}:
            if not (packages / top).exists():
                (packages / top).symlink_to(here / top)
    return folder / "bin" / "python"


def test_the_wheel_holds_literate_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    files = {file.relative_to(SOURCE).as_posix() for file in SOURCE.rglob("*") if file.is_file()}
    own = {name for name in files if "__pycache__" not in name and not name.endswith(".mo")}
    assert {name for name in names if ".dist-info/" not in name} == {
        f"literate/{name}" for name in own - ABOUT
    }
    assert "literate/py.typed" in names
    assert {name.rpartition("/")[2] for name in names if ".dist-info/" in name} == {
        "METADATA", "WHEEL", "RECORD", "LICENSE", "entry_points.txt"
    }  # fmt: skip


def test_the_source_archive_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    source = made(SOURCE, "sdist", tmp_path / "source")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.glob("literate_*")
    assert made(folder, "wheel", tmp_path / "wheel").read_bytes() == wheel.read_bytes()


def test_a_first_page_is_verified_with_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    python = str(bare(tmp_path / "bare", PROJECT["dependencies"]))
    words = ("--python", python, "install", "--no-index", "--disable-pip-version-check")
    result = run(sys.executable, "-m", "pip", *words, str(wheel), folder=tmp_path)
    assert result.returncode == 0, result.stderr
    for name in ("neuron", "booksite", "torch", "numpy", "matplotlib"):
        missing = run(python, "-c", f"import {name}", folder=tmp_path)
        assert "ModuleNotFoundError" in missing.stderr

    (conf, commands) = (
        re.search(rf"```{kind}\n(.*?)```", README, re.S)[1] for kind in ("python", "sh")
    )
    lines = [*conf.splitlines(), *commands.splitlines()]
    assert len(lines) == 5
    (tmp_path / "conf.py").write_text(conf)
    page = tmp_path / "book" / "index.md"
    write_page(page, cell("print(1 / 3)"))
    for command in commands.splitlines():
        result = run(python, *command.split()[1:], folder=tmp_path)
        assert result.returncode == 0, result.stderr
    assert "```{testoutput}\n0.3333333333333333\n```" in page.read_text()
    assert "0.333" in (tmp_path / "_build" / "html" / "index.html").read_text("utf-8")
    page.write_text(page.read_text().replace("\n0.3333", "\n0.3334"))
    result = run(python, *command.split()[1:], folder=tmp_path)
    assert result.returncode == 1 and "0.3334333333333333" in result.stderr
