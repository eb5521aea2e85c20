"""The book as a PDF: the chapters of its EPUB, printed by Chromium.

``python -m literate.publish.paper EPUB-FOLDER FILE.pdf``. Formulas and pictures come out as
on the site, and nothing but a browser is needed. Notes, say, can move to the end of the
book, with links that name the pages.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from lxml import etree
from playwright.sync_api import sync_playwright

from literate.publish.chromium import BrowserMissing, launch
from literate.publish.printing import finish, print_page
from literate.publish.xhtml import (
    find,
    flatten,
    read,
    read_facts,
    remove,
    rename,
    slug_of,
    tag,
    unfold,
    words,
)
from literate.words import _, language, speak

STYLE = Path(__file__).with_name("paper.css")


@dataclass(frozen=True)
class AtEnd:
    """What moves to the end of the book, and the words that lead there and back."""

    kind: str
    """The class of the elements that move; each stands directly after what it belongs to."""
    title: str
    there: str
    back: str
    """Their ``{page}`` is the number of the page."""


class Book:
    """One document, made of the chapters of an EPUB."""

    def __init__(
        self, folder: Path, at_end: AtEnd | None = None, styles: Sequence[Path] = ()
    ) -> None:
        """Read the EPUB, and put its chapters one after the other."""
        self.at_end = at_end
        self.styles = [STYLE, *styles]
        self.folder = folder
        self.facts = read_facts(folder)
        speak(self.facts.language)
        self.moved = tag("section", class_="at-end", id="at-end")
        self.contents = tag("nav", tag("h1", _("Contents")), class_="contents")
        self.rules: list[str] = []
        self.body = tag("body", self.title_page(), self.contents, class_="paper")
        root = self.chapter("index.xhtml", 0, _("Introduction"))
        for place in find(root, ".//h:div{toctree-wrapper}"):
            remove(place)
        for part in find(read(folder / "index.xhtml"), ".//h:div{toctree-wrapper}"):
            self.part(part)
        if at_end is not None and len(self.moved):
            self.moved.insert(0, tag("h1", at_end.title))
            self.listed(self.contents, "at-end", at_end.title, "part")
            self.running("at-end", at_end.title)
            self.body.append(self.moved)

    def title_page(self) -> etree._Element:
        """Return the first page."""
        return tag(
            "section",
            tag("p", self.facts.title, class_="title"),
            tag("p", self.facts.author, class_="author"),
            tag("p", self.facts.description, class_="description"),
            class_="title-page",
        )

    def part(self, part: etree._Element) -> None:
        """Add a part of the book: its caption, and its chapters."""
        caption = "".join(words(each) for each in find(part, ".//h:p{caption}"))
        links = [each.get("href") for each in find(part, ".//h:a") if "#" not in each.get("href")]
        for number, link in enumerate(links):
            heading = None
            if number == 0 and caption:
                name = f"part-{len(find(self.contents, './/h:p{part}'))}"
                heading = tag("h1", caption, class_="part", id=name)
                self.listed(self.contents, name, caption, "part")
            self.chapter(link, 1, before=heading)

    def chapter(
        self, name: str, deeper: int, title: str = "", before: etree._Element | None = None
    ) -> etree._Element:
        """Add a chapter, its headings ``deeper`` than they were."""
        slug = slug_of(name)
        (main,) = find(read(self.folder / name), ".//h:div[@role='main']")
        for element in main.iter(etree.Element):
            rename(element, name)
            if heading := re.fullmatch(r"(.*\})h([1-5])", element.tag):
                element.tag = f"{heading[1]}h{int(heading[2]) + deeper}"
        (head,) = find(main, f"(.//h:h{1 + deeper})[1]")
        if title:
            head.text = title
        chapter = tag(
            "article", *([] if before is None else [before]), *main, class_="chapter", id=slug
        )
        self.body.append(chapter)
        self.listed(self.contents, slug, words(head), "chapter")
        self.running(slug, words(head))
        for details in find(chapter, ".//h:details"):
            unfold(details)
        for picture in find(chapter, ".//s:svg[@role='group']"):
            flatten(picture)
        if self.at_end is not None:
            self.move(chapter, slug, words(head), self.at_end)
        return chapter

    def move(self, chapter: etree._Element, slug: str, title: str, at_end: AtEnd) -> None:
        """Move elements of a chapter to the end; each leads to what it stood after, and back."""
        found = find(chapter, f".//*{{{at_end.kind}}}")
        if found:
            self.moved.append(tag("h2", title, id=f"{slug}--at-end"))
        for element in found:
            before = element.getprevious()
            element.getparent().remove(element)
            self.moved.append(element)
            # The way back stands under the title: what follows can be longer than a page.
            ways = (
                (before, len(before), element, at_end.there),
                (element, 1, before, at_end.back),
            )
            for here, place, there, way in ways:
                name = there.get("id")
                start, end = way.split("{page}")
                link = tag("a", start, number_of_page(name), end, href=f"#{name}")
                here.insert(place, tag("p", link, class_="turn"))

    def listed(self, contents: etree._Element, name: str, title: str, kind: str) -> None:
        """Add a line to the table of contents."""
        link = tag("a", tag("span", title), number_of_page(name), href=f"#{name}")
        contents.append(tag("p", link, class_=kind))

    def running(self, slug: str, title: str) -> None:
        """Write the title of a chapter at the head of its pages."""
        name = "page-" + slug
        text = title.replace("\\", "\\\\").replace('"', '\\"')
        self.rules.append(
            f'#{slug} {{ page: {name} }}\n@page {name} {{ @top-right {{ content: "{text}" }} }}'
        )

    def titles(self) -> list[str]:
        """Return the words of all headings."""
        levels = " or ".join(f"self::h:h{level}" for level in range(1, 7))
        return [words(heading) for heading in find(self.body, f".//*[{levels}]")]

    def document(self) -> bytes:
        """Return the document, which has to lie in the folder of the EPUB."""
        sheets = find(read(self.folder / "index.xhtml"), ".//h:link[@rel='stylesheet']")
        head = tag(
            "head",
            tag("title", self.facts.title),
            *(tag("link", rel="stylesheet", href=sheet.get("href")) for sheet in sheets),
            tag(
                "style",
                "\n".join([*(each.read_text("utf-8") for each in self.styles), *self.rules]),
            ),
        )
        page = tag("html", head, self.body, lang=language())
        whole: bytes = etree.tostring(page, encoding="utf-8", doctype="<!DOCTYPE html>")
        return whole


def number_of_page(name: str) -> etree._Element:
    """Return the place of the number of a page, to be filled in when it is known."""
    number = tag("span", "000", class_="page")
    number.set("data-page-of", name)
    return number


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="literate.publish.paper")
    parser.add_argument("folder", type=Path, help="folder of the EPUB")
    parser.add_argument("file", type=Path, help="the PDF")
    parser.add_argument("--style", type=Path, action="append", default=[], help="more CSS")
    names = ("CLASS", "TITLE", "THERE", "BACK")
    parser.add_argument("--at-end", nargs=4, metavar=names, help="what moves to the end")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> None:
    """Print an EPUB."""
    given = arguments(words)
    folder, file = given.folder, given.file
    book = Book(folder, given.at_end and AtEnd(*given.at_end), given.style)
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, suffix=".xhtml") as whole, sync_playwright() as playwright:
        whole.write(book.document())
        whole.flush()
        browser = launch(playwright.chromium)
        page = browser.new_page()
        page.goto(Path(whole.name).as_uri())
        finish(print_page(page, file), book.facts, book.titles(), file)
        browser.close()


if __name__ == "__main__":
    try:
        main()
    except BrowserMissing as missing:
        sys.exit(_("To make a PDF: {missing}").format(missing=missing))
