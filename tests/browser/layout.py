"""The whole of a page, as a reader has seen it who has scrolled to its end."""

from __future__ import annotations

from playwright.sync_api import Page

ALL = """
  for (const part of document.querySelectorAll("section, .explorer-panel"))
    part.style.contentVisibility = "visible";
"""


def lay_out(page: Page) -> None:
    """Have the browser lay out what is out of sight, too, so it can be measured."""
    page.evaluate(ALL)
