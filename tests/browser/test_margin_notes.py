"""On a wide screen, what a term means stands beside its first mention, for eyes alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from booksite.text.terms import terms

PAGE = "lesson/graph.html"
BOXES = """notes => notes
  .filter((note) => note.checkVisibility({ visibilityProperty: true }))
  .map((note) => note.getBoundingClientRect())
  .map(({ left, right, top, bottom }) => [left, right, top, bottom])"""
LINES = """() => Object.fromEntries([...document.querySelectorAll("a:has(> .std-term)")]
  .map((link) => [link.textContent, link.getBoundingClientRect().top]))"""
FURTHEST = """() => Math.max(...[...document.querySelectorAll("article > section *")]
  .filter((each) => !each.closest(".visually-hidden, pre, math, svg *, table"))
  .map((each) => each.getBoundingClientRect().right))"""


@pytest.mark.parametrize("way", ["disk", "server"])
def test_notes_stand_beside_their_terms_and_touch_nothing(
    open_page: Callable[..., Page], served: str, way: str
) -> None:
    page = open_page(PAGE, address=served if way == "server" else "", width=1680)
    notes = page.locator(".margin-note")
    notes.first.wait_for()
    boxes = notes.evaluate_all(BOXES)
    assert len(boxes) > 8
    for above, below in zip(boxes, boxes[1:], strict=False):
        assert above[3] < below[2]
    assert page.evaluate(FURTHEST) < min(left for left, *_ in boxes)
    assert (
        max(right for _, right, *_ in boxes)
        <= page.locator("#secondary-sidebar").bounding_box()["x"]
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 1680
    lines = page.evaluate(LINES)
    for note in notes.filter(visible=True).all():
        name = note.locator("b").text_content()
        assert note.text_content() == name + terms()[name].text
        if name in lines:
            assert 0 <= note.bounding_box()["y"] - lines[name] <= 60


def test_a_term_in_a_folded_answer_has_its_note_once_the_answer_is_open(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("lesson/chain.html", width=1680)
    page.locator(".margin-note").first.wait_for()
    link = page.locator("details a", has=page.locator(".std-term")).first
    note = page.locator(".margin-note", has=page.get_by_text(link.text_content(), exact=True))
    assert not note.is_visible()
    link.evaluate("link => { link.closest('details').open = true; }")
    note.wait_for(state="visible")
    assert 0 <= note.bounding_box()["y"] - link.bounding_box()["y"] <= 60


def test_a_screen_reader_and_paper_have_none(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE, width=1680)
    notes = page.locator(".margin-note")
    notes.first.wait_for()
    assert notes.count() == page.locator(".margin-note[aria-hidden=true]").count()
    page.emulate_media(media="print")
    assert notes.evaluate_all(BOXES) == []


def test_a_page_has_no_note_of_what_it_teaches(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE, width=1680)
    page.locator(".margin-note").first.wait_for()
    names = page.locator(".margin-note b").all_text_contents()
    assert [name for name in names if terms()[name].page == "lesson/graph"] == []


@pytest.mark.parametrize(("width", "script"), [(1280, True), (390, True), (1680, False)])
def test_elsewhere_nothing_is_loaded(
    open_page: Callable[..., Page], width: int, script: bool
) -> None:
    page = open_page(PAGE, width=width, script=script)
    assert page.locator(".margin-note, script[src*=margin_notes]").count() == 0
