"""The line above an output: that it is one, and what the page's author expected of it."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

from literate.verify.page import Cell
from literate.verify.problems import Verdict
from literate.words import _, later

SIGNS = {
    Verdict.PROVEN: ("✓", later("compared with what was expected"), "literate-verified"),
    Verdict.DIFFERENT: ("✗", later("not what was expected"), "literate-different"),
}


class output_label(nodes.paragraph):
    """A paragraph; on a page of HTML, one that opens and shows what was expected."""


def label_of(cell: Cell | None, verdict: Verdict | None) -> output_label:
    """Return the line for the output of a cell, ticked or crossed if it was compared."""
    line = output_label("", _("Output"), classes=["literate-label"])
    if cell and cell.blocks and verdict in SIGNS:
        sign, words, kind = SIGNS[verdict]
        line["classes"].append(kind)
        line["expected"] = "\n".join(block.text for block in cell.blocks)
        line += [nodes.Text(" "), nodes.inline("", sign, classes=["literate-tick"])]
        line += nodes.inline("", _(words), classes=["literate-words"])
    return line


def visit_label(self: HTML5Translator, node: output_label) -> None:
    """Open what can be opened; a book that is read elsewhere has the line alone."""
    if "expected" not in node or self.builder.name == "epub":
        self.visit_paragraph(node)
    else:
        self.body.append(self.starttag(node, "details") + "<summary>")


def depart_label(self: HTML5Translator, node: output_label) -> None:
    """Close it, after what was expected."""
    if "expected" not in node or self.builder.name == "epub":
        self.depart_paragraph(node)
    else:
        expected = f'<pre translate="no">{escape(node["expected"])}</pre>'
        words = _("The output that the author has written down beforehand:")
        self.body.append(f"</summary><p>{words}</p>{expected}</details>\n")
