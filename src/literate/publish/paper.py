"""The book as a PDF: the chapters of its EPUB, printed by Chromium.

``python -m literate.publish.paper EPUB-FOLDER FILE.pdf``. Formulas and pictures come out as
on the site, and nothing but a browser is needed. Solutions move to the end of the book.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import pikepdf
from lxml import etree
from playwright.sync_api import Page, sync_playwright

from literate.publish.chromium import BrowserMissing, launch

STYLE = Path(__file__).with_name("paper.css")
NAMES = {
    "h": "http://www.w3.org/1999/xhtml",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
}
PAPER = {"width": 612, "height": 945}  # A4 without the margins of paper.css, in CSS pixels
IDS = ("id", "for", "aria-labelledby", "aria-describedby")


@dataclass(frozen=True)
class Facts:
    """What the EPUB says of itself."""

    title: str
    author: str
    description: str
    day: datetime


def tag(name: str, *children: etree._Element | str, **attributes: str) -> etree._Element:
    """Return an element of XHTML."""
    element = etree.Element(
        f"{{{NAMES['h']}}}{name}", {k.strip("_"): v for k, v in attributes.items()}
    )
    for child in children:
        if not isinstance(child, str):
            element.append(child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + child
        else:
            element.text = (element.text or "") + child
    return element


def find(element: etree._Element, path: str) -> list[etree._Element]:
    """Return what an XPath finds; ``{name}`` in it stands for elements of that class."""
    of_class = 'contains(concat(" ", normalize-space(@class), " "), " {} ")'
    path = re.sub(r"\{([\w-]+)\}", lambda match: f"[{of_class.format(match[1])}]", path)
    return element.xpath(path, namespaces=NAMES)


def read(file: Path) -> etree._Element:
    """Return the root of a file."""
    return etree.parse(file, etree.XMLParser(remove_comments=True)).getroot()


def words(element: etree._Element) -> str:
    """Return the text of an element."""
    return "".join(element.itertext()).strip()


def remove(element: etree._Element) -> None:
    """Take an element out, and its section with it where only the heading would be left."""
    parent = element.getparent()
    parent.remove(element)
    if parent.tag.endswith("section") and all(
        re.search(r"\}(h\d|span)$", each.tag) for each in parent
    ):
        parent.getparent().remove(parent)


class Book:
    """One document, made of the chapters of an EPUB."""

    def __init__(self, folder: Path) -> None:
        """Read the EPUB, and put its chapters one after the other."""
        self.folder = folder
        self.facts = read_facts(folder)
        self.solutions = tag(
            "section", tag("h1", "練習問題の解答"), class_="solutions", id="solutions"
        )
        self.contents = tag("nav", tag("h1", "目次"), class_="contents")
        self.rules: list[str] = []
        self.body = tag("body", self.title_page(), self.contents, class_="paper")
        root = self.chapter("index.xhtml", 0, "はじめに")
        for place in find(root, ".//h:div{toctree-wrapper}"):
            remove(place)
        for part in find(read(folder / "index.xhtml"), ".//h:div{toctree-wrapper}"):
            self.part(part)
        if len(self.solutions) > 1:
            self.listed(self.contents, "solutions", "練習問題の解答", "part")
            self.running("solutions", "練習問題の解答")
            self.body.append(self.solutions)

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
        self.move_solutions(chapter, slug, words(head))
        for details in find(chapter, ".//h:details"):
            unfold(details)
        return chapter

    def move_solutions(self, chapter: etree._Element, slug: str, title: str) -> None:
        """Move the solutions of a chapter to the end; each leads to its exercise, and back."""
        found = find(chapter, ".//*{solution}")
        if found:
            self.solutions.append(tag("h2", title, id=f"{slug}--solutions"))
        for solution in found:
            exercise = solution.getprevious()
            solution.getparent().remove(solution)
            unfold(solution)
            self.solutions.append(solution)
            for here, there, name in ((exercise, solution, "解答"), (solution, exercise, "問題")):
                number = number_of_page(there.get("id"))
                link = tag("a", f"{name}は", number, "ページ", href=f"#{there.get('id')}")
                here.append(tag("p", link, class_="turn"))

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
            tag("style", "\n".join([STYLE.read_text("utf-8"), *self.rules])),
        )
        page = tag("html", head, self.body, lang="ja")
        return etree.tostring(page, encoding="utf-8", doctype="<!DOCTYPE html>")


def read_facts(folder: Path) -> Facts:
    """Read what the EPUB says of itself."""
    package = read(folder / "content.opf")

    def fact(name: str) -> str:
        return words(find(package, f".//dc:{name}")[0])

    return Facts(
        fact("title"), fact("creator"), fact("description"), datetime.fromisoformat(fact("date"))
    )


def slug_of(name: str) -> str:
    """Return the id of a chapter in the whole book."""
    return name.removesuffix(".xhtml").replace("/", "-")


def rename(element: etree._Element, name: str) -> None:
    """Make the ids of an element, and those to which it points, unique in the whole book."""
    slug = slug_of(name)
    for key, value in element.attrib.items():
        if key in IDS:
            element.set(key, " ".join(f"{slug}--{each}" for each in value.split()))
        elif key == "href" and element.tag.endswith("}a"):
            element.set(key, target(name, value))
        elif "#" in value:
            moved = re.sub(r"url\(#|(?<=^)#(?=[A-Za-z])", rf"\g<0>{slug}--", value)
            element.set(key, moved if key.endswith("href") or "url(" in value else value)


def target(name: str, link: str) -> str:
    """Return a link of a chapter as a link of the whole book."""
    path, hash_, fragment = link.partition("#")
    if ":" in path:
        return link
    there = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    return f"#{slug_of(there)}" + (f"--{fragment}" if hash_ else "")


def unfold(details: etree._Element) -> None:
    """Show what is folded on a screen."""
    details.tag = f"{{{NAMES['h']}}}div"
    details.attrib.pop("open", None)
    for summary in find(details, "./h:summary"):
        summary.tag = f"{{{NAMES['h']}}}p"


def number_of_page(name: str) -> etree._Element:
    """Return the place of the number of a page, to be filled in when it is known."""
    number = tag("span", "000", class_="page")
    number.set("data-page-of", name)
    return number


def pages_of_targets(pdf: pikepdf.Pdf) -> dict[str, int]:
    """Return the page on which each target of a link stands."""
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    found = pdf.Root.get("/Dests", {})
    return {str(name)[1:]: numbers[place[0].objgen] for name, place in found.items()}


FIT = """
() => {
  for (const wide of document.querySelectorAll("table, math")) {
    const room = wide.parentElement.clientWidth;
    if (room && wide.scrollWidth > room) wide.style.zoom = room / wide.scrollWidth;
  }
}
"""
FILL = """
(pages) => {
  for (const place of document.querySelectorAll("[data-page-of]")) {
    place.textContent = pages[place.dataset.pageOf] ?? "?";
  }
}
"""


def print_page(page: Page, file: Path) -> pikepdf.Pdf:
    """Print the open page, again until every page number that it shows is right."""
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    page.evaluate(FIT)
    shown: dict[str, int] = {}
    while True:
        page.pdf(
            path=file, prefer_css_page_size=True, print_background=True, tagged=True, outline=True
        )
        pdf = pikepdf.open(file, allow_overwriting_input=True)
        pages = pages_of_targets(pdf)
        if pages == shown:
            return pdf
        page.evaluate(FILL, pages)
        shown = pages


def flat(items: Iterable[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    """Yield bookmarks in the order of the book."""
    for item in items:
        yield item
        yield from flat(item.children)


def rename_headers(pdf: pikepdf.Pdf) -> None:
    """Rename the header cells of tables, to which other cells refer, in the order of the book.

    Chromium takes the numbers of its own nodes, which differ from one run to the next.
    """
    cells = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each]
    headers = [cell for cell in cells if "/ID" in cell]
    names = {str(cell.ID): f"cell{number:05}" for number, cell in enumerate(headers)}
    tree = pikepdf.NameTree.new(pdf)
    for cell in headers:
        cell.ID = names[str(cell.ID)]
        tree[str(cell.ID)] = cell
    pdf.Root.StructTreeRoot.IDTree = tree.obj
    for cell in cells:
        for facts in cell.get("/A", []):
            if "/Headers" in facts:
                facts.Headers = pikepdf.Array([names[str(name)] for name in facts.Headers])


def finish(pdf: pikepdf.Pdf, facts: Facts, titles: Sequence[str], file: Path) -> None:
    """Name the book and its bookmarks, and leave no trace of when and how it was printed.

    Chromium writes the words of a heading twice into its bookmark where a page begins with it.
    """
    with pdf.open_outline(max_depth=6) as outline:
        for item, title in zip(flat(outline.root), titles, strict=True):
            item.title = title
    day = facts.day.strftime("D:%Y%m%d%H%M%SZ")
    del pdf.docinfo
    pdf.docinfo = pdf.make_indirect(
        pikepdf.Dictionary(Title=facts.title, Author=facts.author, CreationDate=day, ModDate=day)
    )
    rename_headers(pdf)
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    pdf.save(
        file,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
        recompress_flate=True,
    )


def main(folder: Path, file: Path) -> None:
    """Print the EPUB in ``folder``."""
    book = Book(folder)
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
        main(*map(Path, sys.argv[1:]))
    except BrowserMissing as missing:
        sys.exit(f"PDFを作るには、{missing}")
