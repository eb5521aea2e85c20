"""HTML だけが見せられる図。ほかの形式では、同じことを言葉で示す。"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from booksite.sphinx_api import IN_PARALLEL


class shown(nodes.General, nodes.Element):
    """HTML だけが見せられるもの。``words`` が、同じことを言葉で示す。"""


def put_in_words(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """HTML のほかの形式では、図を、はじめの状態を示す言葉に置き換える。"""
    if app.builder.format != "html":
        for node in list(doctree.findall(shown)):
            node.replace_self(nodes.paragraph("", node["words"]))


def setup(app: Sphinx) -> ExtensionMetadata:
    """言葉への置き換えを登録する。"""
    app.connect("doctree-resolved", put_in_words)
    return IN_PARALLEL
