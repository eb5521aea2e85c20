"""A page that went wrong fails the build, and fails it again until it is mended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from docutils import nodes
from myst_nb.sphinx_ import Parser
from nbclient.exceptions import DeadKernelError
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

# IPython names the place of an error so, the innermost place last.
PLACE = re.compile(r"Cell In\[\d+\], line (\d+)")


class GuardedParser(Parser):
    """MyST-NB's parser; a kernel that dies fails its page, and leaves the others alone."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Read and run a page; read it without running it where its kernel died."""
        try:
            super().parse(inputstring, document)
        except DeadKernelError as error:
            warn(self.env.docname, 1, f"ページを実行していたカーネルが終了しました: {error}")
            config = self.env.mystnb_config
            self.env.mystnb_config = config.copy(execution_mode="off")
            super().parse(inputstring, document)
            self.env.mystnb_config = config


@dataclass(frozen=True)
class ExecutedCell:
    """A code cell of a page after its run."""

    index: int
    """Its place among all cells of the notebook, those of prose included."""
    line: int
    """The line of the page on which its code begins."""
    node: nbformat.NotebookNode


def check_page(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of whatever the cells of a page did that the page did not announce."""
    docname = app.env.docname
    cells = executed_cells(app, docname)
    if not cells:
        return
    result = app.env.nb_metadata[docname].get("exec_data")
    if result is None:
        warn(docname, cells[0].line, "セルが実行されませんでした。")
        return
    started = [cell for cell in cells if cell.node.execution_count is not None]
    if result["error"] == "CellTimeoutError":
        stopped = started.pop()  # what it had written by then is a matter of chance
        warn(docname, stopped.line, f"セルが時間内に終わりませんでした。\n{result['traceback']}")
    for cell in started:
        check_cell(docname, cell.line, cell.node)


def check_cell(docname: str, line: int, cell: nbformat.NotebookNode) -> None:
    """Warn of what one cell did that the page did not announce."""
    declared = "raises-exception" in cell.metadata.get("tags", [])
    errors = [output for output in cell.outputs if output.output_type == "error"]
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            warn(docname, line, f"セルが標準エラー出力に書きました。\n{output.text}")
    if declared and not errors:
        warn(docname, line, "raises-exception と宣言したセルで、例外が起きませんでした。")
    if errors and not declared:
        traceback = "\n".join(errors[0].traceback)
        places = PLACE.findall(traceback)
        inside = int(places[-1]) - 1 if places else 0
        warn(docname, line + inside, f"セルで例外が起きました。\n{traceback}")


def executed_cells(app: Sphinx, docname: str) -> list[ExecutedCell]:
    """Return the code cells of a page after its run; none where the page is no notebook."""
    if "kernelspec" not in app.env.metadata[docname]:
        return []
    folder = Path(app.env.mystnb_config.output_folder)
    notebook = nbformat.read(folder / f"{docname}.ipynb", as_version=4)
    lines = Path(app.env.doc2path(docname)).read_text("utf-8").splitlines()
    starts = notebook.metadata.get("source_map", [0] * len(notebook.cells))
    return [
        ExecutedCell(index, code_line(lines, start, cell.source), cell)
        for index, (cell, start) in enumerate(zip(notebook.cells, starts, strict=True))
        if cell.cell_type == "code"
    ]


def code_line(lines: list[str], start: int, source: str) -> int:
    """Return the 1-based line on which a cell's code begins, after the fence and its options."""
    first = source.split("\n", 1)[0]
    below = (number for number, line in enumerate(lines[start:], start + 1) if line == first)
    return next(below, start + 1)


def warn(docname: str, line: int, message: str) -> None:
    """Emit a warning at a line of a page."""
    logger.warning(message, location=(docname, line), type="literate")


def forget_failed_build(app: Sphinx, exception: Exception | None) -> None:
    """After a build with a warning, keep no environment: Sphinx would not warn a second time.

    A page is not read again while its text is unchanged, so the same build run again would pass.
    Pages that ran well come from the cache then; the failed ones are executed once more.
    """
    if exception is not None or app._warncount:
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
