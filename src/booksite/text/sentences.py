"""The texts of a block, as its lines have them, and how one is changed."""

from __future__ import annotations

from docutils import nodes

VERBATIM = (nodes.literal, nodes.math, nodes.FixedTextElement, nodes.raw, nodes.comment)


def prose(block: nodes.Element) -> list[nodes.Text]:
    """Return the texts of a block that are read as sentences, those of blocks inside left out."""
    return [text for text in letters(block) if not isinstance(text.parent, VERBATIM)]


def letters(block: nodes.Element) -> list[nodes.Text]:
    """Return all texts of a block, code among them."""
    return [text for text in block.findall(nodes.Text) if block_of(text) is block]


def block_of(node: nodes.Node) -> nodes.Node:
    """Return the block that a node of a line belongs to."""
    while isinstance(node, nodes.Text | nodes.Inline):
        node = node.parent
    return node


def put(text: nodes.Node, parts: list[nodes.Node]) -> None:
    """Put these nodes in the place of a text."""
    at = place(text)
    text.parent[at : at + 1] = parts


def place(text: nodes.Node) -> int:
    """Tell where a text stands among its siblings, of which others may be equal to it."""
    return next(at for at, sibling in enumerate(text.parent) if sibling is text)
