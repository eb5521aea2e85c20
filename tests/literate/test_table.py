"""Tables of the document tree."""

from __future__ import annotations

from docutils import nodes

from literate.report.table import table, text


def test_a_table_is_what_docutils_makes_of_one() -> None:
    made = table([[text("a"), text("b")], [text(1), text(2)]], "wide")
    assert " ".join(made.pformat().split()) == (
        '<table classes="wide"> <tgroup cols="2"> <colspec colwidth="1"> <colspec colwidth="1"> '
        "<thead> <row> <entry> <paragraph> a <entry> <paragraph> b "
        "<tbody> <row> <entry> <paragraph> 1 <entry> <paragraph> 2"
    )
    assert all(not node.rawsource for node in made.findall(nodes.Element))
