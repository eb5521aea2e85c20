"""Whatever ends in the middle leaves no process and no half-written record behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builds import ROOT, cell, changed, environment_of, records, write_page
from tests.literate.test_builds import Book

PAGES = 4
SECONDS = 60
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks kernels")


@pytest.fixture
def gate() -> Iterator[subprocess.Popen[bytes]]:
    """A process for whose end the pages wait: what they see in /proc is none of their inputs."""
    with subprocess.Popen(["sleep", "infinity"]) as process:
        yield process
        process.kill()


def open_gate(gate: subprocess.Popen[bytes]) -> None:
    gate.kill()
    gate.wait()  # until then it stays in /proc


def slow_book(folder: Path, gate: subprocess.Popen[bytes]) -> Book:
    """A book whose pages say that they run, and then wait at the gate."""
    book = Book(folder)
    for number in range(PAGES):
        name = "index" if number == 0 else f"page{number}"
        code = (
            "import os, pathlib, time\n"
            f"here = pathlib.Path({str(folder)!r})\n"
            f"(here / 'running{number}').write_text(f'{{os.getpid()}} {{os.getppid()}}')\n"
            f"while os.path.exists('/proc/{gate.pid}'):\n    time.sleep(0.02)\n"
            f"print({number})"
        )
        write_page(book.index.with_name(f"{name}.md"), cell(code, f"{number}"))
    return book


def start(book: Book) -> subprocess.Popen[str]:
    out = book.folder / "_build"
    command = [sys.executable, "-m", "sphinx", "-nW", "--keep-going", "-j", "2", "--no-color"]
    command += ["-c", str(book.folder), "-d", str(out / "doctrees")]
    command += [str(book.folder / "book"), str(out / "html")]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment_of(book.folder),
        start_new_session=True,
    )


def running(folder: Path) -> list[tuple[int, int]]:
    """Wait for the two readers' first pages; return the kernels and their parents."""
    deadline = time.monotonic() + SECONDS
    while True:
        files = [file.read_text() for file in folder.glob("running*")]
        if len(files) == 2 and all(re.fullmatch(r"\d+ \d+", text) for text in files):
            return [tuple(map(int, text.split())) for text in files]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not Path(f"/proc/{pid}").exists()


def test_ctrl_c_in_mid_build_leaves_no_process_and_the_next_build_is_whole(
    tmp_path: Path, gate: subprocess.Popen[bytes]
) -> None:
    book = slow_book(tmp_path, gate)
    build = start(book)
    kernels = running(tmp_path)
    assert len({server for _, server in kernels}) == 1
    os.killpg(build.pid, signal.SIGINT)
    build.communicate(timeout=SECONDS)
    assert build.returncode != 0
    assert all(gone(pid) for pids in kernels for pid in pids)
    open_gate(gate)
    result = book.build()
    assert result.returncode == 0, result.log
    assert result.executed == PAGES


def test_a_server_that_is_killed_costs_no_page(
    tmp_path: Path, gate: subprocess.Popen[bytes]
) -> None:
    book = slow_book(tmp_path, gate)
    build = start(book)
    ((_, server), _) = running(tmp_path)
    os.kill(server, signal.SIGKILL)
    open_gate(gate)
    log, _ = build.communicate(timeout=SECONDS)
    assert build.returncode == 0, log
    assert f"うち今回実行 {PAGES}" in log
    assert log.count("カーネルを用意するプロセスが終わっていました（終了コード -9）。") == 1


def test_a_kernel_that_is_killed_fails_its_page_alone(
    tmp_path: Path, gate: subprocess.Popen[bytes]
) -> None:
    book = slow_book(tmp_path, gate)
    build = start(book)
    ((kernel, _), _) = running(tmp_path)
    os.kill(kernel, signal.SIGKILL)
    open_gate(gate)
    log, _ = build.communicate(timeout=SECONDS)
    assert build.returncode == 1
    assert log.count("ページを実行していたカーネルが終了しました") == 1
    assert log.count("セルが実行されなかったので、testoutput を照合できません") == 1
    before = records(book.folder / "_build")
    assert len(before) == PAGES - 1
    result = book.build()
    assert result.returncode == 0, result.log
    assert changed(before, records(book.folder / "_build")) == set()
    assert result.executed == 1


@pytest.mark.skipif(shutil.which("unshare") is None, reason="no way to make a small disk")
def test_a_full_disk_is_told_and_the_next_build_is_whole(tmp_path: Path) -> None:
    book = Book(tmp_path)
    write_page(book.index, cell("print('x' * 900_000)", "x..."))
    out = book.folder / "_build"
    out.mkdir()
    build = f"{sys.executable} -m sphinx -nW --keep-going -c . -d _build/doctrees book _build/html"
    script = f"mount -t tmpfs -o size=1m none _build && {build}; cp -r _build _kept"
    run = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        cwd=book.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in run.stderr or "mount:" in run.stderr:
        pytest.skip("no way to make a small disk here")
    assert "No space left on device" in run.stdout + run.stderr
    out.rmdir()
    (book.folder / "_kept").rename(out)
    result = book.build()
    assert result.returncode == 0, result.log
    assert "x" * 900_000 in (result.html / "index.html").read_text("utf-8")
