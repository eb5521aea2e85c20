"""Habits of MyST-NB's renderer that a published page cannot keep."""

from __future__ import annotations

import os
import sysconfig
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from markdown_it.tree import SyntaxTreeNode
from myst_nb.core.loggers import LoggerType
from myst_nb.core.render import MimeData, NbElementRenderer
from myst_nb.sphinx_ import SphinxNbRenderer
from nbformat import NotebookNode

from literate.run import mystnb
from literate.verify.printed import joined
from literate.verify.terminal import shown


class Renderer(NbElementRenderer):
    """MyST-NB's renderer, but for text, exceptions, and the notebook that is kept of a page."""

    def __init__(self, renderer: SphinxNbRenderer, logger: LoggerType) -> None:
        """Take over from where the outputs of a cell come."""
        super().__init__(renderer, logger)
        mystnb.show_outputs_of(renderer, self.outputs_of)

    def outputs_of(self, token: SyntaxTreeNode) -> tuple[int | None, list[NotebookNode]]:
        """Return copies of a cell's outputs, each stream as one.

        MyST-NB joins streams in the notebook itself, and what is compared is what was printed.
        """
        count, outputs, apart = mystnb.outputs_of(self.renderer, token)
        return count, joined(outputs, apart=apart)

    def render_stdout(
        self, output: NotebookNode, cell_metadata: dict[str, Any], cell_index: int, source_line: int
    ) -> list[nodes.Element]:
        """Render what a terminal would show."""
        seen = NotebookNode(output, text=shown(output.text))
        return super().render_stdout(seen, cell_metadata, cell_index, source_line)

    def render_text_plain(self, data: MimeData) -> list[nodes.Element]:
        """Render what a terminal would show."""
        return super().render_text_plain(replace(data, content=shown(data.string)))

    def render_error(
        self, output: NotebookNode, cell_metadata: dict[str, Any], cell_index: int, source_line: int
    ) -> list[nodes.Element]:
        """Render the last line of a traceback alone, unless the author asks for all of it.

        The lines above it tell of the libraries and the machine that built the page, and little to
        a reader. The author meets them in the warning of the gate.
        """
        lines = [f"{output.ename}: {output.evalue}" if output.evalue else output.ename]
        env = self.renderer.sphinx_env
        assert env is not None  # it is Sphinx that renders
        if env.config.literate_tracebacks:
            lines = output.traceback
        seen = NotebookNode(output, traceback=[shown(_without_folders(line)) for line in lines])
        return super().render_error(seen, cell_metadata, cell_index, source_line)

    def write_file(
        self, path: list[str], content: bytes, overwrite: bool = False, exists_ok: bool = False
    ) -> str:
        """Write a file of a page; its notebook with the outputs, which MyST-NB omits if cached."""
        if path[-1].endswith(".ipynb"):
            content = nbformat.writes(mystnb.notebook_of(self.renderer)).encode()
        return super().write_file(path, content, overwrite, exists_ok)


def _without_folders(line: str) -> str:
    """Name modules without the folders of this machine, in which nobody else has them."""
    for name in ("purelib", "platlib", "stdlib"):
        folder = Path(sysconfig.get_path(name))
        for written in (folder, Path("~", os.path.relpath(folder, Path.home()))):
            line = line.replace(f"{written}{os.sep}", "")
    return line
