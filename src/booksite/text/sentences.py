"""The texts of a block, as its lines have them, and how one is changed."""

from __future__ import annotations

from docutils import nodes

from literate.verify.visible import UNSEEN, texts

VERBATIM = (nodes.literal, nodes.math, nodes.FixedTextElement, *UNSEEN)


def prose(block: nodes.Element) -> list[nodes.Text]:
    """Return the texts of a block that are read as sentences, those of blocks inside left out."""
    return list(texts(block, lambda node: node is not block and is_no_sentence(node)))


def is_no_sentence(node: nodes.Element) -> bool:
    """Tell whether a part of a block is read letter by letter, or is a block of its own."""
    return isinstance(node, VERBATIM) or not isinstance(node, nodes.Inline)


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
