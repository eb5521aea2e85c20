"""Build the preview of a book, again and again: no build imports anything twice.

An error in a page, in the sources or in conf.py ends a build and nothing else. A newer change ends
the build that still runs.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import socket
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import nbformat
from sphinx.cmd.build import build_main
from sphinx.errors import ConfigError

from literate.report import complaint
from literate.run import forkserver, scratch, sphinx_api
from literate.run.preload import checked, checked_generators

FORK = multiprocessing.get_context("fork")


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
        self._environment = sphinx_api.kept(work.doctrees)
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
        assert self._process.pid is not None  # it was started
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


def rehearse(settings: Mapping[str, Any]) -> None:
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


def settings_of(conf: Path) -> dict[str, Any]:
    """Return what conf.py says; nothing where it is wrong, which the build will tell."""
    with suppress(ConfigError):
        return sphinx_api.said(conf)
    return {}


def start_kernels(conf: Path) -> None:
    """Start the server of the kernels, at first and whenever it is gone."""
    if forkserver.running is None or forkserver.lost():
        with suppress(ConfigError):
            settings = settings_of(conf)
            generators = checked_generators(settings.get("literate_generators", {}))
            forkserver.start(checked(settings.get("literate_preload", [])), generators)
