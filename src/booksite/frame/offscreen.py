"""長いページも、すぐに表示されるようにします。

画面の外の節は、見えるところへ来るまで、ブラウザーに組ませません（``site.css`` の
``content-visibility``）。組むまでの高さは、ここで多めに見積もり、節のクラス ``rows-8``、
``rows-12``、… で伝えます。見積もりが足りないと、節の中身が、次の節に重なっていることになります。
"""

from __future__ import annotations

import re
from math import ceil
from typing import cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from booksite.explorer.place import explorer

LETTERS = 18  # 幅の狭い電話の1行に入る、日本語の文字
POINTS = 20  # 1行の高さ
PANEL = 30  # 動かせる図の1つの部分の行
SIZES = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384)


def rows(node: nodes.Node) -> int:
    """狭い画面で、何行になるかを見積もる。たたまれたものは、見出しの1行とする。"""
    if isinstance(node, nodes.raw):
        heights = re.findall(r'<svg\b[^>]*\bheight="([\d.]+)', node.astext())
        return ceil(max(map(float, heights), default=0) / POINTS) + 2  # 並ぶ図は、1つずつ見せる
    if isinstance(node, explorer):
        return PANEL * (1 + len(node["context"].get("panels", ())))
    if isinstance(node, addnodes.toctree):  # 一覧になるのは、このあと
        return 2 * len(node["entries"]) + 2
    if isinstance(node, nodes.literal_block):
        return node.astext().count("\n") + 4
    if isinstance(node, nodes.TextElement):
        return ceil(len(node.astext()) / LETTERS) + 1
    inside = [child for child in node.children if isinstance(child, nodes.Element)]
    if cast(nodes.Element, node).get("collapsible") == "closed":
        inside = inside[:1]
    return sum(map(rows, inside)) + isinstance(node, nodes.Admonition)


def estimate(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """題のすぐ下の節に、高さのクラスをつける。"""
    if app.builder.name != "html":
        return
    for section in doctree.findall(nodes.section):
        if isinstance(section.parent.parent, nodes.document):
            height = rows(section)
            size = next((size for size in SIZES if size >= height), SIZES[-1])
            section["classes"] += ["offscreen", f"rows-{size}"]


def setup(app: Sphinx) -> ExtensionMetadata:
    """書くときに見積もる。出力が、形式に合わせて選ばれたあとになる。"""
    app.connect("doctree-resolved", estimate, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
