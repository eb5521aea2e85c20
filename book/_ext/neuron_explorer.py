"""動かせるニューロン ``{neuron-explorer}`` と、動かせる y = x² ``{square-explorer}``。

組み立てのときに、PyTorch で求めた値で図と表を完成させます（neuron_directives.py）。
ブラウザーでは neuron_explorer.js がそれを引き継ぎます。
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

SCRIPTS = ("neuron_model.js", "neuron_view.js", "neuron_explorer.js")


class explorer(nodes.General, nodes.Element):
    """動かせる図。HTML では ``template`` に ``context`` を入れ、ほかの形式では ``words``。"""


def add_directives(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """読むページがあるときだけ、ディレクティブを登録する。PyTorch の読み込みには2秒かかる。"""
    if docnames:
        from neuron_directives import DIRECTIVES

        for name, directive in DIRECTIVES.items():
            app.add_directive(name, directive)


def visit_explorer(self: HTML5Translator, node: explorer) -> None:
    """HTML を書く。EPUB では、動かすための部品を省く。"""
    controls = self.builder.name != "epub"
    context = node["context"] | {"controls": controls}
    self.body.append(self.builder.templates.render(node["template"], context))
    raise nodes.SkipNode


class InWords(SphinxPostTransform):
    """HTML のほかの形式では、はじめの状態を言葉で示す。"""

    default_priority = 200

    def run(self, **kwargs: object) -> None:
        """図を段落に置き換える。"""
        if self.app.builder.format != "html":
            for node in list(self.document.findall(explorer)):
                node.replace_self(nodes.paragraph("", node["words"]))


def add_assets(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """動かせる図のあるページだけが、スクリプトとスタイルを読み込む。"""
    if app.builder.name != "epub" and doctree and next(doctree.findall(explorer), None) is not None:
        app.add_css_file("neuron_explorer.css")
        for script in SCRIPTS:
            app.add_js_file(script, defer="defer")


def setup(app: Sphinx) -> ExtensionMetadata:
    """ディレクティブを登録する。"""
    app.add_node(explorer, html=(visit_explorer, None))
    app.connect("env-before-read-docs", add_directives)
    app.add_post_transform(InWords)
    app.connect("html-page-context", add_assets)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
