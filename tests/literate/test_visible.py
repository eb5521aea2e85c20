"""What a page says by itself: the one definition that all who read its words go by."""

from __future__ import annotations

import ast

from docutils import nodes

from literate.verify.visible import texts, visible
from tests.builds import ROOT


def page() -> nodes.container:
    """A page with a word of each kind."""
    cell = nodes.container("", nodes.paragraph("", "cell"), nb_element="cell_code")
    output = nodes.container("", nodes.paragraph("", "output"), nb_element="cell_code_output")
    line = nodes.paragraph("", "", nodes.Text("words "), nodes.literal("", "code"))
    unseen = [nodes.comment("", "comment"), nodes.raw("", "raw", format="html")]
    unseen.append(nodes.system_message("", nodes.paragraph("", "complaint")))
    return nodes.container("", line, cell, output, *unseen, nodes.paragraph("", "end"))


def test_cells_and_what_is_not_seen_are_no_words_of_a_page() -> None:
    assert list(texts(page(), lambda node: False)) == ["words ", "code", "end"]


def test_what_is_left_out_is_left_out_with_all_that_it_holds() -> None:
    left = page()
    assert list(texts(left, lambda node: isinstance(node, nodes.literal))) == ["words ", "end"]
    assert list(visible(left, lambda node: node is left)) == []


def test_all_who_read_the_words_of_a_page_go_by_it() -> None:
    users = {
        file.relative_to(ROOT / "src").as_posix()
        for file in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "literate.verify.visible"
    }
    assert users == {
        "booksite/text/glossary.py",
        "booksite/text/sentences.py",
        "literate/verify/prose.py",
    }
