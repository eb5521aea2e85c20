"""Lines break as Japanese lines must, in a real browser, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.lines import broken_lines
from tests.builds import PAGES


@pytest.mark.parametrize("name", [*PAGES, "search.html"])
def test_no_line_on_a_phone_breaks_where_it_must_not(
    open_page: Callable[..., Page], name: str
) -> None:
    page = open_page(name, width=390)
    assert broken_lines(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_bad_break_is_noticed(open_page: Callable[..., Page]) -> None:
    page = open_page("index.html", width=390)
    page.evaluate("""
      document.querySelector("article").innerHTML = `
        <p>行の頭に<br>、がある。</p><p>開くかっこで（<br>終わる）</p><p>ニュ<br>ーロン</p>
        <h2>パラメ<br>ーター</h2><h2>ハイパボ<br>リック</h2><p>正しい。<br>行です</p>`;
    """)
    found = broken_lines(page)
    assert [line.split(":")[0] for line in found] == [
        *("first", "last", "first", "first", "word", "word"),
    ]


def test_zero_and_o_differ_in_code(open_page: Callable[..., Page]) -> None:
    page = open_page("lesson/forward.html")
    page.evaluate("""
      document.querySelector("pre").innerHTML =
        "<span style='display: inline-block'>0</span><span style='display: inline-block'>O</span>";
    """)
    zero, letter = page.locator("pre").first.locator("span").all()
    assert zero.screenshot() != letter.screenshot()
    assert zero.bounding_box()["width"] == letter.bounding_box()["width"]
