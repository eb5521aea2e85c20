"""The graphs in a browser: nothing sticks out, all can be reached, and all is on paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import violations
from tests.builds import PAGES

GRAPH = "lesson/graph.html"
DRAWING = "appendix/drawing.html"

# Each text must lie within the shape that it belongs to, by the measure of the browser.
STICKING_OUT = """
() => [...document.querySelectorAll("svg g.box, svg g.badge")].flatMap((group) => {
  const shape = group.querySelector("rect, polygon, ellipse, circle").getBBox();
  return [...group.querySelectorAll(":scope > text")]
    .map((text) => [text.textContent, text.getBBox()])
    .filter(([, t]) => t.x < shape.x || t.x + t.width > shape.x + shape.width
      || t.y < shape.y - 1 || t.y + t.height > shape.y + shape.height + 1)
    .map(([words]) => words);
})
"""
OUTSIDE = """
() => [...document.querySelectorAll("svg[role=img]")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text, rect, circle, polygon")]
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, r]) => r.width && (r.left < frame.left - 1 || r.right > frame.right + 1
      || r.top < frame.top - 1 || r.bottom > frame.bottom + 1))
    .map(([element]) => element.outerHTML);
})
"""


@pytest.mark.parametrize("name", PAGES)
def test_no_text_leaves_its_box_and_nothing_leaves_its_picture(
    open_page: Callable[..., Page], name: str
) -> None:
    page = open_page(name)
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", [GRAPH, DRAWING])
def test_the_pages_of_graphs_are_accessible(
    open_page: Callable[..., Page], name: str, scheme: str, width: int
) -> None:
    page = open_page(name, scheme=scheme, width=width)
    for link in page.locator(".neuron-folded > .neuron-picture .group > a").all():
        link.dispatch_event("click")
    assert violations(page) == []


def test_the_steps_are_walked_with_buttons_and_keys(open_page: Callable[..., Page]) -> None:
    page = open_page(GRAPH)
    boxes = page.locator(".neuron-steps svg .box")
    now = page.locator(".neuron-steps svg .now text").first
    back, forward = page.get_by_text("← 戻る"), page.get_by_text("進む →")
    caption = page.locator(".neuron-steps-caption")
    expect(caption).to_have_text("順伝播 1/7　w₁x₁の値 0.6000")
    expect(now).to_have_text("w₁x₁")
    assert page.locator(".neuron-steps svg .later").count() == 6  # not the leaves, x and t
    assert not page.locator(".neuron-steps svg .gradient").first.is_visible()

    forward.click()
    expect(caption).to_have_text("順伝播 2/7　w₂x₂の値 −0.4000")
    expect(now).to_have_text("w₂x₂")
    page.keyboard.press("End")
    expect(caption).to_have_text("逆伝播 10/10　w₁の勾配 −0.2002")
    expect(forward).to_have_attribute("aria-disabled", "true")
    assert all(text.is_visible() for text in boxes.locator("text").all())
    page.keyboard.press("ArrowRight")  # stays, and does not turn the page of the book
    expect(page.locator(".neuron-steps-controls output")).to_have_text("17 / 17")
    page.keyboard.press("ArrowLeft")
    expect(caption).to_have_text("逆伝播 9/10　w₁x₁の勾配 −0.2002")
    page.keyboard.press("Home")
    expect(back).to_have_attribute("aria-disabled", "true")
    expect(caption).to_have_text("順伝播 1/7　w₁x₁の値 0.6000")


def test_without_script_and_on_paper_every_step_is_told(open_page: Callable[..., Page]) -> None:
    plain, printed = open_page(GRAPH, script=False), open_page(GRAPH)
    assert plain.locator(".neuron-steps-controls").count() == 0
    printed.emulate_media(media="print")
    assert not printed.locator(".neuron-steps-controls").is_visible()
    for page in (plain, printed):
        told = page.locator(".neuron-steps li, .neuron-steps svg .box text")
        assert told.count() == 17 + 36
        assert all(each.is_visible() for each in told.all())


@pytest.mark.parametrize("name", [GRAPH, DRAWING])
def test_the_graph_can_be_read_on_a_phone(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(name, width=390)
    smallest = page.evaluate("""
      () => Math.min(...[...document.querySelectorAll("svg.neuron-flow text")]
        .filter((text) => text.checkVisibility())
        .map((text) => parseFloat(getComputedStyle(text).fontSize)
          * text.ownerSVGElement.getBoundingClientRect().width
          / text.ownerSVGElement.viewBox.baseVal.width))
    """)
    assert smallest >= 12
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_box_opens_and_closes_by_click_and_by_key(open_page: Callable[..., Page]) -> None:
    page = open_page(DRAWING)
    link = page.locator(".neuron-folded .group > a").first
    inside = page.locator(f"details{link.get_attribute('href')}")
    assert link.text_content().startswith("0 Conv2d")
    expect(link).to_have_attribute("aria-expanded", "false")
    link.click()
    expect(inside.locator(".box").first).to_contain_text("Convolution")
    expect(inside.locator(".box").first).to_be_visible()
    expect(link).to_have_attribute("aria-expanded", "true")
    link.click()
    expect(inside.locator(".box").first).not_to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    expect(inside.locator(".box").first).to_be_visible()
    inside.locator("summary").first.click()
    expect(link).to_have_attribute("aria-expanded", "false")


def test_a_picture_grows_and_shrinks(open_page: Callable[..., Page]) -> None:
    page = open_page(DRAWING)
    svg = page.locator(".neuron-folded svg").first
    controls = page.locator(".neuron-folded .neuron-steps-controls").first
    natural = float(svg.get_attribute("width"))
    width = lambda: svg.evaluate("svg => svg.getBoundingClientRect().width")  # noqa: E731
    assert width() == pytest.approx(natural, abs=1)
    controls.get_by_text("拡大").click()
    page.keyboard.press("+")
    expect(controls.locator("output")).to_have_text("150%")
    assert width() == pytest.approx(natural * 1.5, abs=1)
    for _ in range(9):
        controls.get_by_text("縮小").click()
    assert width() == pytest.approx(natural / 4, abs=1)
    page.keyboard.press("0")
    assert width() == pytest.approx(natural, abs=1)


def test_without_script_the_chosen_depth_is_there_and_a_box_leads_to_its_inside(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(DRAWING, script=False)
    assert page.locator(".neuron-folded .neuron-steps-controls").count() == 0
    first = page.locator(".neuron-folded").first
    assert first.locator("> .neuron-picture .box").first.is_visible()
    inside = first.locator("> details").first
    assert not inside.locator(".box").first.is_visible()
    inside.locator("summary").first.click()
    assert inside.locator(".box").first.is_visible()
