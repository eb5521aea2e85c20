"""The home page: the neuron first, and the contents as a path that knows how far one has come."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.contrast import too_pale


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_screen_is_the_neuron_and_the_way_in(
    open_page: Callable[..., Page], width: int
) -> None:
    page = open_page("index.html", width=width)
    neuron = page.locator("[data-moving=neuron] svg").first.bounding_box()
    assert neuron["y"] + neuron["height"] < 900
    assert neuron["width"] >= min(560, width - 50)
    page.locator("a.begin").click()
    expect(page).to_have_title("紙の上のニューロン — 1つのニューロンからはじめる PyTorch")


@pytest.mark.parametrize("way", ["disk", "server"])
def test_the_path_shows_what_has_been_read_and_only_that(
    open_page: Callable[..., Page], served: str, way: str
) -> None:
    address = served if way == "server" else ""
    page = open_page("index.html", address=address)
    card = page.locator(".path li").nth(3)
    assert page.evaluate("localStorage.getItem('read')") is None
    card.scroll_into_view_if_needed()
    box = card.locator(".question").bounding_box()
    page.mouse.click(box["x"] + 10, box["y"] + 10)  # the whole card leads to the page
    expect(page).to_have_title("順伝播 — 1つのニューロンからはじめる PyTorch")
    page.go_back()
    assert page.locator(".path .read, .path .read-count").count() == 0  # not read, only opened
    page.go_forward()
    page.locator(".page-turn").scroll_into_view_if_needed()
    page.wait_for_function("() => localStorage.getItem('read') === '[\"lesson/forward.html\"]'")
    page.go_back()
    expect(card).to_have_class("read")
    expect(page.locator(".path .caption").first).to_have_text(
        "第1部 1つのニューロン1/10 読みました"
    )
    assert page.locator(".path .read").count() == 1
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert too_pale(page) == [], scheme


def test_without_script_the_path_is_whole(open_page: Callable[..., Page]) -> None:
    page = open_page("index.html", script=False, width=390)
    for card in page.locator(".path li").all():
        assert card.locator(".question").is_visible()
        assert "約" in card.locator(".minutes").text_content()
