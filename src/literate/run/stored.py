"""A run of a notebook begins without the outputs that are stored in it.

What a cell shows after a run is then what the run gave. Where a run ends early nbclient would leave
the stored outputs of the cells behind it, as if they had been printed again.
"""

from __future__ import annotations

from typing import Any

from myst_nb.core.execute import create_client
from myst_nb.core.execute.base import NotebookClientBase
from nbformat import NotebookNode

from literate.run import mystnb


def use_fresh_outputs() -> None:
    """Put our way to begin a run in the place of MyST-NB's."""
    mystnb.run_with(client_of)


def client_of(notebook: NotebookNode, *arguments: Any, **options: Any) -> NotebookClientBase:
    """Return what runs a notebook; where nothing does, or a cell is skipped, outputs stay."""
    client = create_client(notebook, *arguments, **options)
    if type(client) is not NotebookClientBase:
        for cell in notebook.cells:
            if cell.cell_type == "code" and "skip-execution" not in cell.metadata.get("tags", ()):
                cell.update(outputs=[], execution_count=None)
    return client
