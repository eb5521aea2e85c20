"""Give each of the parallel readers as much to do as the others, and a single page none of them."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def deal(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Deal the pages out, the longest first; Sphinx would give one reader all of a folder.

    For one page a process of its own would only take time.
    """
    if len(docnames) < 2:
        app.parallel = 1
    docnames.sort(key=lambda name: (-env.doc2path(name).stat().st_size, name))
    docnames[:] = [name for hand in range(app.parallel) for name in docnames[hand :: app.parallel]]
