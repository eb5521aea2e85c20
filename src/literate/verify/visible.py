"""What a page says by itself, to those who read it: all of its text but cells and what they show.

Whoever looks at the words of a page looks at these, and leaves out what is not for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from docutils import nodes

from literate.run import mystnb

UNSEEN = (nodes.comment, nodes.raw, nodes.system_message)


def visible(node: nodes.Node, left_out: Callable[[nodes.Element], bool]) -> Iterator[nodes.Node]:
    """Yield a node and what it holds, in reading order, without what is not seen or left out."""
    if isinstance(node, nodes.Element):
        made = mystnb.is_cell(node) or mystnb.is_output(node)
        if made or isinstance(node, UNSEEN) or left_out(node):
            return
    yield node
    for child in node.children:
        yield from visible(child, left_out)


def texts(node: nodes.Node, left_out: Callable[[nodes.Element], bool]) -> Iterator[nodes.Text]:
    """Yield the texts among these."""
    return (each for each in visible(node, left_out) if isinstance(each, nodes.Text))
