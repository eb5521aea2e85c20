"""A page that went wrong fails the build, and leaves the others alone."""

from __future__ import annotations

from pathlib import Path

import nbformat
from docutils import nodes
from myst_nb.sphinx_ import Parser
from nbclient.exceptions import DeadKernelError
from sphinx.application import Sphinx
from sphinx.util import logging

from literate import forkserver
from literate.freshness import cache_of_page

logger = logging.getLogger(__name__)


class GuardedParser(Parser):
    """MyST-NB's parser; a kernel that dies fails its page, and leaves the others alone."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Read and run a page; read it without running it where its kernel died."""
        env = document.settings.env
        try:
            self._run(inputstring, document)
        except DeadKernelError as error:
            warn(env.docname, 1, f"ページを実行していたカーネルが終了しました: {error}")
            config = env.mystnb_config
            env.mystnb_config = config.copy(execution_mode="off")
            super().parse(inputstring, document)
            env.mystnb_config = config

    def _run(self, inputstring: str, document: nodes.document) -> None:
        try:
            with cache_of_page(document.settings.env):
                super().parse(inputstring, document)
        except DeadKernelError:
            if not forkserver.lost():
                raise
            # It was no fault of the page: its kernel ended with the server.
            with cache_of_page(document.settings.env):
                super().parse(inputstring, document)


def executed_cells(app: Sphinx, docname: str) -> list[nbformat.NotebookNode]:
    """Return the cells of a page after its run, prose included; none where it is no notebook."""
    if "kernelspec" not in app.env.metadata[docname]:
        return []
    folder = Path(app.env.mystnb_config.output_folder)
    return nbformat.read(folder / f"{docname}.ipynb", as_version=4).cells


def warn(docname: str, line: int, message: str, kind: str | None = None) -> None:
    """Emit a warning at a line of a page; ``suppress_warnings`` can name its kind."""
    logger.warning(message, location=(docname, line), type="literate", subtype=kind)
