"""The chapters of an EPUB become one document, whose links, headings and notes are in order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from lxml import etree

from literate.publish import paper, xhtml
from tests.told import lines

PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf"><metadata
  xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title> One neuron </dc:title><dc:creator>A. Author</dc:creator>
<dc:description>What it computes.</dc:description><dc:date>2026-01-02T03:04:05Z</dc:date>
<dc:language>en</dc:language></metadata></package>"""
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:xlink="http://www.w3.org/1999/xlink"><head>
<link rel="stylesheet" href="_static/book.css"/><link rel="next" href="a.xhtml"/></head>
<body><p>around it</p><div role="main"><!-- a comment -->{}</div></body></html>"""
INDEX = """
<section id="start"><h1>Welcome</h1><p id="hello">See <a href="part/a.xhtml#here">A</a>.</p>
<section><h2>Parts</h2><span id="parts"></span>
<div class="toctree-wrapper compound"><p class="caption"><span>First part</span></p>
<ul><li><a href="part/a.xhtml">A</a></li><li><a href="part/a.xhtml#here">here</a></li>
<li><a href="part/b.xhtml">B</a></li></ul></div></section>
<div class="toctree-wrapper"><ul><li><a href="c.xhtml">C</a></li></ul></div>
<div class="toctree-wrapper-of-mine">stays</div></section>"""
A = r"""
<section id="a"><h1>Chapter "A" \ α</h1><h5 id="here" aria-labelledby="a here">deep</h5>
<p><a href="#here">down</a> <a href="../c.xhtml">C</a> <a href="b.xhtml#x">B</a>
<a href="https://example.org/#top">out</a></p><label for="here">name</label>
<details open="open"><summary>more</summary>inside</details>
<svg xmlns="http://www.w3.org/2000/svg" role="group" aria-labelledby="here">
<a href="#here" class="box"><rect fill="url(#red)" stroke="#ff0000"/></a>
<use xlink:href="#here" xmlns:xlink="http://www.w3.org/1999/xlink"/></svg>
<div class="problem" id="p1"><p>Problem</p></div><div class="solution more" id="s1">
<p>Solution</p><p>of it</p></div></section>"""
B = """
<section id="b"><h1>Chapter B</h1><svg xmlns="http://www.w3.org/2000/svg" role="img"/></section>"""
C = '<section id="c"><h1>Chapter C</h1><h2>Section</h2></section>'
AT_END = paper.AtEnd("solution", "Solutions", "on page {page}", "{page}: the problem")
RULES = r"""
p { color: red }
#index { page: page-index }
@page page-index { @top-right { content: "Introduction" } }
#part-a { page: page-part-a }
@page page-part-a { @top-right { content: "Chapter \"A\" \\ α" } }
#part-b { page: page-part-b }
@page page-part-b { @top-right { content: "Chapter B" } }
#c { page: page-c }
@page page-c { @top-right { content: "Chapter C" } }
#at-end { page: page-at-end }
@page page-at-end { @top-right { content: "Solutions" } }"""
BODY = r"""<body class="paper">
 <section class="title-page">
  <p class="title">One neuron</p>
  <p class="author">A. Author</p>
  <p class="description">What it computes.</p>
 <nav class="contents">
  <h1>Contents</h1>
  <p class="chapter"><a href="#index"><span>Introduction</span>
   <span class="page" data-page-of="index">000</span></a></p>
  <p class="part"><a href="#part-0"><span>First part</span>
   <span class="page" data-page-of="part-0">000</span></a></p>
  <p class="chapter"><a href="#part-a"><span>Chapter "A" \ α</span>
   <span class="page" data-page-of="part-a">000</span></a></p>
  <p class="chapter"><a href="#part-b"><span>Chapter B</span>
   <span class="page" data-page-of="part-b">000</span></a></p>
  <p class="chapter"><a href="#c"><span>Chapter C</span><span class="page" data-page-of="c">000
   </span></a></p>
  <p class="part"><a href="#at-end"><span>Solutions</span>
   <span class="page" data-page-of="at-end">000</span></a></p>
 <article class="chapter" id="index">
  <section id="index--start">
   <h1>Introduction</h1>
   <p id="index--hello">See <a href="#part-a--here">A</a>.</p>
   <div class="toctree-wrapper-of-mine">stays</div>
 <article class="chapter" id="part-a">
  <h1 class="part" id="part-0">First part</h1>
  <section id="part-a--a">
   <h2>Chapter "A" \ α</h2>
   <h6 aria-labelledby="part-a--a part-a--here" id="part-a--here">deep</h6>
   <p><a href="#part-a--here">down</a> <a href="#c">C</a> <a href="#part-b--x">B</a>
    <a href="https://example.org/#top">out</a></p>
   <label for="part-a--here">name</label>
   <div>
    <p>more</p>
    'inside'
   <svg aria-labelledby="part-a--here" role="img" xmlns="http://www.w3.org/2000/svg">
    <g><rect fill="url(#part-a--red)" stroke="#ff0000"/></g>
    <use xlink:href="#part-a--here" xmlns:xlink="http://www.w3.org/1999/xlink"/>
   <div class="problem" id="part-a--p1">
    <p>Problem</p>
    <p class="turn"><a href="#part-a--s1">on page <span class="page" data-page-of="part-a--s1">000
     </span></a></p>
 <article class="chapter" id="part-b">
  <section id="part-b--b">
   <h2>Chapter B</h2>
   <svg role="img" xmlns="http://www.w3.org/2000/svg"/>
 <article class="chapter" id="c">
  <section id="c--c"><h2>Chapter C</h2><h3>Section</h3></section>
 <section class="at-end" id="at-end">
  <h1>Solutions</h1>
  <h2 id="part-a--at-end">Chapter "A" \ α</h2>
  <div class="solution more" id="part-a--s1">
   <p>Solution</p>
   <p class="turn"><a href="#part-a--p1"><span class="page" data-page-of="part-a--p1">000
    </span>: the problem</a></p>
   <p>of it</p>"""


@pytest.fixture
def epub(tmp_path: Path) -> Path:
    (tmp_path / "part").mkdir()
    (tmp_path / "content.opf").write_text(PACKAGE, "utf-8")
    pages = {"index": INDEX, "part/a": A, "part/b": B, "c": C}
    for name, text in pages.items():
        (tmp_path / f"{name}.xhtml").write_text(PAGE.format(text), "utf-8")
    return tmp_path


def test_what_the_epub_says_of_itself_is_read(epub: Path) -> None:
    day = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    facts = xhtml.Facts("One neuron", "A. Author", "What it computes.", day, "en")
    assert xhtml.read_facts(epub) == facts


def document(epub: Path, *given: object) -> BeautifulSoup:
    """Return the document that is printed; its elements are named as in HTML."""
    whole = paper.Book(epub, *given).document()
    assert whole.startswith(b"<!DOCTYPE html>\n")
    plain = re.sub(r"(?<=[</])html:| xmlns:html=\"[^\"]*\"", "", whole.decode("utf-8"))
    return BeautifulSoup(plain, "xml")


def test_the_chapters_become_one_document(epub: Path) -> None:
    page = document(epub, AT_END)
    whole = "".join(line.lstrip() for line in lines(page.body))
    assert whole.replace("\\n", "") == re.sub(r"\n *", "", BODY)
    assert page.html["lang"] == "en"


def test_its_head_has_the_styles_and_the_title_of_each_chapter(epub: Path) -> None:
    (epub / "own.css").write_text("p { color: red }", "utf-8")
    page = document(epub, AT_END, [epub / "own.css"])
    assert page.title.string == "One neuron"
    assert [dict(link.attrs) for link in page("link")] == [
        {"rel": "stylesheet", "href": "_static/book.css"}
    ]
    assert page.style.string == paper.STYLE.read_text("utf-8") + RULES


def test_without_a_kind_nothing_moves(epub: Path) -> None:
    page = document(epub)
    assert page.select_one("#part-a .problem + .solution") and not page.select(".turn, .at-end")
    assert document(epub, replace(AT_END, kind="of-nobody")).select(".turn, .at-end") == []


def test_all_headings_are_told_in_order(epub: Path) -> None:
    titles = ["Contents", "Introduction", "First part", 'Chapter "A" \\ α', "deep", "Chapter B"]
    titles += ["Chapter C", "Section"]
    assert paper.Book(epub).titles() == titles
    assert paper.Book(epub, AT_END).titles() == [*titles, "Solutions", 'Chapter "A" \\ α']


@pytest.mark.parametrize(
    ("link", "there"),
    [
        ("", "#part-a"),
        ("#x", "#part-a--x"),
        ("b.xhtml", "#part-b"),
        ("../c.xhtml#x-y", "#c--x-y"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_a_link_leads_into_the_one_document(link: str, there: str) -> None:
    assert xhtml.target("part/a.xhtml", link) == there


def test_a_section_that_has_only_its_heading_left_goes_too() -> None:
    book = etree.fromstring(
        f'<div xmlns="{xhtml.NAMES["h"]}"><section><h2>A</h2><span/><p id="a"/></section>'
        '<section><h2>B</h2><p id="b"/><p>stays</p></section></div>'
    )
    for name in ("a", "b"):
        xhtml.remove(xhtml.find(book, f".//h:p[@id='{name}']")[0])
    assert xhtml.words(book) == "Bstays"


def test_an_element_is_made_of_texts_and_elements() -> None:
    made = xhtml.tag("p", "a", "b", xhtml.tag("i", "c"), "d", "e", class_="x", for_="y")
    assert etree.tostring(made).decode().replace("html:", "") == (
        f'<p xmlns:html="{xhtml.NAMES["h"]}" class="x" for="y">ab<i>c</i>de</p>'
    )


def test_the_command_line_names_the_book_and_what_moves() -> None:
    least = paper.arguments(["epub", "x.pdf"])
    assert vars(least) == {
        "folder": Path("epub"),
        "file": Path("x.pdf"),
        "style": [],
        "at_end": None,
    }
    styles = ["--style", "a.css", "--style", "b.css"]
    most = paper.arguments(["epub", "x.pdf", *styles, "--at-end", "note", "N", "t", "b"])
    assert most.style == [Path("a.css"), Path("b.css")]
    assert paper.AtEnd(*most.at_end) == paper.AtEnd("note", "N", "t", "b")


def test_what_the_command_line_takes_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        paper.arguments(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith("usage: literate.publish.paper [-h] [--style STYLE]")
    for words in (
        "[--at-end CLASS TITLE THERE BACK] folder file",
        "folder folder of the EPUB",
        "file the PDF",
        "--style STYLE more CSS",
        "--at-end CLASS TITLE THERE BACK what moves to the end",
    ):
        assert words in told
