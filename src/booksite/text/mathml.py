"""数式を、組み立てのときに MathML にします。

ブラウザーがそのまま表示できる形なので、スクリプトも、外部への通信も要りません。読み上げソフトも数式として読みます。
"""

from __future__ import annotations

from html import escape
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from booksite.sphinx_api import IN_PARALLEL

logger = logging.getLogger(__name__)


def to_mathml(node: nodes.Element, display: str) -> str:
    """Return the MathML of a math node; one that cannot be converted is a warning at its line."""
    try:
        mathml = convert(node.astext(), display=display)
        ElementTree.fromstring(mathml)  # what the converter does not know, it copies as it stands
        return mathml
    except Exception as error:  # the converter has no common base class for its errors
        logger.warning(
            "数式を変換できません: %s（%s）", node.astext(), error, location=node, type="mathml"
        )
        return f"<code>{escape(node.astext())}</code>"


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula inside a sentence."""
    self.body.append(to_mathml(node, "inline"))
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number where it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})</span>')
    self.body.append(to_mathml(node, "block"))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the renderer as ``html_math_renderer = "mathml"``."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return IN_PARALLEL
