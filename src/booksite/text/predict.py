"""先に予想する問い ``{predict}``。正解も、よくある間違いの値も、ページの実行結果から取ります。

本文が問い、定義リストが答えです。用語の欄に ``glue`` の名前（と書式）を書くと、その値になります。
説明の欄には、そう答えた人に伝えることを書きます。
``:answer:`` の値が文字なら、選択肢から選ぶ問いになります。

答えは、たたんで置きます。ブラウザーでは、predict.js が、予想をその場で確かめる欄を加えます。
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from booksite.sphinx_api import IN_PARALLEL

SCRIPT = "predict.js"


class predict(nodes.General, nodes.Element):
    """A question, and after it the folded answers; ``kind`` tells how a reader answers."""


@dataclass(frozen=True)
class Value:
    """A value of the run: as it is shown, and how it is compared."""

    text: str
    kind: str
    tolerance: float = 0

    def same(self, other: Value, tolerance: float) -> bool:
        """Tell whether a reader who gives one has given the other; predict.js judges alike."""
        if self.kind != "number":
            return self.text == other.text
        one, another = (float(value.text.replace("−", "-")) for value in (self, other))
        return abs(one - another) <= tolerance + 1e-9


def shown(plain: str, form: str) -> Value:
    """Return a glued value, of which ``plain`` is the repr, in the given format."""
    if numbers := re.fullmatch(r"(?:torch\.Size)?\(\[?(\d+(?:, \d+)*)?,?\]?\)", plain):
        return Value(f"({numbers[1] or ''})", "shape")
    try:
        value = ast.literal_eval(plain)
    except (SyntaxError, ValueError):
        value = plain
    if not isinstance(value, int | float):
        return Value(str(value), "choice")
    text = format(value, form).replace("-", "−")
    decimals = len(text.partition(".")[2])
    return Value(text, "number", 0.5 * 10**-decimals if decimals else 0)


class Predict(SphinxDirective):
    """``{predict} 題``, with ``:answer: name:format`` and perhaps a wider ``:tolerance:``."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"answer": str, "tolerance": float}

    def run(self) -> list[nodes.Node]:
        """Return the question with its answers folded."""
        if "answer" not in self.options:
            raise self.error("predict には、正解の値の名前を :answer: に書きます（例: y:.2f）。")
        right = self.value(self.options["answer"])
        tolerance = self.options.get("tolerance", right.tolerance)
        *question, answers = self.parse_content_to_nodes() or [nodes.comment()]
        if not question or not isinstance(answers, nodes.definition_list):
            raise self.error("predict には、問いと、そのあとに答えの定義リストを書きます。")
        terms = [item.children[0] for item in answers.children]
        self.check([self.fill(term, right.kind) for term in terms], right, tolerance)
        facts = {"kind": right.kind, "answer": right.text, "tolerance": tolerance}
        node = predict("", *self.title(), *question, folded(right, answers), **facts)
        self.set_source_info(node)
        return [node]

    def title(self) -> list[nodes.Node]:
        """Return the line above the question."""
        words, messages = self.state.inline_text(self.arguments[0], self.lineno)
        return [nodes.paragraph("", "予想：", *words, classes=["predict-title"]), *messages]

    def fill(self, term: nodes.Node, kind: str) -> Value:
        """Put a value in the place of its name; a choice stands for itself."""
        assert isinstance(term, nodes.term)
        if kind == "choice":
            return Value(term.astext(), kind)
        value = self.value(term.astext())
        if value.kind != kind:
            raise self.error(f"predict の答え {term.astext()} は、正解と種類が違います。")
        term.children = []
        term.extend(told(value.text))
        return value

    def check(self, answers: list[Value], right: Value, tolerance: float) -> None:
        """Refuse answers of which not exactly one is right, to whoever reads them."""
        correct = [each for each in answers if each.same(right, tolerance)]
        if [each.text for each in correct] != [right.text]:
            words = "、".join(each.text for each in answers)
            raise self.error(
                f"predict の答えのうち、正解 {right.text} に当たるものは1つにします: {words}"
            )

    def value(self, name: str) -> Value:
        """Return a value that the page has glued."""
        key, _, form = name.partition(":")
        try:
            data: dict[str, Any] = retrieve_glue_data(self.state.document, key).data
        except RetrievalError as error:
            raise self.error(
                f"predict の値 {key} を、このページのセルが glue していません。"
            ) from error
        return shown(data["text/plain"], form)


def folded(right: Value, answers: nodes.definition_list) -> nodes.admonition:
    """Return the answers as they are without a script: behind a line to click on."""
    fold = nodes.admonition("", classes=["predict-answer"], collapsible="closed")
    correct = nodes.paragraph("", "答え：", *told(right.text))
    fold += [nodes.title("", "答えを見る"), correct, answers]
    return fold


def told(text: str) -> list[nodes.Node]:
    """Return words of the run, which need no other proof."""
    return [nodes.inline("", text, classes=["pasted-text"])]


def visit(self: HTML5Translator, node: predict) -> None:
    """Write what the script needs to check an answer."""
    facts = {f"data-{name}": node[name] for name in ("kind", "answer", "tolerance")}
    self.body.append(self.starttag(node, "div", CLASS="predict", **facts))


def depart(self: HTML5Translator, node: predict) -> None:
    """End the block."""
    self.body.append("</div>\n")


def leave(self: object, node: predict) -> None:
    """Write nothing around it: other formats only read on."""


def add_script(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let pages with a question load the script, and no others."""
    if app.builder.name != "epub" and doctree and next(doctree.findall(predict), None) is not None:
        app.add_js_file(SCRIPT, defer="defer")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    plain = (leave, leave)
    app.add_node(predict, html=(visit, depart), latex=plain, text=plain, man=plain, texinfo=plain)
    app.add_directive("predict", Predict)
    app.connect("html-page-context", add_script)
    return IN_PARALLEL
