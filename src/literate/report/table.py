"""Tables of the document tree."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes


def text(value: object) -> list[nodes.Node]:
    """Return a value as the content of a table's cell."""
    return [nodes.paragraph("", str(value))]


def table(rows: Sequence[Sequence[list[nodes.Node]]], *classes: str) -> nodes.table:
    """Return a table whose first row is its head; each cell is a list of nodes."""
    width = len(rows[0])
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in range(width)), cols=width)
    head, *body = (nodes.row("", *(nodes.entry("", *cell) for cell in row)) for row in rows)
    group += [nodes.thead("", head), nodes.tbody("", *body)]
    return nodes.table("", group, classes=list(classes))
