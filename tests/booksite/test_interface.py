"""All that the site says besides the text of the book is Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from pathlib import Path

from bs4 import BeautifulSoup, Comment, Doctype

from neuron.activations import COMPARED
from tests.builds import Build, read

SAYING = ("title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "alt")
CONTROLS = "button, summary, label, legend, option, .headerlink"
JAPANESE = re.compile("[ぁ-んァ-ヶ一-鿿]")

# Names that are the same in every language.
NAMES = {"pytorch", "python", "sphinx", "github", "google", "colab", "markdown", "jupyter"}
NAMES |= {"pdf", "epub", "html", "ipynb", "md", "ctrl", "esc", "enter", "neuron", "book"}
NAMES |= {"contributors", "aria"} | {name.lower() for name in COMPARED}


def said(page: BeautifulSoup) -> Iterator[str]:
    """What the interface of a page shows, and what it says to who hovers or listens."""
    for element in page.find_all(True):
        for name in SAYING:
            if element.has_attr(name) and element.name != "link":
                yield element[name]
    for control in page.select(f"article :is({CONTROLS})"):
        yield control.get_text()
    for unread in page.select("article, script, style, kbd, code, .cut"):
        unread.decompose()
    page.smooth()  # join what a place to cut had parted
    for text in page.body.find_all(string=True):
        if not isinstance(text, Comment | Doctype):
            yield str(text)


def english(text: str) -> bool:
    words = {word.lower() for word in re.findall("[A-Za-z]{2,}", text)}
    return not JAPANESE.search(text) and bool(words - NAMES)


def untranslated(html: Path) -> set[str]:
    """What the interface of a site says in English."""
    pages = [page for page in html.rglob("*.html") if "_static" not in page.parts]
    soups = {page: copy(read(page)) for page in pages}
    headings = {
        heading.get_text().rstrip("#").strip()
        for soup in soups.values()
        for heading in soup.select("article :is(h1, h2, h3, h4)")
    }
    found = {text.strip() for soup in soups.values() for text in said(soup)}
    assert len(found) > 100
    return {text for text in found - headings if english(text)}


def test_every_word_of_the_interface_is_japanese(site: Build) -> None:
    assert untranslated(site.html) == set()


def test_the_language_of_every_page_is_declared(site: Build) -> None:
    for page in site.html.rglob("*.html"):
        if "_static" not in page.parts:
            assert read(page).html["lang"] == "ja"
