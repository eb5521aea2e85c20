"""Print a document with a browser: numbers of pages, bookmarks, and no trace of when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from playwright.sync_api import Page, ViewportSize

from literate.publish.xhtml import Facts

# A4 without the margins of paper.css, in CSS pixels.
PAPER: ViewportSize = {"width": 612, "height": 945}


def pages_of_targets(pdf: pikepdf.Pdf) -> dict[str, int]:
    """Return the page on which each target of a link stands."""
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    found: Any = pdf.Root.get("/Dests", {})
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
