"""Builds wait for each other, and end with whoever has asked for them."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.bootstrap.project import SPHINX, Project

# A build that takes until the file `go` is there, and complains about any other beside it.
SLOW = f"""mkdir running || echo x >>overlaps
touch started; until [ -e go ]; do sleep 0.02; done
rmdir running; {SPHINX}"""


@pytest.fixture
def slow(project: Project) -> Project:
    """A project whose packages are installed, and whose builds take long."""
    project.run("book")
    project.write("sphinx.sh", SLOW)
    return project


def begin(project: Project) -> subprocess.Popen[str]:
    """Start a build, and wait until it runs."""
    process = project.start("--site", "_build/html", "book", "-m", "sphinx")
    wait_for(project.folder / "started")
    return process


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def second(project: Project) -> subprocess.Popen[str]:
    """Start another build, and read that it waits."""
    process = project.start("--alone", "book", "-m", "sphinx")
    assert "待っています" in process.stdout.readline()
    return process


def finish(project: Project, *processes: subprocess.Popen[str]) -> list[str]:
    """Let the builds end, and return what they printed."""
    project.write("go", "")
    outputs = [process.communicate() for process in processes]
    assert all(process.returncode == 0 for process in processes), outputs
    assert project.count("overlaps") == 0
    return [output for output, _ in outputs]


def test_two_builds_in_one_tree_run_one_after_the_other(slow: Project) -> None:
    first = begin(slow)
    other = second(slow)
    assert slow.count("builds") == 1
    finish(slow, first, other)
    assert slow.count("builds") == 2


def test_a_build_that_waits_for_the_same_site_finds_it_made(slow: Project) -> None:
    first = begin(slow)
    same = slow.start("--site", "_build/html", "book", "-m", "sphinx")
    assert "待っています" in same.stdout.readline()
    assert finish(slow, first, same)[1] == "変わったところはありません。\n"
    assert slow.count("builds") == 1


def test_two_installs_in_one_tree_are_one(project: Project) -> None:
    project.write("pip.sh", "sleep 0.3")
    processes = [project.start("book") for _ in range(2)]
    finish(project, *processes)
    assert project.count("installs") == 1


def test_what_may_run_beside_a_build_does_not_wait(slow: Project) -> None:
    first = begin(slow)
    assert slow.run("book", "-c", "print('beside')").stdout == "beside\n"
    finish(slow, first)


def test_a_killed_build_holds_up_no_other(slow: Project) -> None:
    first = begin(slow)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    (slow.folder / "running").rmdir()
    finish(slow, slow.start("--alone", "book", "-m", "sphinx"))


def test_a_build_whose_make_was_killed_is_waited_for(slow: Project) -> None:
    first = begin(slow)
    first.kill()
    first.wait()
    finish(slow, second(slow))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_build_ends_with_its_make(slow: Project, number: int) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # tests may run ignoring it
    first = begin(slow)
    signal.signal(signal.SIGINT, before)
    if number == signal.SIGINT:
        os.killpg(first.pid, number)  # as a terminal does
    else:
        first.send_signal(number)
    _, errors = first.communicate()
    assert first.returncode != 0 and "Traceback" not in errors
    (slow.folder / "running").rmdir()
    finish(slow, slow.start("--alone", "book", "-m", "sphinx"))


def test_what_is_published_can_be_read_by_others(project: Project) -> None:
    before = os.umask(0o077)
    try:
        assert project.html().returncode == 0
    finally:
        os.umask(before)
    assert (project.folder / "_build/html/index.html").stat().st_mode & stat.S_IROTH


def test_the_exit_code_of_a_build_is_handed_on(project: Project) -> None:
    project.write("sphinx.sh", "exit 3")
    assert project.html().returncode == 3
