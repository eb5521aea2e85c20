"""Keep every core busy with the book, and with nothing else."""

from __future__ import annotations

import gc
from collections.abc import Sequence
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
        """Deal the pages out by length; Sphinx would give one reader all of a folder.

        For one page a process of its own would only take time.
        """
        collect_rarely()
        self.hands = sphinx_api.hands(app)
        if len(docnames) < 2:
            sphinx_api.use_hands(app, 1)
        hands = max(sphinx_api.hands(app), 1)
        lengths = {name: Path(env.doc2path(name)).stat().st_size for name in docnames}
        docnames[:] = dealt(lengths, hands, sphinx_api.parts(len(docnames), hands))

    def add_writer(self, app: Sphinx, env: BuildEnvironment) -> None:
        """Let Sphinx start a writer for each core: it counts its own process, which mostly waits.

        All pages may have to be written, also where only one was read.
        """
        if self.hands > 1:
            sphinx_api.use_hands(app, self.hands + 1)


def dealt(lengths: dict[str, int], hands: int, rooms: Sequence[int]) -> list[str]:
    """Order pages so that all readers end together.

    Sphinx cuts the pages into parts, each with room for so many, and gives a reader that has done
    with one the last that is left. So the longest pages go to the parts that are read first, and
    parts that are read at once become equally long.
    """
    names = sorted(lengths, key=lambda name: (-lengths[name], name))
    turns = [*range(hands), *range(len(rooms) - 1, hands - 1, -1)][: len(rooms)]
    parts: list[list[str]] = [[] for _ in rooms]
    for first in range(0, len(turns), hands):
        at_once = turns[first : first + hands]
        pages = [names.pop(0) for turn in at_once for _ in range(rooms[turn])]
        share = sum(lengths[page] for page in pages) / len(at_once)
        for page in pages:
            lacks = {
                turn: (share - sum(lengths[each] for each in parts[turn])) / room
                for turn in at_once
                if (room := rooms[turn] - len(parts[turn]))
            }
            parts[max(lacks, key=lambda turn: lacks[turn])].append(page)
    return [page for part in parts for page in part]


def collect_rarely() -> None:
    """Spare Python's garbage collector the walks through all that has been imported.

    A page makes a great many nodes, and few of them in circles: with the usual thresholds the
    collector takes a quarter of the time of a build.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
