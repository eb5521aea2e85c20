"""A site is made anew when anything that shapes it has changed, and only then."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.bootstrap.project import Project

VALUE = "import sys; sys.path.insert(0, 'src'); import subject; print(subject.VALUE)"


@pytest.fixture
def built(project: Project) -> Project:
    """A project with a site."""
    assert project.html().returncode == 0
    packages = project.folder / ".venv/lib/python3.12/site-packages/torch-2.13.0.dist-info"
    packages.mkdir(parents=True)
    return rebuilt(project)


def rebuilt(project: Project) -> Project:
    """Build; what comes after is counted from nothing."""
    assert project.html().returncode == 0
    (project.folder / "builds").unlink(missing_ok=True)
    return project


def test_nothing_is_built_when_nothing_changed(built: Project) -> None:
    os.utime(built.folder / "book/index.md")
    built.write("src/bootstrap/__pycache__/x.pyc", "x")
    assert "変わったところはありません" in built.html().stdout
    assert built.count("builds") == 0


@pytest.mark.parametrize(
    "change",
    [
        'echo "文" >>book/index.md',
        "cp -p book/gone.md book/new.md",
        "rm book/gone.md",
        "mv book/gone.md book/new.md",
        "cp -p book/gone.md book/index.md",
        "echo x >book/index.md; touch -d 2001-01-01 book/index.md",
        "mkdir book/_static; echo x >book/_static/site.css",
        "echo '# x' >>src/make.py",
        "echo '# x' >>conf.py",
        "echo x >>LICENSE",
        "echo '# x' >>Makefile",
        "rm _build/html/index.html",
        "echo x >>_build/html/index.html",
        "echo x >_build/html/left.html",
        "rm -r _build/html",
        "mkdir -p _build/paper; touch _build/paper/neuron.pdf",
        "cd .venv/lib/python3.12/site-packages; mv torch-2.13.0.dist-info torch-2.14.0.dist-info",
    ],
)
def test_every_kind_of_change_is_built_once(built: Project, change: str) -> None:
    subprocess.run(["sh", "-c", change], cwd=built.folder, check=True)
    built.html()
    assert built.count("builds") == 1
    rebuilt(built).html()
    assert built.count("builds") == 0


@pytest.mark.parametrize("name", ["BOOK_REVISION", "BOOK_BASE_URL", "SOURCE_DATE_EPOCH", "TZ"])
def test_another_setting_is_built(built: Project, name: str) -> None:
    built.html(**{name: "1234567890"})
    assert built.count("builds") == 1


def test_another_command_is_built(built: Project) -> None:
    built.run("--site", "_build/html", "book", "-m", "sphinx", "-q")
    assert built.count("builds") == 1


def test_a_build_that_failed_is_tried_again(built: Project) -> None:
    script = (built.folder / "sphinx.sh").read_text()
    built.write("sphinx.sh", "exit 2")
    built.write("conf.py", "x\n")
    for number in (1, 2):
        assert built.html().returncode == 2
        assert built.count("builds") == number
    built.write("conf.py", "conf.py")  # as it was after the last good build
    built.write("sphinx.sh", script)
    assert built.html().returncode == 0
    assert built.count("builds") == 3


def test_an_edit_during_a_build_is_built_afterwards(built: Project) -> None:
    script = (built.folder / "sphinx.sh").read_text()
    built.write("sphinx.sh", f"{script}; echo late >>conf.py")
    built.write("conf.py", "early\n")
    built.html()
    built.write("sphinx.sh", script)
    built.html()
    assert built.count("builds") == 2


def test_an_edit_that_keeps_the_size_and_the_time_of_the_code_is_run(project: Project) -> None:
    code = project.write("src/subject.py", "VALUE = 1\n")
    assert project.run("book", "-c", VALUE).stdout.endswith("1\n")
    times = code.stat()
    code.write_text("VALUE = 2\n")
    os.utime(code, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert project.run("book", "-c", VALUE).stdout == "2\n"


def test_byte_code_is_kept_while_the_code_is_the_same(project: Project) -> None:
    project.write("src/subject.py", "VALUE = 1\n")
    project.run("book", "-c", VALUE)
    (kept,) = project.folder.glob("src/__pycache__/subject.*")
    before = kept.stat().st_mtime_ns
    project.run("book", "-c", VALUE)
    assert kept.stat().st_mtime_ns == before


def test_a_link_that_leads_nowhere_stops_nothing(project: Project) -> None:
    (project.folder / "book/.#index.md").symlink_to("user@machine")  # as an editor's lock does
    assert project.html().returncode == 0


def test_make_html_says_where_the_site_is(project: Project, tmp_path: Path) -> None:
    odd = tmp_path / "a$HOME `b` \"c\" 'd' \\n #e % (f) [g] & ; 本"
    shutil.move(project.folder, odd)
    project.folder = odd
    for words in ("できました", "変わったところはありません"):
        run = project.make("html")
        assert run.returncode == 0, run.stderr
        assert words in run.stdout and f"{odd}/_build/html/index.html" in run.stdout
