"""Build the book with every cell run in the interpreter of Sphinx itself: no build can do less.

It is no way to publish: the pages share one process. ``python -m tests.bench.floor ARGUMENTS``
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from unittest import mock

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from myst_nb.core.execute.base import NotebookClientBase
from nbformat.v4 import new_output
from sphinx.cmd.build import main


class InProcess(NotebookClientBase):
    """Runs the cells of a page here, in a namespace of its own."""

    def start_client(self) -> None:
        """Run the cells."""
        began = time.perf_counter()
        shell = InteractiveShell()
        for count, cell in enumerate((c for c in self.notebook.cells if c.cell_type == "code"), 1):
            with capture_output() as captured:
                result = shell.run_cell(cell.source, store_history=False)
            cell.execution_count = count
            cell.outputs = []
            if captured.stdout:
                cell.outputs.append(new_output("stream", name="stdout", text=captured.stdout))
            for shown in captured.outputs:
                cell.outputs.append(
                    new_output("display_data", data=shown.data, metadata=shown.metadata)
                )
            if result.error_in_exec is not None:
                error = result.error_in_exec
                cell.outputs.append(
                    new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[])
                )
        self.exec_metadata = {
            "mtime": datetime.now().timestamp(),
            "runtime": time.perf_counter() - began,
            "method": "floor",
            "succeeded": True,
            "error": None,
            "traceback": None,
        }


def create_client(notebook, source, nb_config, logger, read_fmt=None) -> InProcess:
    """Take the place of MyST-NB's function of this name."""
    return InProcess(notebook, None, nb_config, logger)


def write_no_notebook(app: object, doctree: object) -> None:
    """Take the place of what makes the downloads: the floor is the pages alone."""


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    with (
        mock.patch("booksite.downloads.downloads.write_notebook", write_no_notebook),
        mock.patch("literate.run.forkserver.start"),
        mock.patch("myst_nb.sphinx_.create_client", create_client),
    ):
        sys.exit(main(sys.argv[1:]))
