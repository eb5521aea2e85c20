"""Say of an exception what went wrong on a page, and on which line."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import walk_tb
from types import FrameType

from docutils import nodes
from docutils.parsers.rst import Directive
from jupyter_client.kernelspec import NoSuchKernel
from markdown_it.token import Token
from myst_nb.core.read import MystMetadataParsingError
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.validator import NotebookValidationError
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

from literate.verify.block import PageError
from literate.words import _, later

KNOWN = {
    DeadKernelError: later(
        "The kernel that ran the page has ended. "
        "Look for os._exit in this cell, and for too much memory used."
    ),
    NoSuchKernel: later(
        "There is no kernel {error.name}. "
        "At the beginning of the page, let the name in kernelspec be python3."
    ),
    MystMetadataParsingError: later(
        "The options of the cell cannot be read. Write them like :tags: [a, b]."
    ),
    NotebookValidationError: later(
        "The options or the outputs of a cell have a form that they cannot have ({error.message})."
    ),
}


def explain(error: Exception, what: str) -> PageError:
    """Return the words for an exception, and the line of the page with which it began."""
    while isinstance(error, ExtensionError) and error.orig_exc:
        error = error.orig_exc
    if isinstance(error, PageError):
        return error
    line = [1, *lines(error)][-1]
    if type(error) in KNOWN:
        return PageError(line, _(KNOWN[type(error)]).format(error=error))
    first = str(error).partition("\n")[0]
    words = _("{what}. {error}\nsphinx-build -v tells where it happened.")
    return PageError(line, words.format(what=what, error=f"{type(error).__name__}: {first}"))


def lines(error: Exception) -> Iterator[int]:
    """Yield the lines of the page at which the calls were busy, the last call's last."""
    for frame, _line in walk_tb(error.__traceback__):
        if line := line_in(frame):
            yield line


def line_in(frame: FrameType) -> int | None:
    """Return the line of the page of which a call speaks, if it does."""
    names = frame.f_locals
    this, node = names.get("self"), names.get("node")
    if isinstance(this, Directive | SphinxRole):
        return this.lineno
    if isinstance(this, NotebookClient) and "cell_index" in names:
        starts: list[int] | None = this.nb.metadata.get("source_map")  # a notebook has none
        return starts[names["cell_index"]] if starts else None
    if isinstance(node, nodes.Element):
        return node.line
    token = names.get("token")
    place: list[int] | None = getattr(token, "map", None)
    return place[0] + isinstance(token, Token) if place else None  # MyST counts its nodes from 1
