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

from literate.verify.page import PageError

KNOWN = {
    DeadKernelError: "ページを実行していたカーネルが終了しました。"
    "このセルの os._exit や、メモリーの使いすぎを確かめてください。",
    NoSuchKernel: "カーネル {error.name} がありません。"
    "ページのはじめの kernelspec の name を python3 にしてください。",
    MystMetadataParsingError: "セルの指定を読めません。:tags: [a, b] のように書いてください。",
    NotebookValidationError: "セルの指定か出力が、決まった形ではありません（{error.message}）。",
}


def explain(error: Exception, what: str) -> PageError:
    """Return the words for an exception, and the line of the page with which it began."""
    while isinstance(error, ExtensionError) and error.orig_exc:
        error = error.orig_exc
    if isinstance(error, PageError):
        return error
    *_, line = (1, *lines(error))
    if type(error) in KNOWN:
        return PageError(line, KNOWN[type(error)].format(error=error))
    first = str(error).partition("\n")[0]
    more = "sphinx-build -v で、どこで起きたかがわかります。"
    return PageError(line, f"{what}。{type(error).__name__}: {first}\n{more}")


def lines(error: Exception) -> Iterator[int]:
    """Yield the lines of the page at which the calls were busy, the last call's last."""
    for frame, _ in walk_tb(error.__traceback__):
        if line := line_in(frame):
            yield line


def line_in(frame: FrameType) -> int | None:
    """Return the line of the page of which a call speaks, if it does."""
    names = frame.f_locals
    this, node = names.get("self"), names.get("node")
    if isinstance(this, Directive | SphinxRole):
        return this.lineno
    if isinstance(this, NotebookClient) and "cell_index" in names:
        starts = this.nb.metadata.get("source_map")  # of a page; a notebook has none
        return starts and starts[names["cell_index"]]
    if isinstance(node, nodes.Element):
        return node.line
    token = names.get("token")
    place = getattr(token, "map", None)
    return place and place[0] + isinstance(token, Token)  # MyST counts its nodes from 1
