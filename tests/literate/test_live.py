"""The preview follows every edit, shows what went wrong, survives it, and leaves no process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.builds import ROOT, cell, write_page
from tests.literate.test_builds import Book

SECONDS = 60
PAGE = cell("import subject\nprint(subject.VALUE)", "first")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Live:
    """A running preview of a book, and what it says of its builds."""

    def __init__(self, book: Book, port: int) -> None:
        self.book = book
        self.build = 0
        self.port = port
        command = [sys.executable, "-m", "literate.preview.live", str(book.folder), "book"]
        command += [str(book.folder / "_live"), "--watch", "src", "--port", str(self.port)]
        self.log = book.folder.with_name(f"live-{port}.log")
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

    def state(self) -> dict[str, Any]:
        return json.loads(self.read("-live").removeprefix("data: "))

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while not holds(state := self.state()):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return state

    def after_build(self) -> tuple[str, str]:
        """The problems of the next build, and the page as it is served then."""
        state = self.until(lambda state: state["build"] > self.build and not state["building"])
        self.build = state["build"]
        return state["problems"], self.read("index.html")

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


def preview_of(book: Book) -> Live:
    write_page(book.index, PAGE)
    return Live(book, free_port())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    preview = preview_of(Book(tmp_path_factory.mktemp("live")))
    yield preview
    preview.stop()


@pytest.fixture
def live(shared: Live) -> Live:
    """A preview whose only page is as it was at first, and was built without a problem."""
    before = shared.state()["build"]
    for page in shared.book.index.parent.glob("*.md"):
        page.unlink()
    shared.book.configure()
    shared.book.module.write_text("VALUE = 'first'\n")
    write_page(shared.book.index, PAGE, "もう一度" * before)
    shared.build = shared.until(
        lambda state: state["build"] > before and not state["building"] and not state["problems"]
    )["build"]
    return shared


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Live]:
    preview = preview_of(Book(tmp_path))
    yield preview
    preview.stop()


def test_every_kind_of_edit_is_followed_and_every_error_survived(live: Live) -> None:
    page = live.read("index.html")
    assert "first" in page
    assert '<script src="/-live.js" data-problems="組み立ての問題" data-close="閉じる' in page
    assert "EventSource" in live.read("-live.js")

    text = live.book.index.read_text("utf-8")
    live.book.index.write_text(text.replace("# 試し", "# 試し\n\n新しい文。"), "utf-8")
    problems, page = live.after_build()
    assert problems == ""
    assert "新しい文。" in page

    live.book.module.write_text("VALUE = 'second'\n")
    problems, page = live.after_build()
    assert "-first\n+second" in problems
    assert "first" in page and "second" not in page  # as it was when all was well

    live.book.module.write_text("VALUE = \n")
    problems, _ = live.after_build()
    assert "SyntaxError: invalid syntax" in problems

    conf = live.book.folder / "conf.py"
    settings = conf.read_text()
    conf.write_text("extensions = \n")
    problems, _ = live.after_build()
    assert "conf.py" in problems and problems.count("\n") < 5

    conf.write_text(settings)
    live.after_build()
    live.book.module.write_text("VALUE = 'first'\n")
    problems, page = live.after_build()
    assert problems == ""
    assert "first" in page
    assert "-first\n+second" in live.log.read_text()  # the terminal tells it, too


def test_a_page_that_never_ends_gives_way_to_the_next_save(live: Live) -> None:
    said = live.log.read_text()
    mark = live.book.folder / "running"
    endless = f"open({str(mark)!r}, 'w').close()\nwhile True: pass"
    write_page(live.book.index.with_name("other.md"), cell(endless))
    deadline = time.monotonic() + SECONDS
    while not mark.exists():
        assert time.monotonic() < deadline, live.log.read_text()
        time.sleep(0.05)
    assert live.state()["building"]
    assert "first" in live.read("index.html")  # while the other page runs

    began = live.build
    write_page(live.book.index, cell("print('edited')", "edited"))
    write_page(live.book.index.with_name("other.md"), cell("print('ends')", "ends"))
    problems, page = live.after_build()
    assert live.build == began + 1  # the builds that were overtaken do not count
    assert problems == ""
    assert "edited" in page and "ends" in live.read("other.html")
    assert "error" not in live.log.read_text().removeprefix(said)


def test_a_page_that_went_is_not_served_any_more(live: Live) -> None:
    other = live.book.index.with_name("other.md")
    write_page(other, cell("print('here')", "here"))
    live.after_build()
    assert "here" in live.read("other.html")
    other.rename(other.with_name("renamed.md"))
    live.after_build()
    assert "here" in live.read("renamed.html")
    with pytest.raises(HTTPError, match="404") as gone:
        urlopen(f"http://127.0.0.1:{live.port}/other.html", timeout=SECONDS)
    assert "このページは、いまの本にありません" in gone.value.read().decode()


@pytest.mark.parametrize("broken", ["cell", "role", "conf.py"])
def test_what_went_wrong_leaves_the_last_good_page(live: Live, broken: str) -> None:
    if broken == "conf.py":
        live.book.folder.joinpath("conf.py").write_text("extensions = ['no_such_extension']")
    block = "{no-such-role}`x`" if broken == "role" else cell("print('bad')", "good")
    write_page(live.book.index, block, cell("print('shown')", "shown"))
    problems, page = live.after_build()
    assert problems
    assert "first" in page and "shown" not in page
    if broken == "conf.py":
        live.book.configure()
    write_page(live.book.index, cell("print('mended')", "mended"))
    problems, page = live.after_build()
    assert problems == ""
    assert "mended" in page


def test_a_second_preview_says_in_one_line_why_it_does_not_start(live: Live) -> None:
    for port, why in ((live.port, "ほかのプログラム"), (free_port(), "もう動いています")):
        second = Live(live.book, port)
        assert second.process.wait(SECONDS) == 1
        assert second.log.read_text().count("\n") == 1
        assert why in second.log.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_server_of_kernels_outlives_the_builds(live: Live) -> None:
    def server() -> list[int]:
        command = b"\0literate.run.server\0"
        return [p for p in live.processes() if command in Path(f"/proc/{p}/cmdline").read_bytes()]

    first = server()
    assert len(first) == 1
    write_page(live.book.index, cell("print('edited')", "edited"))
    problems, page = live.after_build()
    assert problems == ""
    assert "edited" in page
    assert server() == first


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("everybody", [True, False], ids=["ctrl-c", "kill"])
def test_a_preview_that_is_stopped_leaves_no_process(own: Live, everybody: bool) -> None:
    own.after_build()
    processes = own.processes()
    assert len(processes) > 1
    (os.killpg if everybody else os.kill)(own.process.pid, signal.SIGINT)
    assert own.process.wait(SECONDS) == 0
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in processes):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "Traceback" not in own.log.read_text()
