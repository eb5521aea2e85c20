"""Keep every core busy with the book, and with nothing else."""

from __future__ import annotations

import gc
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from literate.run import sphinx_api


class Schedule:
    """How many processes work at once in one build."""

    def __init__(self) -> None:
        """Know nothing yet of the build."""
        self.hands = 0

    def deal(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        """Deal the pages out, the longest first; Sphinx would give one reader all of a folder.

        For one page a process of its own would only take time.
        """
        collect_rarely()
        self.hands = sphinx_api.hands(app)
        if len(docnames) < 2:
            sphinx_api.use_hands(app, 1)
        docnames.sort(key=lambda name: (-Path(env.doc2path(name)).stat().st_size, name))
        hands = max(sphinx_api.hands(app), 1)
        docnames[:] = [name for hand in range(hands) for name in docnames[hand::hands]]

    def add_writer(self, app: Sphinx, env: BuildEnvironment) -> None:
        """Let Sphinx start a writer for each core: it counts its own process, which mostly waits.

        All pages may have to be written, also where only one was read.
        """
        if self.hands > 1:
            sphinx_api.use_hands(app, self.hands + 1)


def collect_rarely() -> None:
    """Spare Python's garbage collector the walks through all that has been imported.

    A page makes a great many nodes, and few of them in circles: with the usual thresholds the
    collector takes a quarter of the time of a build.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
