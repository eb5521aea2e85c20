"""Serve the preview of a book, and tell the browser of each build.

What is served was read after a build, never in one.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from html import escape
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from watchfiles import awatch

from literate.preview.builder import Work
from literate.report.failures import FAILED
from literate.words import _, language

SCRIPT = Path(__file__).with_name("live.js")


TAG = '<script src="/-live.js" data-problems="{}" data-close="{}" data-building="{}"></script>'


NO_PAGE = "<!DOCTYPE html><html lang={}><title>404</title><p>{}"


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


@dataclass(frozen=True)
class State:
    """What the browser is told: how many builds there were, and what went wrong in the last."""

    build: int = 0
    problems: str = ""
    building: bool = False


class Preview:
    """Builds whenever something is saved, and tells the browser."""

    def __init__(self, requests: Connection, work: Work) -> None:
        """Nothing was built yet."""
        self.site = Site(work)
        self.state = State()
        self._work = work
        self._requests = requests
        self._asked = 0
        self._answers: asyncio.Queue[tuple[int, int | None]] = asyncio.Queue()
        self._changed = asyncio.Condition()

    async def watch(self, paths: Sequence[Path]) -> None:
        """Ask for a build at once, and after every change."""
        await self._ask()
        async for _changes in awatch(*paths, step=20, debounce=200):
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
            print(_("The process that builds has ended. Start again."), file=sys.stderr)
            signal.raise_signal(signal.SIGINT)

    async def follow(self) -> None:
        """Tell the terminal and the browser of each build that was not overtaken."""
        asyncio.get_running_loop().add_reader(self._requests, self._receive)
        while True:
            number, code = await self._answers.get()
            text = self._work.problems.read_text("utf-8", "replace").strip()
            if text:
                print(text, file=sys.stderr, flush=True)
            words = text or _("The build has ended with exit code {code}.").format(code=code)
            if code in (0, 1):  # it has come to its end, if with warnings
                await asyncio.to_thread(self.site.update)
            build = self.state.build + 1
            problems = words if code else ""
            await self._tell(build=build, problems=problems, building=number < self._asked)

    async def _tell(self, **news: Any) -> None:
        async with self._changed:
            self.state = replace(self.state, **news)
            self._changed.notify_all()

    async def events(self) -> AsyncIterator[str]:
        """Yield the state, and yield it again whenever it changes."""
        while True:
            state = self.state
            yield f"data: {json.dumps(asdict(state))}\n\n"
            await self._other_than(state)

    async def _other_than(self, state: State) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self.state is not state)


def answer(files: Mapping[str, bytes], path: str) -> Response:
    """Return what a browser gets; a page has the script that follows the builds."""
    name = f"{path}index.html" if path.endswith("/") or not path else path
    if name not in files and f"{name}/index.html" in files:
        return RedirectResponse(f"/{path}/")
    no_page = NO_PAGE.format(language(), _("There is no such page in the book."))
    content = files.get(name, no_page.encode())
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name not in files or kind == "text/html":
        words = (_("Problems of the build"), _("Close (Esc)"), _("Building…"))
        content, kind = content + TAG.format(*map(escape, words)).encode(), "text/html"
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
