"""The preview follows every edit, shows what went wrong, survives it, and leaves no process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.builds import ROOT, cell, write_page
from tests.literate.test_builds import Book

SECONDS = 60


class Live:
    """A running preview of a book, and what it says of its builds."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.build = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "literate.live", str(book.folder), "book"]
        command += [str(book.folder / "_live"), "--watch", "src", "--port", str(self.port)]
        self.log = book.folder.with_name("live.log")
        source = os.pathsep.join([str(book.folder / "src"), str(ROOT / "src")])
        with self.log.open("w") as file:
            self.process = subprocess.Popen(
                command,
                cwd=book.folder,
                stdout=file,
                stderr=file,
                env=os.environ | {"PYTHONPATH": source},
                start_new_session=True,
            )

    def read(self, path: str) -> str:
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=SECONDS) as answer:
                    if path == "-live":
                        return answer.readline().decode()
                    return answer.read().decode()
            except OSError:
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.1)

    def after_build(self) -> tuple[str, str]:
        """The problems of the next build, and the page as it is served then."""
        deadline = time.monotonic() + SECONDS
        while True:
            state = json.loads(self.read("-live").removeprefix("data: "))
            if state["build"] > self.build:
                self.build = state["build"]
                return state["problems"], self.read("index.html")
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def processes(self) -> list[int]:
        """Every process that the preview has started, and its own."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found.extend(map(int, task.read_text().split()))
        return found

    def stop(self) -> None:
        """Press Ctrl-C."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(SECONDS)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    book = Book(tmp_path)
    write_page(book.index, cell("import subject\nprint(subject.VALUE)", "first"))
    preview = Live(book)
    yield preview
    preview.stop()


def test_every_kind_of_edit_is_followed_and_every_error_survived(live: Live) -> None:
    problems, page = live.after_build()
    assert problems == ""
    assert "first" in page
    assert page.endswith('<script src="/-live.js"></script>')
    assert "EventSource" in live.read("-live.js")

    text = live.book.index.read_text("utf-8")
    live.book.index.write_text(text.replace("# 試し", "# 試し\n\n新しい文。"), "utf-8")
    problems, page = live.after_build()
    assert problems == ""
    assert "新しい文。" in page

    live.book.module.write_text("VALUE = 'second'\n")
    problems, page = live.after_build()
    assert "-first\n+second" in problems
    assert "second" in page

    live.book.module.write_text("VALUE = \n")
    problems, _ = live.after_build()
    assert "SyntaxError: invalid syntax" in problems

    conf = live.book.folder / "conf.py"
    settings = conf.read_text()
    conf.write_text("extensions = \n")
    problems, _ = live.after_build()
    assert "conf.py" in problems

    conf.write_text(settings)
    live.after_build()
    live.book.module.write_text("VALUE = 'first'\n")
    problems, page = live.after_build()
    assert problems == ""
    assert "first" in page
    assert "-first\n+second" in live.log.read_text()  # the terminal tells it, too


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_server_of_kernels_outlives_the_builds(live: Live) -> None:
    def server() -> list[int]:
        command = b"\0literate.forkserver\0"
        return [p for p in live.processes() if command in Path(f"/proc/{p}/cmdline").read_bytes()]

    live.after_build()
    first = server()
    assert len(first) == 1
    write_page(live.book.index, cell("print('edited')", "edited"))
    problems, page = live.after_build()
    assert problems == ""
    assert "edited" in page
    assert server() == first


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("everybody", [True, False], ids=["ctrl-c", "kill"])
def test_a_preview_that_is_stopped_leaves_no_process(live: Live, everybody: bool) -> None:
    live.after_build()
    processes = live.processes()
    assert len(processes) > 1
    (os.killpg if everybody else os.kill)(live.process.pid, signal.SIGINT)
    assert live.process.wait(SECONDS) == 0
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in processes):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "Traceback" not in live.log.read_text()
