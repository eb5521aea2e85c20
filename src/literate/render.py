"""Three habits of MyST-NB's renderer that a published page cannot keep."""

from __future__ import annotations

from itertools import takewhile

import nbformat
from docutils import nodes
from myst_nb.core.render import NbElementRenderer
from nbformat import NotebookNode


def is_stdout(output: NotebookNode) -> bool:
    """Tell whether an output is text that a cell printed."""
    return output.output_type == "stream" and output.name == "stdout"


class Renderer(NbElementRenderer):
    """MyST-NB's renderer, but for text, exceptions, and the notebook that is kept of a page."""

    def render_stdout(
        self, output: NotebookNode, cell_metadata: dict, cell_index: int, source_line: int
    ) -> list[nodes.Element]:
        """Render text that a kernel sent in parts as one: where it parts them is chance."""
        outputs = self.renderer.nb_client.notebook.cells[cell_index].outputs
        place = next(place for place, each in enumerate(outputs) if each is output)
        if place > 0 and is_stdout(outputs[place - 1]):
            return []
        text = "".join(part.text for part in takewhile(is_stdout, outputs[place:]))
        whole = NotebookNode(output, text=text)
        return super().render_stdout(whole, cell_metadata, cell_index, source_line)

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
