"""Every moving picture, on its page: by mouse, by finger and by keys, for eyes and ears."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page

from booksite import moving
from tests.browser.access import violations
from tests.builds import ROOT, Build

PLACES = {
    line.split()[1]: str(file.relative_to(ROOT / "book").with_suffix(".html"))
    for file in sorted((ROOT / "book").rglob("*.md"))
    for line in file.read_text("utf-8").splitlines()
    if line.startswith("```{moving} ")
}
EACH = pytest.mark.parametrize("name", sorted(PLACES))

TEXTS = """figure => [...figure.querySelectorAll("svg[role] text")].map((text) =>
  [text.textContent, parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a])"""
SIZES = """figure => [...figure.querySelectorAll(".reach, button")].map((each) => {
  const { width, height } = each.getBoundingClientRect();
  return [each.outerHTML, Math.min(width, height)];
})"""


def ready(page: Page, name: str) -> Locator:
    figure = page.locator(f"[data-moving={name}].ready")
    figure.wait_for()
    figure.scroll_into_view_if_needed()
    return figure


def shown(figure: Locator) -> list[str]:
    """What there is to see, and what a slider says of itself."""
    settle(figure.page)
    return figure.evaluate(
        "figure => [...figure.querySelectorAll('svg > g:first-of-type, .moving-words')]"
        ".map((each) => each.innerHTML)"
    )


def settle(page: Page) -> None:
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def reset(figure: Locator) -> None:
    figure.locator("[data-reset]").click(force=True)  # also where nothing has been moved
    settle(figure.page)


def test_every_picture_stands_on_a_page() -> None:
    assert sorted(PLACES) == moving.names()


@EACH
def test_keys_move_every_handle_and_the_change_is_told(
    open_page: Callable[..., Page], name: str
) -> None:
    page = open_page(PLACES[name])
    figure = ready(page, name)
    start = shown(figure)
    for handle in figure.get_by_role("slider").all():
        before = handle.get_attribute("aria-valuetext")
        assert before and handle.get_attribute("aria-label")
        low, high, now = (
            float(handle.get_attribute(f"aria-value{x}")) for x in ("min", "max", "now")
        )
        assert low <= now <= high
        handle.press("ArrowRight" if now < high else "ArrowLeft")
        settle(page)
        assert handle.get_attribute("aria-valuetext") != before
        assert shown(figure) != start
        page.wait_for_function(
            "figure => figure.querySelector('[role=status]').textContent ==="
            " figure.querySelector('.moving-words').textContent",
            arg=figure.element_handle(),
        )
        handle.press("End")
        settle(page)
        assert float(handle.get_attribute("aria-valuenow")) == high
        handle.press("Home")
        settle(page)
        assert float(handle.get_attribute("aria-valuenow")) == low
        reset(figure)
        assert shown(figure) == start
    others = figure.locator("button[data-choice][aria-pressed=false]")
    for choice, value in others.evaluate_all(
        "each => each.map((b) => [b.dataset.choice, b.value])"
    ):
        button = figure.locator(f"button[data-choice={choice}][value='{value}']")
        button.click()
        settle(page)
        assert button.get_attribute("aria-pressed") == "true"
        assert shown(figure) != start
        reset(figure)
    for button in figure.locator("button[data-press]:not([aria-disabled=true])").all():
        button.click()
        assert shown(figure) != start
        reset(figure)
    assert shown(figure) == start
    assert page.url.endswith(PLACES[name])  # no arrow has turned the page


@EACH
def test_a_mouse_drags_each_handle(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(PLACES[name])
    figure = ready(page, name)
    for handle in figure.get_by_role("slider").all():
        before = handle.get_attribute("aria-valuetext")
        for far in (60, -60):  # one of both ways is free
            x, y = middle(handle)  # putting it back may have scrolled the page
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x + far, y - far / 2, steps=4)
            settle(page)
            moved = handle.get_attribute("aria-valuetext") != before
            page.mouse.up()
            reset(figure)
            if moved:
                break
        assert moved, handle.get_attribute("aria-label")


@pytest.fixture
def phone(browser: Browser, site: Build) -> Iterator[Callable[[str], tuple[Page, CDPSession]]]:
    """Open a page on a phone, and its finger."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, offline=True
    )

    def open_page(name: str) -> tuple[Page, CDPSession]:
        page = context.new_page()
        page.goto(f"{site.html.as_uri()}/{name}")
        return page, context.new_cdp_session(page)

    yield open_page
    context.close()


def swipe(finger: CDPSession, x: float, y: float, *moves: tuple[float, float]) -> None:
    def touch(kind: str, points: list[dict[str, float]]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", [{"x": x, "y": y}])
    for dx, dy in moves:
        for part in range(1, 9):
            touch("touchMove", [{"x": x + dx * part / 8, "y": y + dy * part / 8}])
        x, y = x + dx, y + dy
    touch("touchEnd", [])


@EACH
def test_a_finger_moves_it_sideways_and_scrolls_up_and_down(
    phone: Callable[[str], tuple[Page, CDPSession]], name: str
) -> None:
    page, _ = phone(PLACES[name])
    for place in range(ready(page, name).get_by_role("slider").count()):
        page, finger = phone(PLACES[name])  # a page that scrolls on would take the next touch
        figure = ready(page, name)
        start = shown(figure)
        handle = figure.get_by_role("slider").nth(place)
        x, y = middle(handle)
        swipe(finger, x, y, (60 if x < 200 else -60, 4), (0, 50))  # sideways first, then anywhere
        assert shown(figure) != start, handle.get_attribute("aria-label")
        reset(figure)
        x, y = middle(handle)
        before = page.evaluate("scrollY")
        swipe(finger, x, y, (8, -200))
        page.wait_for_function(f"scrollY > {before} + 100")
        assert shown(figure) == start


def middle(handle: Locator) -> tuple[float, float]:
    """Where a handle is, in the middle of a screen that has come to rest."""
    handle.evaluate("each => each.scrollIntoView({ block: 'center' })")
    before, box = None, handle.locator(".knob").bounding_box()
    while box != before:
        handle.page.wait_for_timeout(100)
        before, box = box, handle.locator(".knob").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@EACH
def test_on_a_phone_all_can_be_read_and_touched(
    phone: Callable[[str], tuple[Page, CDPSession]], name: str
) -> None:
    page, _ = phone(PLACES[name])
    figure = ready(page, name)
    for text, size in figure.evaluate(TEXTS):
        assert size >= 12, (text, size)
    for what, size in figure.evaluate(SIZES):
        assert size >= 43.9, (what, size)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_the_line_that_runs_is_seen_with_the_graph_and_the_buttons(
    phone: Callable[[str], tuple[Page, CDPSession]],
) -> None:
    page, _ = phone(PLACES["engine"])
    figure = ready(page, "engine")
    forward = figure.get_by_role("button", name="1歩進む")
    figure.get_by_role("slider").first.press("Home")
    figure.locator("svg").first.evaluate("each => each.scrollIntoView()")
    settle(page)
    lines = []
    while forward.get_attribute("aria-disabled") == "false":
        forward.click()
        settle(page)
        (line,) = figure.locator("[aria-current=step]").all()
        box, above = line.bounding_box(), figure.locator("svg").first.bounding_box()
        assert above["y"] >= 0
        assert box["y"] + box["height"] <= 844, line.inner_text()
        lines.append(line.inner_text().strip())
    assert len(lines) == 18
    assert lines[-1] == "parent.grad += value.grad * slope"


@EACH
def test_without_script_it_is_a_whole_picture(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(PLACES[name], script=False)
    figure = page.locator(f"[data-moving={name}]")
    assert figure.locator("svg").first.is_visible()
    assert figure.locator(".moving-words").is_visible()
    assert figure.get_by_role("slider").count() == 0
    assert not figure.locator("button").first.is_visible()


@EACH
def test_a_reader_of_any_kind_can_use_it(open_page: Callable[..., Page], name: str) -> None:
    for scheme, width in (("light", 1280), ("dark", 390)):
        page = open_page(PLACES[name], scheme=scheme, width=width)
        ready(page, name)
        assert violations(page, f"[data-moving={name}]") == []
