"""Processes that have Sphinx and MyST-NB imported already: a build need not begin with a second.

Nothing of this project is imported ahead: a test may build with another copy of it.
"""

from __future__ import annotations

import os
import sys
import time
from multiprocessing import forkserver, get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

AHEAD = ["sphinx.cmd.build", "myst_nb.sphinx_ext"]
# As Python began with it: what tests import adds to it, setuptools its own copies of packages.
PATH = tuple(sys.path)


def sphinx(arguments: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run what `python -m sphinx` runs; return its status and all that it wrote."""
    context = get_context("forkserver")
    context.set_forkserver_preload(AHEAD)
    # The order of sets is settled when a process begins.
    with mock.patch.dict(os.environ, PYTHONHASHSEED=environment["PYTHONHASHSEED"]):
        forkserver.ensure_running()
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        process = context.Process(target=run, args=(arguments, environment, PATH, str(log)))
        process.start()
        try:
            process.join()
        finally:
            process.kill()
        return process.exitcode, log.read_text("utf-8")


def run(arguments: list[str], environment: dict[str, str], path: tuple[str, ...], log: str) -> None:
    """Become the new process that this would have been."""
    written = os.open(log, os.O_WRONLY | os.O_CREAT)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    own = environment["PYTHONPATH"].split(os.pathsep)
    sys.path[:] = [*own, *(folder for folder in path if folder not in own)]

    from sphinx.cmd.build import main

    sys.exit(main(arguments))
