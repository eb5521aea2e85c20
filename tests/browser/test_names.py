"""What a screen reader is told of a page: Chromium's tree of names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.builds import PAGES

TEXTS = """
() => [...document.querySelectorAll("h1, h2, h3, h4, [role=heading]")].map((one) => {
  const copy = one.cloneNode(true);
  for (const mark of copy.querySelectorAll(".headerlink")) mark.remove();
  return copy.textContent.replace(/\\s+/g, " ").trim();
})
"""


def names(page: Page, *roles: str) -> list[str]:
    """The names of what has one of these roles."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    seen = [node for node in tree if not node["ignored"] and node["role"]["value"] in roles]
    return [node["name"]["value"] for node in seen]


@pytest.mark.parametrize("name", PAGES)
def test_names_have_no_space_inside_and_no_two_buttons_share_one(
    open_page: Callable[..., Page], name: str
) -> None:
    page = open_page(name)
    page.wait_for_function("performance.timing.loadEventEnd > 0")
    texts = set(page.evaluate(TEXTS))
    headings = names(page, "heading")
    assert headings
    assert [heading for heading in headings if heading not in texts] == []
    contents = page.locator("nav a[aria-current=page]")
    assert contents.count() == 1
    assert contents.text_content().strip() in names(page, "link")
    buttons = names(page, "button")
    assert "" not in buttons
    assert [each for each, times in Counter(buttons).items() if times > 1] == []


def test_an_output_is_called_one(open_page: Callable[..., Page]) -> None:
    page = open_page("lesson/forward.html")
    outputs = page.locator(".cell_output").all_text_contents()
    assert outputs
    assert all(output.strip().startswith("出力") for output in outputs)
