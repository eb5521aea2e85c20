"""HTML だけが見せられる図。ほかの形式では、同じことを言葉で示します。"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.typing import ExtensionMetadata


class shown(nodes.General, nodes.Element):
    """HTML だけが見せられるもの。``words`` が、同じことを言葉で示す。"""


class InWords(SphinxPostTransform):
    """HTML のほかの形式では、はじめの状態を言葉で示す。"""

    default_priority = 200

    def run(self, **kwargs: object) -> None:
        """図を段落に置き換える。"""
        if self.app.builder.format != "html":
            for node in list(self.document.findall(shown)):
                node.replace_self(nodes.paragraph("", node["words"]))


def setup(app: Sphinx) -> ExtensionMetadata:
    """言葉への置き換えを登録する。"""
    app.add_post_transform(InWords)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
