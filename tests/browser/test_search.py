"""The search in a browser: loaded when it is opened, worked by keys, on a phone, from a disk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.access import violations

PAGE = "lesson/forward.html"
LAZY = {"search_model.js", "search_view.js", "search_index.js"}


def field(page: Page):
    return page.get_by_role("searchbox", name="この本を検索")


def results(page: Page):
    return page.locator(".search-results a")


def search(page: Page, query: str) -> None:
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.type(query)
    expect(results(page).first).to_be_visible()


def marked(page: Page) -> list[str]:
    """What is marked in the page."""
    page.wait_for_function("CSS.highlights.has('search')")
    return page.evaluate("[...CSS.highlights.get('search')].map((range) => range.toString())")


def test_nothing_of_the_search_is_loaded_before_it_is_opened(
    open_page: Callable[..., Page], served: str
) -> None:
    page = open_page(PAGE, address=served)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("/")[-1].split("?")[0]))
    page.reload()
    page.mouse.move(200, 200)
    page.wait_for_load_state("networkidle")
    assert [name for name in asked if re.match(r"search.*\.js", name)] == ["search.js"]
    search(page, "tanh")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert sorted(name for name in asked if name in LAZY) == sorted(LAZY)  # each once


@pytest.mark.parametrize("keys", ["/", "Control+k", "Meta+k"])
def test_keys_open_it_and_escape_gives_the_focus_back(
    open_page: Callable[..., Page], keys: str
) -> None:
    page = open_page(PAGE)
    link = page.get_by_role("link", name="テンソルとパラメーター").first
    link.focus()
    page.keyboard.press(keys)
    dialog = page.get_by_role("dialog", name="検索")
    expect(dialog).to_be_visible()
    expect(field(page)).to_be_focused()
    assert field(page).input_value() == ""
    page.keyboard.type("勾配")
    expect(results(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(link).to_be_focused()


def test_arrows_walk_through_the_results_and_enter_opens_one(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(PAGE)
    search(page, "活性化関数 ＴＡＮＨ")
    status = page.get_by_role("status").filter(has_text="ページ")
    expect(status).to_have_text(f"{results(page).count()}ページで見つけました。")
    page.keyboard.press("ArrowUp")
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(results(page).nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(results(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Enter")  # the first result
    page.wait_for_url(re.compile(r"/lesson/on_paper\.html\?q="))
    assert {word.lower() for word in marked(page)} == {"活性化関数", "tanh"}
    page.keyboard.press("Escape")
    assert not page.evaluate("CSS.highlights.has('search')")


def test_back_closes_the_search_and_never_leads_back_into_it(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(PAGE)
    address = page.url
    dialog = page.get_by_role("dialog", name="検索")
    search(page, "勾配")
    page.go_back()
    expect(dialog).not_to_be_visible()
    assert page.url == address
    search(page, "勾配")
    page.keyboard.press("Escape")
    page.wait_for_function("!history.state?.search")
    search(page, "勾配")
    results(page).first.click()
    page.wait_for_url("**/slope.html?q=*")
    page.go_back()
    assert page.url == address
    expect(dialog).not_to_be_visible()


def test_the_words_are_marked_in_the_results(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    search(page, "ﾊﾞｲｱｽ")
    marks = page.locator(".search-results mark").all_text_contents()
    assert set(marks) == {"バイアス"}
    field(page).fill("江戸前寿司")
    expect(page.get_by_text("「江戸前寿司」は、どのページにもありません。")).to_be_visible()
    expect(results(page)).to_have_count(0)


def test_a_name_in_coloured_code_is_marked_whole_and_seen(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    search(page, "torch.tensor")
    results(page).first.click()
    page.wait_for_url(re.compile(r"\?q=torch\.tensor"))
    assert set(marked(page)) == {"torch.tensor"}
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("""
      [...CSS.highlights.get("search")].some((range) => {
        const place = range.getBoundingClientRect();
        return place.top > 0 && place.bottom < innerHeight;
      })
    """)


def test_what_is_folded_is_opened_where_the_word_stands(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{PAGE}?q=float64")
    assert marked(page)
    expect(page.locator("details.explorer-code")).to_have_attribute("open", "")


def test_a_slash_in_a_field_is_only_a_slash(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    page.locator("input[type=number]").first.focus()
    page.keyboard.press("/")
    expect(page.locator("head script[src*=search_view]")).to_have_count(0)  # it is not even loaded
    page.keyboard.press("Control+k")  # no field takes this
    expect(field(page)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_box_and_its_results_are_accessible(
    open_page: Callable[..., Page], scheme: str, width: int
) -> None:
    page = open_page(PAGE, scheme=scheme, width=width)
    search(page, "損失 勾配")
    page.keyboard.press("ArrowDown")
    assert violations(page, "dialog.search-box") == []
    page = open_page("search.html?q=tanh", scheme=scheme, width=width)
    expect(results(page).first).to_be_visible()
    assert violations(page, "article") == []


def test_on_a_phone_it_fills_the_screen_and_is_opened_and_closed_by_touch(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(PAGE, width=390)
    page.locator(".article-header-buttons").get_by_role("link", name="検索").click()
    expect(field(page)).to_be_focused()
    page.keyboard.type("requires_grad")
    expect(results(page).first).to_be_visible()
    box = page.get_by_role("dialog", name="検索").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 900)
    assert page.evaluate("document.querySelector('dialog.search-box').scrollWidth") == 390
    assert float(field(page).evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")) >= 16
    page.get_by_role("button", name="閉じる").click()
    expect(page.get_by_role("dialog", name="検索")).to_have_count(0)


def test_the_page_of_the_search_answers_its_address(open_page: Callable[..., Page]) -> None:
    page = open_page("search.html?q=%E5%AD%A6%E7%BF%92%E7%8E%87")
    expect(field(page)).to_have_value("学習率")
    expect(field(page)).to_be_focused()
    expect(results(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+k")  # there is one field only, and it is here
    expect(field(page)).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_script_the_link_leads_to_other_ways(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE, script=False)
    page.get_by_role("link", name="検索", exact=False).first.click()
    page.wait_for_url("**/search.html")
    expect(page.get_by_text("検索にはスクリプトが要ります。")).to_be_visible()
    page.get_by_role("article").get_by_role("link", name="目次").click()
    page.wait_for_url("**/index.html")


def test_it_works_where_only_scripts_and_styles_of_the_site_are_allowed(
    browser: Browser, served: str
) -> None:
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'"
    html = """<!doctype html>
      <script defer src="_static/search.js"></script><a href="search.html" data-search>検索</a>"""
    page = browser.new_page()
    logged: list[str] = []
    page.on("console", lambda message: logged.append(message.text))
    page.route(
        "**/strict.html",
        lambda route: route.fulfill(
            body=html,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": policy},
        ),
    )
    page.goto(f"{served}/strict.html")
    page.get_by_role("link", name="検索").click()
    expect(field(page)).to_be_focused()
    page.keyboard.type("計算グラフ")
    expect(results(page).first).to_be_visible()
    page.close()
    assert [text for text in logged if "favicon" not in text] == []


def test_a_lost_index_is_said(browser: Browser, served: str) -> None:
    page = browser.new_page()
    page.route("**/search_index.js", lambda route: route.abort())
    page.goto(f"{served}/{PAGE}")
    page.keyboard.press("/")
    expect(page.get_by_text("検索の目次を読み込めませんでした。")).to_be_visible()
    page.close()
