"""A page that went wrong fails the build, and fails it again until it is mended."""

from __future__ import annotations

import re
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


def check_page(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of whatever the cells of a page did that the page did not announce."""
    docname = app.env.docname
    if "kernelspec" not in app.env.metadata[docname]:
        return  # no notebook: MyST-NB read the page as plain Markdown
    notebook = executed_notebook(app, docname)
    result = app.env.nb_metadata[docname].get("exec_data")
    lines = Path(app.env.doc2path(docname)).read_text("utf-8").splitlines()
    starts = notebook.metadata.get("source_map", [0] * len(notebook.cells))
    for cell, start in zip(notebook.cells, starts, strict=True):
        if cell.cell_type != "code":
            continue
        line = code_line(lines, start, cell.source)
        if result is None:
            warn(docname, line, "セルが実行されませんでした。")
            return
        if not check_cell(docname, line, cell, timed_out=result["error"] == "CellTimeoutError"):
            return  # the cells after it were not executed


def check_cell(docname: str, line: int, cell: nbformat.NotebookNode, *, timed_out: bool) -> bool:
    """Warn of a cell's failure; return False where it ended the run of the page."""
    declared = "raises-exception" in cell.metadata.get("tags", [])
    errors = [output for output in cell.outputs if output.output_type == "error"]
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            warn(docname, line, f"セルが標準エラー出力に書きました。\n{output.text}")
    if declared and not errors:
        warn(docname, line, "raises-exception と宣言したセルで、例外が起きませんでした。")
    if not errors or declared:
        return True
    traceback = "\n".join(errors[0].traceback)
    places = PLACE.findall(traceback)
    inside = int(places[-1]) - 1 if places else 0
    # A cell that takes too long is interrupted: it ends with a KeyboardInterrupt of ours.
    what = "が時間内に終わりませんでした" if timed_out else "で例外が起きました"
    warn(docname, line + inside, f"セル{what}。\n{traceback}")
    return False


def code_line(lines: list[str], start: int, source: str) -> int:
    """Return the 1-based line on which a cell's code begins, after the fence and its options."""
    first = source.split("\n", 1)[0]
    below = (number for number, line in enumerate(lines[start:], start + 1) if line == first)
    return next(below, start + 1)


def executed_notebook(app: Sphinx, docname: str) -> nbformat.NotebookNode:
    """Return a page's notebook as MyST-NB left it: cells, their source lines, their outputs."""
    return nbformat.read(
        Path(app.env.mystnb_config.output_folder) / f"{docname}.ipynb", as_version=4
    )


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
