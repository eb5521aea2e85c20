"""Two habits of MyST-NB's renderer that a published page cannot keep."""

from __future__ import annotations

import nbformat
from docutils import nodes
from myst_nb.core.render import NbElementRenderer
from nbformat import NotebookNode


class Renderer(NbElementRenderer):
    """MyST-NB's renderer, but for exceptions and for the notebook that is kept of a page."""

    def render_error(
        self, output: NotebookNode, cell_metadata: dict, cell_index: int, source_line: int
    ) -> list[nodes.Element]:
        """Render the last line of a traceback alone.

        The lines above it name files and processes of the machine that built the page: of no use to
        a reader, and different at every build. The author meets them in the warning of the gate.
        """
        short = NotebookNode(output, traceback=[f"{output.ename}: {output.evalue}"])
        return super().render_error(short, cell_metadata, cell_index, source_line)

    def write_file(
        self, path: list[str], content: bytes, overwrite: bool, exists_ok: bool = False
    ) -> str:
        """Write a file of a page; its notebook with the outputs, which MyST-NB omits if cached."""
        if path[-1].endswith(".ipynb"):
            content = nbformat.writes(self.renderer.nb_client.notebook).encode()
        return super().write_file(path, content, overwrite, exists_ok)
