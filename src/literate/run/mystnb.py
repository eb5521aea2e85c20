"""What MyST-NB keeps to itself and a build needs: its own names stand here, and nowhere else.

A new version may have other names; ``tests/literate/test_mystnb.py`` tells which of them is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from myst_nb import sphinx_
from myst_nb.core.execute.base import ExecutionResult
from myst_nb.sphinx_ import SphinxEnvType, SphinxNbRenderer
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from sphinx.environment import BuildEnvironment

# Functions that MyST-NB calls by these names.
TOKENS, OUTPUTS = "notebook_to_tokens", "_get_nb_code_cell_outputs"


def of(env: BuildEnvironment) -> SphinxEnvType:
    """Return Sphinx' environment as MyST-NB has filled it."""
    return cast(SphinxEnvType, env)


def last_run(env: BuildEnvironment, docname: str) -> ExecutionResult | None:
    """Return what came of the run of a page, now or in an earlier build; nothing without a run."""
    return of(env).nb_metadata[docname].get("exec_data")


def markdown(env: BuildEnvironment) -> MdParserConfig:
    """Return the settings with which pages are read."""
    return of(env).myst_config


def executed_notebook(env: BuildEnvironment, docname: str) -> Path:
    """Return the file in which MyST-NB keeps a page after its run."""
    return Path(of(env).mystnb_config.output_folder, f"{docname}.ipynb")


@contextmanager
def settings(env: BuildEnvironment, **changes: object) -> Iterator[None]:
    """Let MyST-NB read a page with other settings."""
    here = of(env)
    before = here.mystnb_config
    here.mystnb_config = before.copy(**changes)
    try:
        yield
    finally:
        here.mystnb_config = before


def read_with(tokens_of: Callable[..., list[Token]]) -> None:
    """Let another function make the tokens of a notebook."""
    setattr(sphinx_, TOKENS, tokens_of)


def show_outputs_of(
    renderer: SphinxNbRenderer,
    outputs_of: Callable[[SyntaxTreeNode], tuple[int | None, list[NotebookNode]]],
) -> None:
    """Let another function give the outputs of a cell."""
    setattr(renderer, OUTPUTS, outputs_of)
