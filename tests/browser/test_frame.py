"""The frame of the pages: by keys, without script, on a phone; and no style of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pydata_sphinx_theme
import pytest
import sphinx_book_theme
from playwright.sync_api import Browser, Page, expect

from tests.browser.access import violations
from tests.builds import Build

PAGE = "lesson/on_paper.html"
DARK, LIGHT = "rgb(18, 18, 18)", "rgb(255, 255, 255)"

# For each element, and what stands before and after it, one number made of all its styles.
STYLES = """
() => [...document.querySelectorAll("html, html > body, html > body *")].flatMap((element) =>
  [null, "::before", "::after"].map((part) => {
    const style = getComputedStyle(element, part);
    let sum = 0;
    const drawn = !part || style.content !== "none";
    for (const name of drawn ? style : []) {
      if (name.startsWith("--")) continue; // a variable is no style before it is taken in
      for (const letter of style.getPropertyValue(name)) {
        sum = (sum * 31 + letter.codePointAt(0)) | 0;
      }
    }
    return `${element.localName}.${element.getAttribute("class")}${part ?? ""} ${sum}`;
  }))
"""


def ground(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def tab(page: Page, times: int = 1) -> str:
    """What has the focus after so many presses of the tab key."""
    for _ in range(times):
        page.keyboard.press("Tab")
    return page.evaluate(
        "document.activeElement.textContent.trim() || document.activeElement.ariaLabel"
    )


def test_no_page_logs_anything_or_scrolls_sideways(
    open_page: Callable[..., Page], site: Build
) -> None:
    for name in site.pages:
        page = open_page(name, width=320)  # as wide as 1280 px at 400 %
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_home_page_and_the_one_for_what_is_missing_are_accessible(
    open_page: Callable[..., Page], scheme: str, width: int
) -> None:
    for name in ("index.html", "404.html"):
        assert violations(open_page(name, scheme=scheme, width=width)) == [], name


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_style_that_a_page_uses_is_lost(
    open_page: Callable[..., Page], site: Build, scheme: str, width: int
) -> None:
    """A page looks the same with all of the theme's styles, and the theme chosen by hand."""
    static = site.html / "_static"
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/styles"
    book = Path(sphinx_book_theme.__file__).parent / "theme/sphinx_book_theme/static/styles"
    own = ("literate", "search", "typography_ja", "predict", "frame", "site", "learning_map")
    own += ("neuron-flow", "neuron_explorer", "home")
    sheets = [static / "basic.css", theme / "pydata-sphinx-theme.css", static / "pygments.css"]
    sheets += [book / "sphinx-book-theme.css", *static.glob("mystnb*.css")]
    sheets += [static / f"{name}.css" for name in own]
    everything = "\n".join(sheet.read_text("utf-8") for sheet in sheets)
    for name in ("index.html", "lesson/forward.html"):
        page = open_page(name, scheme=scheme, width=width)
        page.wait_for_selector(".copy", state="attached")
        reduced = page.evaluate(STYLES)
        page.evaluate(
            """async ([css, theme]) => {
                document.documentElement.dataset.theme = theme;
                document.querySelector("link[rel=stylesheet]").remove();
                const sheet = document.createElement("style");
                sheet.textContent = css;
                document.head.append(sheet);
                await new Promise((done) => setTimeout(done, 500));
            }""",
            [everything, scheme],
        )
        different = [
            (mine, theirs)
            for mine, theirs in zip(reduced, page.evaluate(STYLES), strict=True)
            if mine != theirs
        ]
        assert different == [], name


def test_no_icon_is_drawn_with_a_font_that_is_not_there(
    open_page: Callable[..., Page], site: Build
) -> None:
    drawn = """
      () => [...document.querySelectorAll("body *")].flatMap((element) =>
        ["::before", "::after"].map((part) => getComputedStyle(element, part).content))
        .filter((content) => /[\ue000-\uf8ff]/.test(content))
    """
    for name in site.pages:
        assert open_page(name).evaluate(drawn) == [], name


@pytest.mark.parametrize("way", ["disk", "server"])
def test_dark_and_light_are_chosen_and_remembered(
    open_page: Callable[..., Page], served: str, way: str
) -> None:
    page = open_page(PAGE, address=served if way == "server" else "", scheme="dark")
    assert ground(page) == DARK
    button = page.locator("[data-theme-switch]")
    expect(button).to_have_attribute("aria-label", "画面の明るさ：端末と同じ")
    button.press("Enter")
    expect(button).to_have_attribute("aria-label", "画面の明るさ：明るい")
    assert ground(page) == LIGHT
    page.reload()
    assert ground(page) == LIGHT
    button.press("Enter")
    assert ground(page) == DARK
    button.press("Enter")
    page.emulate_media(color_scheme="light")
    assert ground(page) == LIGHT
    page.reload()
    expect(button).to_have_attribute("aria-label", "画面の明るさ：端末と同じ")
    page.wait_for_function("Object.keys(localStorage).join() === 'theme'")


def test_without_script_the_device_chooses_and_every_button_works(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(PAGE, scheme="dark", width=390, script=False)
    assert page.locator("html[data-theme=auto]").count() == 1
    assert page.locator("body").evaluate("(b) => getComputedStyle(b).backgroundColor") == DARK
    for button in page.locator(".needs-script").all():
        assert not button.is_visible()
    page.get_by_role("button", name="目次", exact=True).click()
    link = page.locator("#primary-sidebar").get_by_role("link", name="傾きと自動微分")
    expect(link).to_be_in_viewport()
    link.click()
    expect(page).to_have_title("傾きと自動微分 — 1つのニューロンからはじめる PyTorch")


def test_the_keyboard_comes_first_to_the_text_then_to_the_contents(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(PAGE)
    assert tab(page) == "本文へスキップ"
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
    assert tab(page) == "目次"
    outline = page.evaluate("getComputedStyle(document.activeElement).outline")
    assert "solid" in outline and "0px" not in outline


def test_on_a_phone_the_contents_open_and_close_by_keys(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE, width=390)
    for name, place in (("目次", "#primary-sidebar"), ("このページの目次", "#secondary-sidebar")):
        button = page.get_by_role("button", name=name, exact=True)
        sidebar = page.locator(place)
        expect(sidebar).not_to_be_in_viewport()
        button.press("Enter")
        expect(sidebar).to_be_in_viewport(ratio=0.9)
        page.keyboard.press("Tab")
        assert sidebar.evaluate("(all) => all.contains(document.activeElement)")
        page.keyboard.press("Escape")
        expect(sidebar).not_to_be_in_viewport()
        assert button.evaluate("(one) => one === document.activeElement")
    page.get_by_role("button", name="このページの目次").click()
    page.locator("#secondary-sidebar a").last.click()
    expect(page.locator("#secondary-sidebar")).not_to_be_in_viewport()


def test_on_a_wide_screen_the_contents_can_be_put_away(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    button = page.get_by_role("button", name="目次", exact=True)
    expect(button).to_have_attribute("aria-expanded", "true")
    button.press("Enter")
    expect(page.locator("#primary-sidebar")).not_to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    expect(page.locator("#primary-sidebar")).to_be_visible()


def test_the_contents_show_where_the_reader_is(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    page.evaluate("location.hash = 'id4'")
    expect(page.locator(".page-toc a[aria-current]")).to_have_text("手順2：曲線に通す")


def test_code_is_copied_without_its_output(open_page: Callable[..., Page]) -> None:
    page = open_page("index.html")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="をコピー：").first.press("Enter")
    expect(page.get_by_text("コピーしました")).to_be_attached()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import torch\n")
    assert copied.endswith("print(model(torch.tensor([[1.0, 2.0]])))\n")
    assert page.locator(".cell_output .copy").count() == 0


def test_nothing_moves_for_whoever_wants_no_motion(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE, width=390)
    sidebar = page.locator("#primary-sidebar")
    moving = "(one) => parseFloat(getComputedStyle(one).transitionDuration)"
    assert sidebar.evaluate(moving) > 0.1
    page.emulate_media(reduced_motion="reduce")
    assert sidebar.evaluate(moving) < 0.001


def test_a_missing_page_of_any_depth_leads_home(browser: Browser, site: Build, served: str) -> None:
    page = browser.new_page()
    missing = (site.html / "404.html").read_text("utf-8")
    page.route(
        "**/gone/deep/*.html",
        lambda route: route.fulfill(status=404, body=missing, content_type="text/html"),
    )
    page.goto(f"{served}/gone/deep/x.html")
    home = page.get_by_role("link", name="目次へ")
    expect(home).to_have_attribute("href", f"{served}/index.html")
    page.close()
