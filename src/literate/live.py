"""Show a book in the browser while it is written: ``python -m literate.live CONF SOURCE OUT``.

Three processes: one serves the pages and watches the sources; one has imported Sphinx and what the
book needs, and forks a build for each change; one forks the kernels. No build imports anything
twice, and an error in a page, in the sources or in conf.py ends a build and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import json
import multiprocessing
import os
import sys
import sysconfig
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import uvicorn
from sphinx.cmd.build import build_main
from sphinx.config import Config
from sphinx.util.tags import Tags
from starlette.applications import Starlette
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from watchfiles import awatch

from literate import forkserver

SCRIPT = Path(__file__).with_name("live.js")
TAG = b'<script src="/-live.js"></script>'


def build(arguments: Sequence[str], problems: Path) -> int:
    """Build in a fork of this process; what goes to stderr goes to the file `problems`.

    What a build has imported is imported here after it, so the next need not.
    """
    modules = problems.with_name("modules.txt")
    modules.write_text("")
    gc.freeze()  # else the first collections in the fork walk, and copy, all that is imported here
    pid = os.fork()
    if pid == 0:
        code = 2
        try:
            with problems.open("w") as file:
                os.dup2(file.fileno(), 2)
            known = set(sys.modules)
            code = build_main(list(arguments))
            modules.write_text("\n".join(filter(installed, set(sys.modules) - known)))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    adopt(modules.read_text().split())
    return code


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
    adopt(["literate.extension", "literate.render", *settings.get("literate_preload", [])])
    for minor in (4, 5):  # what jupyter-cache and MyST-NB write
        nbformat.validate(nbformat.v4.new_notebook(), version=4, version_minor=minor)
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        Path(folder, "conf.py").write_text("extensions = ['myst_nb']", "utf-8")
        page = "# 1\n\n```python\n1\n```\n\n{ref}`genindex`\n"
        Path(folder, "index.md").write_text(page, "utf-8")
        theme = settings.get("html_theme", "alabaster")
        build_main(["-q", "-D", f"html_theme={theme}", folder, f"{folder}/out"])


def builder(
    requests: Connection, other: Connection, conf: Path, arguments: Sequence[str], problems: Path
) -> None:
    """Build at each request in a fork of this process, and answer with the exit code.

    It ends when nobody holds the `other` end of the pipe any more.
    """
    other.close()  # our copy of it, which the fork has made
    settings = vars(Config.read(conf, overrides={}, tags=Tags()))["_raw_config"]
    forkserver.start(settings.get("literate_preload", []))
    rehearse(settings)
    with suppress(EOFError, KeyboardInterrupt):
        while requests.recv():
            requests.send(build(arguments, problems))
    forkserver.stop()


class Preview:
    """What the browser is told: how many builds there were, and what went wrong in the last."""

    def __init__(self, requests: Connection, problems: Path) -> None:
        """Nothing was built yet."""
        self.requests = requests
        self.file = problems
        self.state = {"build": 0, "problems": ""}
        self.changed = asyncio.Condition()

    async def rebuild(self) -> None:
        """Build, and tell the terminal and the browser."""
        self.requests.send(True)
        code = await asyncio.to_thread(self.requests.recv)
        text = self.file.read_text("utf-8", "replace").strip()
        if text:
            print(text, file=sys.stderr, flush=True)
        words = text or f"組み立てが終了コード {code} で終わりました。"
        async with self.changed:
            number = self.state["build"] + 1
            self.state = {"build": number, "problems": words if code else ""}
            self.changed.notify_all()

    async def watch(self, paths: Sequence[Path]) -> None:
        """Build once, and again after every change."""
        await self.rebuild()
        async for _ in awatch(*paths, step=20, debounce=200):
            await self.rebuild()

    async def events(self) -> AsyncIterator[str]:
        """Yield the state, and yield it again whenever it changes."""
        while True:
            state = self.state
            yield f"data: {json.dumps(state)}\n\n"
            async with self.changed:
                await self.changed.wait_for(lambda state=state: self.state is not state)


class Pages(StaticFiles):
    """The site, each page with the script that follows the builds."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file; a page is sent with the script, and never kept by the browser."""
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and str(response.path).endswith(".html"):
            content = Path(response.path).read_bytes() + TAG
            response = HTMLResponse(content, status_code=response.status_code)
        response.headers["Cache-Control"] = "no-store"
        return response


def application(preview: Preview, site: Path, watched: Sequence[Path]) -> Starlette:
    """Return the server of a site."""

    async def events(request: object) -> Response:
        return StreamingResponse(preview.events(), media_type="text/event-stream")

    async def script(request: object) -> Response:
        return FileResponse(SCRIPT)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(preview.watch(watched))
        yield
        task.cancel()

    routes = [
        Route("/-live", events),
        Route("/-live.js", script),
        Mount("/", Pages(directory=site, html=True)),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="literate.live")
    parser.add_argument("conf", type=Path, help="folder of conf.py")
    parser.add_argument("source", type=Path, help="folder of the pages")
    parser.add_argument("out", type=Path, help="folder for the preview")
    parser.add_argument("--watch", type=Path, nargs="*", default=[], help="more to watch")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    site, problems = options.out / "html", options.out / "problems.log"
    site.mkdir(parents=True, exist_ok=True)
    arguments = ["-nW", "--keep-going", "-j", "auto", "-q", "--no-color"]
    arguments += ["-c", str(options.conf), "-d", str(options.out / "doctrees")]
    arguments += [str(options.source), str(site)]
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=builder, args=(theirs, ours, options.conf, arguments, problems))
    child.start()
    theirs.close()
    watched = [options.source, options.conf / "conf.py", *options.watch]
    app = application(Preview(ours, problems), site, watched)
    print(f"http://127.0.0.1:{options.port}/ を開いてください。終わるには Ctrl-C。", flush=True)
    config = uvicorn.Config(
        app, port=options.port, log_level="critical", timeout_graceful_shutdown=1
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()
    ours.close()
    child.join()


if __name__ == "__main__":
    main()
