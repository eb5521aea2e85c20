"""Show a book in the browser while it is written.

``python -m literate.preview.live CONF SOURCE OUT`` has three processes: one serves the pages and
watches the sources; one has imported Sphinx and what the book needs, and forks a build for each
change; one forks the kernels. No build imports anything twice, and an error in a page, in the
sources or in conf.py ends a build and nothing else. A newer change ends the build that still runs.
What is served was read after a build, never in one.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import gc
import importlib
import json
import mimetypes
import multiprocessing
import os
import signal
import socket
import sys
import sysconfig
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import nbformat
import uvicorn
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.cmd.build import build_main
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.util.tags import Tags
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from watchfiles import awatch

from literate.report import complaint
from literate.report.failures import FAILED
from literate.run import forkserver, scratch
from literate.run.preload import checked

SCRIPT = Path(__file__).with_name("live.js")
TAG = b'<script src="/-live.js"></script>'
NO_PAGE = "<!DOCTYPE html><html lang=ja><title>404</title><p>このページは、いまの本にありません。"
FORK = multiprocessing.get_context("fork")
# Why a port cannot be had, and what to do.
TROUBLES = {
    errno.EADDRINUSE: "ほかのプログラム（別の make live など）が使っています。それを終わらせるか、"
    "make live PORT=8001 のように、別のポートを選んでください。",
    errno.EACCES: "使う権限がありません。1024以上のポートを選んでください。",
    errno.ENETUNREACH: "127.0.0.1 に接続できません。ループバック（lo）を有効にしてください。",
}


@dataclass(frozen=True)
class Work:
    """Where a book is, and where its preview is built."""

    conf: Path
    source: Path
    out: Path

    @property
    def html(self) -> Path:
        """Where Sphinx writes."""
        return self.out / "html"

    @property
    def doctrees(self) -> Path:
        """Where Sphinx keeps what it has read."""
        return self.out / "doctrees"

    @property
    def problems(self) -> Path:
        """Where a build's stderr goes."""
        return self.out / "problems.log"

    @property
    def arguments(self) -> list[str]:
        """What sphinx-build is told."""
        arguments = ["-nW", "--keep-going", "-j", "auto", "-q", "--no-color"]
        arguments += ["-c", str(self.conf), "-d", str(self.doctrees)]
        return [*arguments, str(self.source), str(self.html)]


class Build:
    """A build in a fork of this process, with all that it starts in a session of its own."""

    def __init__(self, work: Work) -> None:
        """Start it."""
        self._work = work
        self._environment = work.doctrees / ENV_PICKLE_FILENAME
        self._saved = self._time_of_saving()
        self._modules = work.out / "modules.txt"
        self._modules.write_text("")
        gc.freeze()  # else the first collections in the fork walk, and copy, all that is here
        self._process = FORK.Process(target=self._run)
        self._process.start()
        self.ended = self._process.sentinel

    def _run(self) -> NoReturn:
        os.setsid()
        with self._work.problems.open("w") as file:
            os.dup2(file.fileno(), 2)
        known = set(sys.modules)
        code = build_main(self._work.arguments)
        self._modules.write_text("\n".join(filter(installed, set(sys.modules) - known)))
        sys.exit(code)

    def _time_of_saving(self) -> int:
        with suppress(FileNotFoundError):
            return self._environment.stat().st_mtime_ns
        return 0

    def finish(self) -> int | None:
        """Return the exit code, and import what the build has imported: the next need not."""
        self._process.join()
        adopt(self._modules.read_text().split())
        return self._process.exitcode

    def cancel(self) -> None:
        """End it at once, with its readers and writers; the kernels end with those.

        Once it has saved what it read, nobody else would warn of that again.
        """
        self._process.kill()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.join()
        if self._time_of_saving() != self._saved:
            self._environment.unlink(missing_ok=True)


def installed(name: str) -> bool:
    """Tell whether an imported module is no work of the author's, who may edit that."""
    folders = (sysconfig.get_path("stdlib"), sysconfig.get_path("platlib"))
    return (getattr(sys.modules[name], "__file__", None) or "").startswith(folders)


def adopt(modules: Sequence[str]) -> None:
    """Import modules for the builds to come; whatever goes wrong goes wrong there, and is told."""
    for name in modules:
        if name not in sys.modules:
            with suppress(Exception):
                importlib.import_module(name)


def rehearse(settings: Mapping[str, object]) -> None:
    """Build a book of one page here, so that each fork finds imported and compiled what it needs.

    Nothing of the author's is imported: that may change.
    """
    # Not as an extension: the end of its build would be the end of the server.
    adopt(["literate.extension", "literate.publish.render", *settings.get("literate_preload", [])])
    for minor in (4, 5):  # what jupyter-cache and MyST-NB write
        nbformat.validate(nbformat.v4.new_notebook(), version=4, version_minor=minor)
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        Path(folder, "conf.py").write_text("extensions = ['myst_nb']", "utf-8")
        page = "# 1\n\n```python\n1\n```\n\n{ref}`genindex`\n"
        Path(folder, "index.md").write_text(page, "utf-8")
        theme = settings.get("html_theme", "alabaster")
        build_main(["-q", "-D", f"html_theme={theme}", folder, f"{folder}/out"])


def builder(requests: Connection, others: Sequence[Connection | socket.socket], work: Work) -> None:
    """Build whenever asked, until nobody holds the other end of the pipe any more.

    `others` are copies of what is not ours, which the fork has made.
    """
    os.setsid()  # Ctrl-C is for the one who asks; we see it end
    for other in others:
        other.close()
    with scratch.folder(), suppress(EOFError):
        complaint.use_one_line()  # also where conf.py is so wrong that no extension is set up
        start_kernels(work.conf)
        rehearse(settings_of(work.conf))
        while True:
            number = requests.recv()
            start_kernels(work.conf)
            build = Build(work)
            if requests in wait([requests, build.ended]):
                build.cancel()
            else:
                requests.send((number, build.finish()))
    forkserver.stop()


def settings_of(conf: Path) -> dict[str, object]:
    """Return what conf.py says; nothing where it is wrong, which the build will tell."""
    with suppress(ConfigError):
        return vars(Config.read(conf, overrides={}, tags=Tags()))["_raw_config"]
    return {}


def start_kernels(conf: Path) -> None:
    """Start the server of the kernels, at first and whenever it is gone."""
    if forkserver.running is None or forkserver.lost():
        with suppress(ConfigError):
            forkserver.start(checked(settings_of(conf).get("literate_preload", [])))


class Site:
    """The pages as the last build has left them: in memory, for the next build changes the files.

    A page that went wrong stays as it was when all was well.
    """

    def __init__(self, work: Work) -> None:
        """Take what is there from an earlier preview."""
        self._work = work
        self.files = self._written()

    def _written(self) -> dict[str, bytes]:
        html = self._work.html
        files = (file for file in html.rglob("*") if file.is_file())
        return {file.relative_to(html).as_posix(): file.read_bytes() for file in files}

    def update(self) -> None:
        """Take what a build has made, but for the pages that failed."""
        pages = json.loads(self._work.doctrees.joinpath(FAILED).read_text("utf-8"))
        names = [f"{page}.html" for page in pages]
        good = {name: self.files[name] for name in names if name in self.files}
        self.files = self._written() | good


class Preview:
    """What the browser is told: how many builds there were, and what went wrong in the last."""

    def __init__(self, requests: Connection, work: Work) -> None:
        """Nothing was built yet."""
        self.site = Site(work)
        self.state = {"build": 0, "problems": "", "building": False}
        self._work = work
        self._requests = requests
        self._asked = 0
        self._answers: asyncio.Queue[tuple[int, int | None]] = asyncio.Queue()
        self._changed = asyncio.Condition()

    async def watch(self, paths: Sequence[Path]) -> None:
        """Ask for a build at once, and after every change."""
        await self._ask()
        async for _ in awatch(*paths, step=20, debounce=200):
            await self._ask()

    async def _ask(self) -> None:
        self._asked += 1
        self._requests.send(self._asked)
        await self._tell(building=True)

    def _receive(self) -> None:
        try:
            self._answers.put_nowait(self._requests.recv())
        except EOFError:
            asyncio.get_running_loop().remove_reader(self._requests)
            print(
                "組み立てるプロセスが終わりました。make live をやり直してください。",
                file=sys.stderr,
            )
            signal.raise_signal(signal.SIGINT)

    async def follow(self) -> None:
        """Tell the terminal and the browser of each build that was not overtaken."""
        asyncio.get_running_loop().add_reader(self._requests, self._receive)
        while True:
            number, code = await self._answers.get()
            text = self._work.problems.read_text("utf-8", "replace").strip()
            if text:
                print(text, file=sys.stderr, flush=True)
            words = text or f"組み立てが終了コード {code} で終わりました。"
            if code in (0, 1):  # it has come to its end, if with warnings
                await asyncio.to_thread(self.site.update)
            build = self.state["build"] + 1
            problems = words if code else ""
            await self._tell(build=build, problems=problems, building=number < self._asked)

    async def _tell(self, **news: object) -> None:
        async with self._changed:
            self.state = self.state | news
            self._changed.notify_all()

    async def events(self) -> AsyncIterator[str]:
        """Yield the state, and yield it again whenever it changes."""
        while True:
            state = self.state
            yield f"data: {json.dumps(state)}\n\n"
            async with self._changed:
                await self._changed.wait_for(lambda state=state: self.state is not state)


def answer(files: Mapping[str, bytes], path: str) -> Response:
    """Return what a browser gets; a page has the script that follows the builds."""
    name = f"{path}index.html" if path.endswith("/") or not path else path
    if name not in files and f"{name}/index.html" in files:
        return RedirectResponse(f"/{path}/")
    content = files.get(name, NO_PAGE.encode())
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name not in files or kind == "text/html":
        content, kind = content + TAG, "text/html"
    status = 200 if name in files else 404
    return Response(content, status, {"Cache-Control": "no-store"}, media_type=kind)


def application(preview: Preview, watched: Sequence[Path]) -> Starlette:
    """Return the server of a preview."""

    async def events(request: Request) -> Response:
        return StreamingResponse(preview.events(), media_type="text/event-stream")

    async def script(request: Request) -> Response:
        return FileResponse(SCRIPT)

    async def page(request: Request) -> Response:
        return answer(preview.site.files, request.path_params["path"])

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(preview.watch(watched)), asyncio.create_task(preview.follow())]
        yield
        for task in tasks:
            task.cancel()

    routes = [Route("/-live", events), Route("/-live.js", script), Route("/{path:path}", page)]
    return Starlette(routes=routes, lifespan=lifespan)


def listen(port: int) -> socket.socket:
    """Take the port, and try it.

    Raises:
        SystemExit: it cannot be had.

    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        socket.create_connection(listener.getsockname()).close()
    except OSError as error:
        why = TROUBLES.get(error.errno, f"{error.strerror}。")
        raise SystemExit(f"ポート {port} を使えません：{why}") from None
    return listener


def arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="literate.preview.live")
    parser.add_argument("conf", type=Path, help="folder of conf.py")
    parser.add_argument("source", type=Path, help="folder of the pages")
    parser.add_argument("out", type=Path, help="folder for the preview")
    parser.add_argument("--watch", type=Path, nargs="*", default=[], help="more to watch")
    parser.add_argument("--port", type=int, choices=range(1, 1 << 16), metavar="PORT", default=8000)
    return parser.parse_args()


def main() -> None:
    """Serve until Ctrl-C."""
    options = arguments()
    work = Work(options.conf, options.source, options.out)
    listener = listen(options.port)
    work.html.mkdir(parents=True, exist_ok=True)
    if not scratch.hold(work.out):
        raise SystemExit(
            "この本の make live は、もう動いています。それを終わらせてから始めてください。"
        )
    ours, theirs = FORK.Pipe()
    child = FORK.Process(target=builder, args=(theirs, (ours, listener), work))
    child.start()
    theirs.close()
    watched = [work.source, work.conf / "conf.py", *options.watch]
    print(f"http://127.0.0.1:{options.port}/ を開いてください。終わるには Ctrl-C。", flush=True)
    config = uvicorn.Config(
        application(Preview(ours, work), watched), log_level="critical", timeout_graceful_shutdown=1
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    ours.close()
    child.join()


if __name__ == "__main__":
    main()
