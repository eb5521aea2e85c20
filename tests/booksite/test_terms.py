"""Each term is explained before it is used, linked to the glossary, and introduced once."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx import addnodes

from booksite.text.glossary import links, prose
from booksite.text.terms import Term, matches, terms
from tests.builds import ROOT, Build

ORDER = re.findall(
    r"^(?:lesson/\w+|beyond/\w+|practice/\w+|appendix/activations)$",
    (ROOT / "book" / "index.md").read_text("utf-8"),
    re.M,
)
TERMS = list(terms().values())


@pytest.fixture(scope="module")
def pages(site: Build) -> dict[str, nodes.document]:
    """The pages as Sphinx has read them, in the order of reading."""
    folder = site.html.parent / "doctrees"
    return {name: pickle.loads((folder / f"{name}.doctree").read_bytes()) for name in ORDER}


def first_uses(page: nodes.document) -> dict[str, nodes.Element]:
    """The links to the glossary, by the term that each leads to."""
    links = page.findall(addnodes.pending_xref)
    return {link["reftarget"]: link for link in links if link["reftype"] == "term"}


def test_there_are_enough_terms_and_every_page_is_in_the_order() -> None:
    assert len(TERMS) >= 80
    folders = ("lesson", "beyond", "practice")
    parts = [path for folder in folders for path in (ROOT / "book" / folder).glob("*.md")]
    named = [f"{path.parent.name}/{path.stem}" for path in parts]
    assert sorted(ORDER) == sorted([*named, "appendix/activations"])


def test_no_term_is_used_before_the_page_that_explains_it(pages: dict) -> None:
    early = [
        f"{name}: {term}（{terms()[term].page}）"
        for name, page in pages.items()
        for term in first_uses(page)
        if ORDER.index(terms()[term].page) > ORDER.index(name)
    ]
    assert early == []


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.expected)
def test_a_term_is_explained_with_its_english_name_where_it_is_first_used(
    pages: dict, term: Term
) -> None:
    link = first_uses(pages[term.page]).get(term.expected)
    assert link is not None, f"{term.page} に {term.expected} がありません。"
    around = link.parent
    while not isinstance(around, nodes.paragraph | nodes.definition_list_item | nodes.row):
        around = around.parent
    assert term.english.casefold() in around.astext().casefold()


def test_a_word_in_its_everyday_sense_is_not_linked(pages: dict) -> None:
    page = pages["lesson/explorer"]
    ordinary = [
        node.astext() for node in page.findall(nodes.inline) if "no-terms" in node["classes"]
    ]
    assert "状態" in ordinary
    assert "状態" not in first_uses(page)


def test_the_list_of_links_shows_each_with_the_words_around_it(pages: dict) -> None:
    listed = dict(links(pages["lesson/on_paper"]))
    assert listed.keys() == first_uses(pages["lesson/on_paper"]).keys()
    assert listed["入力"] == "ロンが受け取るこの数を、[入力]（input）と呼びます"


def test_an_english_name_is_introduced_once(pages: dict) -> None:
    texts = {name: "".join(map(str, prose(page))) for name, page in pages.items()}
    again = [
        (name, term.expected)
        for name, text in texts.items()
        for term in TERMS
        if name != term.page and f"{term.expected}（{term.english}" in text
    ]
    assert again == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("重み付き和を求める", ["重み付き和"]),
        ("重みと重み付き和", ["重み", "重み付き和"]),
        ("ReLUとLeakyReLU", ["ReLU"]),
    ],
)
def test_the_longest_term_is_found_and_a_latin_one_as_a_whole_word(
    text: str, found: list[str]
) -> None:
    assert [term.expected for _, term in matches(text)] == found


def test_the_glossary_lists_each_term_with_where_it_is_taught(site: Build) -> None:
    html = (site.html / "appendix" / "glossary.html").read_text("utf-8")
    assert html.count("<dt id=") == len(TERMS)
    words = BeautifulSoup(html, "html.parser").get_text()  # a long English name has marks around it
    for term in TERMS:
        assert f"{term.english}（{term.reading}" in words


def test_the_terms_are_the_spelling_that_the_linter_demands() -> None:
    settings = Path(ROOT / ".textlint" / "textlintrc.json").read_text("utf-8")
    assert "../book/appendix/terms.yml" in settings
