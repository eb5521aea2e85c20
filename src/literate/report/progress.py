"""Say how far a build is: a line for each page that is read, and a summary at the end."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.console import colorize

from literate.run import mystnb
from literate.words import _, listed

SLOWEST = 3
CELLS = "literate_cells"
"""What is known of a page by this name: how many cells it has."""


@dataclass(frozen=True)
class Reading:
    """How a page was read; kept in the environment, so that readers can tell the build."""

    build: float
    """When the build began that read it."""
    cells: int
    seconds: float
    executed: bool


class Progress:
    """Counts the pages of one build. Readers are forks, so what they share is shared memory."""

    def __init__(self) -> None:
        """Remember when the build began."""
        self.began = time.time()
        self.done = multiprocessing.Value("i", 0)
        self.total = 0
        self.page_began = 0.0

    def count(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        """Learn how many pages there are to read."""
        self.total = len(docnames)

    def begin(self, app: Sphinx, docname: str, source: list[str]) -> None:
        """Take the time."""
        self.page_began = time.perf_counter()

    def end(self, app: Sphinx, doctree: nodes.document) -> None:
        """Print the line of a page; ``sphinx-build -q`` prints it as well."""
        name = app.env.docname
        result = mystnb.last_run(app.env, name)
        cells = app.env.metadata[name].get(CELLS, 0)
        executed = bool(cells) and result is not None and result["mtime"] >= self.began
        seconds = time.perf_counter() - self.page_began
        app.env.metadata[name]["literate_reading"] = Reading(self.began, cells, seconds, executed)
        with self.done.get_lock():
            self.done.value += 1
            place = f"[{self.done.value:{len(str(self.total))}}/{self.total}]"
            how = _("executed") if executed else _("from the record") if cells else _("no cells")
            line = _("{name}  cells: {cells}  {seconds:.2f} s  {how}")
            words = line.format(name=name, cells=cells, seconds=seconds, how=how)
            print(colorize("darkgreen", place), words, flush=True)

    def report(self, app: Sphinx, exception: Exception | None) -> None:
        """Print how many pages have cells, how many of them were run, and which took longest."""
        metadata = app.env.metadata if app.env else {}
        readings = {
            name: data["literate_reading"]
            for name, data in metadata.items()
            if "literate_reading" in data and data["literate_reading"].cells
        }
        executed = {
            name: reading
            for name, reading in readings.items()
            if reading.build == self.began and reading.executed
        }
        seconds = time.time() - self.began
        words = _("literate: pages: {pages} (executed now: {executed}), {seconds:.1f} s")
        counts = {"pages": len(readings), "executed": len(executed)}
        print(words.format(**counts, seconds=seconds), flush=True)
        slowest = sorted(executed.items(), key=lambda item: -item[1].seconds)[:SLOWEST]
        if slowest:
            words = _("{name} {seconds:.1f} s")
            times = (words.format(name=name, seconds=each.seconds) for name, each in slowest)
            print(_("Slowest pages: {times}").format(times=listed(times)), flush=True)
