"""The packages are installed once, into an environment that fits; else one line says why not."""

from __future__ import annotations

import ast
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from bootstrap.diagnosis import diagnose
from tests.bootstrap.project import ROOT, Project, refused

PYTHONS = ("3.11.2", "3.12.0", "3.12.12", "3.13.0", "3.13.5", "3.14.0", "3.14.10")


def test_packages_are_installed_once(project: Project) -> None:
    for _ in range(2):
        assert project.run("book").returncode == 0
    assert project.count("installs") == 1


def test_another_set_of_packages_is_added_to_the_same_environment(project: Project) -> None:
    project.run("book")
    project.write(".venv/kept", "")
    for _ in range(2):
        assert project.run("test").returncode == 0
    assert project.count("installs") == 2
    assert (project.folder / ".venv" / "kept").exists()


@pytest.mark.parametrize(
    "name", ["requirements.lock", "pyproject.toml", "src/neuron/pyproject.toml"]
)
def test_another_lock_makes_another_environment(project: Project, name: str) -> None:
    project.run("book")
    left = project.write(".venv/left", "")
    with (project.folder / name).open("a") as file:
        file.write("\n")
    project.run("book")
    assert project.count("installs") == 2 and not left.exists()


def test_a_moved_folder_gets_another_environment(project: Project) -> None:
    project.run("book")
    project.folder = project.folder.rename(project.folder.with_name("moved"))
    project.run("book")
    assert project.count("installs") == 2


def test_another_python_makes_another_environment(project: Project) -> None:
    other = str(project.python("other", "3 13 0"))
    for asked in ("./base", other, other, "", "./base"):
        assert project.run("book", BASE_PYTHON=asked).returncode == 0
    assert project.count("installs") == 3  # an environment that is there fits whoever asks for none


def test_an_environment_whose_python_is_gone_is_made_anew(project: Project) -> None:
    gone = project.python("gone")
    project.run("book", BASE_PYTHON="./gone")
    gone.unlink()
    assert project.run("book").returncode == 0
    assert project.count("installs") == 2


def test_a_half_made_environment_is_made_anew(project: Project) -> None:
    half_made = project.write(".venv/leftover", "")
    assert project.run("book").returncode == 0
    assert not half_made.exists()


def test_a_broken_mark_is_no_mark(project: Project) -> None:
    project.run("book")
    project.write(".venv/ready-book", "[]")
    assert project.run("book").returncode == 0
    assert project.count("installs") == 2


def test_a_failed_install_leaves_no_environment(project: Project) -> None:
    project.write("pip.sh", "echo 'ERROR: No space left on device'; exit 1")
    assert "ディスクの空きが足りません" in refused(project.run("book"))
    assert not (project.folder / ".venv").exists()
    assert "ERROR" in (project.folder / "_build" / "install.log").read_text()


def test_an_environment_that_fits_survives_a_failed_addition(project: Project) -> None:
    project.run("book")
    project.write("pip.sh", "exit 1")
    assert "パッケージを入れられませんでした" in refused(project.run("test"))
    assert project.run("book").returncode == 0
    assert project.count("installs") == 2


def test_a_missing_python_is_named(project: Project) -> None:
    words = refused(project.run("book", BASE_PYTHON="no-such-python"))
    assert "Python 3.11 以降が要ります" in words and "no-such-python" in words


def test_a_python_that_is_too_old_is_not_used(project: Project) -> None:
    project.python("old", "3 10 12")
    words = refused(project.run("book", BASE_PYTHON="./old"))
    assert "Python 3.11 以降が要ります" in words and "3.10.12" in words


def test_a_missing_venv_module_is_named(project: Project) -> None:
    program = project.python("bare")
    script = program.read_text().replace("mkdir", "echo 'No module named venv'; exit 1; mkdir")
    program.write_text(script)
    assert "venv モジュール" in refused(project.run("book", BASE_PYTHON="./bare"))
    assert not (project.folder / ".venv").exists()


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "ディスク"),
        ("OSError: [Errno 30] Read-only file system: '.venv'", "書き込めない"),
        (
            "WARNING: Retrying (Retry(total=4)) ...\nERROR: No matching distribution found for x",
            "ネ",
        ),
        ("ERROR: HTTP error 503 while getting https://x", "ネットワーク"),
        ("ReadTimeoutError: Read timed out.", "ネットワーク"),
        (
            "ERROR: Ignored the following versions that require a different python version: 4.1.2\n"
            "ERROR: No matching distribution found for soupsieve==4.1.2",
            "soupsieve の、この Python に合う版",
        ),
        (
            "ERROR: Package 'neuron-book' requires a different Python: 3.10.0",
            "この Python に合わない",
        ),
        ("ERROR: ResolutionImpossible: for help visit", "requirements.lock"),
        ("ERROR: Failed building wheel for lxml", "lxml を、この Python のために"),
        ("error: Failed to build 'lxml' when installing build dependencies", "lxml を、この"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE", "違います"),
        ("The environment was not created because ensurepip is not available.", "python3-venv"),
        (
            "Error: Refusing to create a venv in a:b because it contains the PATH separator :.",
            "文字",
        ),
        ("something else", "記録を読み"),
    ],
)
def test_the_real_cause_of_a_failed_install_is_named(log: str, words: str) -> None:
    assert words in diagnose(log)
    assert "\n" not in diagnose(log)


def pins() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    return dict(re.split("==", line) for line in lines if "==" in line)


@pytest.mark.parametrize("name", pins())
def test_every_pin_can_be_installed_on_every_python_that_is_promised(name: str) -> None:
    try:
        needed = SpecifierSet(distribution(name).metadata.get("Requires-Python", ""))
    except PackageNotFoundError:
        return  # needed on another system, or for `make bench` and `make mutate` alone
    assert distribution(name).version.partition("+")[0] == pins()[name]
    assert list(needed.filter(PYTHONS)) == list(PYTHONS)


@pytest.mark.parametrize(
    "file",
    [ROOT / "src" / "make.py", *(ROOT / "src" / "bootstrap").glob("*.py")],
    ids=lambda f: f.name,
)
def test_an_old_python_can_read_the_code_that_looks_for_a_newer_one(file: Path) -> None:
    ast.parse(file.read_text("utf-8"), feature_version=(3, 8))
