"""What MyST-NB keeps to itself and a build needs: its own names stand here, and nowhere else.

A new version may have other names; ``tests/literate/test_mystnb.py`` tells which of them is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from myst_nb import sphinx_
from myst_nb.core.execute.base import ExecutionResult, NotebookClientBase
from myst_nb.core.read import NbReader, create_nb_reader
from myst_nb.core.render import MditRenderMixin
from myst_nb.sphinx_ import SphinxEnvType, SphinxNbRenderer
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from sphinx.environment import BuildEnvironment

# Functions that MyST-NB calls by these names.
TOKENS, OUTPUTS = "notebook_to_tokens", "_get_nb_code_cell_outputs"
READER, CLIENT = "create_nb_reader", "create_client"


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


def run_with(client_of: Callable[..., NotebookClientBase]) -> None:
    """Let another function make what runs a notebook."""
    setattr(sphinx_, CLIENT, client_of)


def reader_of(env: BuildEnvironment, file: Path) -> NbReader | None:
    """Return what reads the cells of a page; nothing for one that is only text."""
    return create_nb_reader(str(file), markdown(env), of(env).mystnb_config, None)


@contextmanager
def no_notebooks() -> Iterator[None]:
    """Let every page be only text."""
    before = getattr(sphinx_, READER)
    setattr(sphinx_, READER, lambda *_: None)
    try:
        yield
    finally:
        setattr(sphinx_, READER, before)


def is_cell(node: nodes.Node) -> bool:
    """Tell whether a node of a page is a cell, with what belongs to it."""
    return isinstance(node, nodes.Element) and node.get("nb_element") == "cell_code"


def is_output(node: nodes.Node) -> bool:
    """Tell whether a node of a page is the output of a cell."""
    return isinstance(node, nodes.Element) and node.get("nb_element") == "cell_code_output"


def cell_of(output: nodes.Element) -> Any:
    """Return the number of the cell, among all cells of a page, to which an output belongs."""
    return output.parent.get("cell_index")


def notebook_of(renderer: MditRenderMixin) -> NotebookNode:
    """Return the notebook that is rendered, with the outputs of its run."""
    return renderer.nb_client.notebook


def outputs_of(
    renderer: MditRenderMixin, token: SyntaxTreeNode
) -> tuple[int | None, list[NotebookNode], bool]:
    """Return the count and the outputs of a cell, and whether its streams shall be one."""
    count, outputs = renderer.nb_client.code_cell_outputs(token.meta["index"])
    merge = renderer.get_cell_level_config("merge_streams", token.meta["metadata"])
    return count, outputs, merge


def show_outputs_of(
    renderer: SphinxNbRenderer,
    outputs_of: Callable[[SyntaxTreeNode], tuple[int | None, list[NotebookNode]]],
) -> None:
    """Let another function give the outputs of a cell."""
    setattr(renderer, OUTPUTS, outputs_of)
