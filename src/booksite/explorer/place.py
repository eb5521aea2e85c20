"""動かせるニューロン ``{neuron-explorer}`` と、動かせる y = x² ``{square-explorer}``。

組み立てのときに、PyTorch で求めた値で図と表を完成させます（directives.py）。
ブラウザーでは neuron_explorer.js がそれを引き継ぎます。
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from booksite import lesson
from booksite.in_words import shown
from booksite.kept import kept
from booksite.sphinx_api import IN_PARALLEL

HERE = Path(__file__).parent
NEURON = ("x1", "x2", "w1", "w2", "b", "t", "lr", "steps", "activation", "panels")
SQUARE = ("x", "calls")
ARGUMENTS = (
    *("name", "arguments", "options", "content", "lineno", "content_offset", "block_text"),
    *("state", "state_machine"),
)
SCRIPTS = ("neuron_model.js", "neuron_code.js", "neuron_view.js", "neuron_explorer.js")


class explorer(shown):
    """動かせる図。HTML では ``template`` に ``context`` を入れ、ほかの形式では ``words``。"""


@cache
def sources() -> list[Path]:
    """図を左右するファイル。"""
    own = [HERE.with_name("v8.py"), *HERE.glob("*.py")]
    return sorted([*lesson.read_by(own), *own, *HERE.glob("static/*.*")])


def drawn(env: BuildEnvironment) -> dict[str, list[nodes.Node]]:
    """いまのコードと PyTorch で、これまでに作った図。"""
    known: dict[str, list[nodes.Node]] = kept(env, "explorers", sources())
    return known


def share(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    """ほかのプロセスで作った図を加える。"""
    drawn(env).update(drawn(other))


class Place(SphinxDirective):
    """図を置く場所。PyTorch の読み込みには2秒かかるので、作ったことのある図は、そのまま置く。"""

    def run(self) -> list[nodes.Node]:
        """動かせるものは、1つのページに1つだけ置く。状態を、そのページの URL に書くため。"""
        before = self.state_machine.document.findall(explorer)
        if self.option_spec and next(before, None) is not None:
            raise self.error("動かせる図は、1つのページに1つだけ置けます。")
        for file in sources():
            self.env.note_dependency(str(file))
        found = drawn(self.env)
        key = json.dumps([self.name, self.options])
        if key not in found:
            found[key] = self.draw()
        return [node.deepcopy() for node in found[key]]

    def draw(self) -> list[nodes.Node]:
        """PyTorch で求めた値から、図を作る。"""
        from booksite.explorer.directives import DIRECTIVES

        kind = DIRECTIVES[self.name]
        read = kind.option_spec or {}
        try:
            for name, text in self.options.items():
                self.options[name] = read[name](text)
        except ValueError as error:
            raise self.error(f"{self.name} の :{name}: の値が正しくありません。{error}") from error
        return list(kind(**{name: getattr(self, name) for name in ARGUMENTS}).run())


def placed(*options: str) -> type[Place]:
    """これらのオプションを書ける場所。値は、図を作るときに確かめる。"""
    return type("Place", (Place,), {"option_spec": dict.fromkeys(options, directives.unchanged)})


def visit_explorer(self: HTML5Translator, node: explorer) -> None:
    """HTML を書く。EPUB では、動かすための部品を省く。"""
    controls = self.builder.name != "epub"
    context = node["context"] | {"controls": controls}
    self.body.append(self.builder.templates.render(node["template"], context))
    raise nodes.SkipNode


def add_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """動かせる図のあるページだけが、スクリプトを読み込む。"""
    if app.builder.name != "epub" and doctree and next(doctree.findall(explorer), None) is not None:
        for script in SCRIPTS:
            app.add_js_file(script, defer="defer")


def setup(app: Sphinx) -> ExtensionMetadata:
    """ディレクティブを登録する。"""
    app.setup_extension("booksite.in_words")
    app.add_node(explorer, html=(visit_explorer, None))
    app.add_directive("neuron-explorer", placed(*NEURON))
    app.add_directive("square-explorer", placed(*SQUARE))
    app.add_directive("neuron-proof", placed())
    app.connect("env-merge-info", share)
    app.connect("html-page-context", add_scripts)
    return IN_PARALLEL
