"""Show an exception on a page as its name and message.

A traceback names files, line numbers and processes of the machine that built the page: of no use to
a reader, and different at every build. The author meets it whole in the warning of `literate.gate`.
"""

from __future__ import annotations

from docutils import nodes
from myst_nb.core.render import NbElementRenderer
from nbformat import NotebookNode


class ShortErrorRenderer(NbElementRenderer):
    """MyST-NB's renderer, but for exceptions."""

    def render_error(
        self, output: NotebookNode, cell_metadata: dict, cell_index: int, source_line: int
    ) -> list[nodes.Element]:
        """Render the last line of a traceback alone."""
        short = NotebookNode(output, traceback=[f"{output.ename}: {output.evalue}"])
        return super().render_error(short, cell_metadata, cell_index, source_line)
