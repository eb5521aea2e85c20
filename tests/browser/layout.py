"""The whole of a page, as a reader has seen it who has scrolled to its end."""

from __future__ import annotations

from playwright.sync_api import Page

ALL = "document.querySelectorAll('section').forEach((s) => s.style.contentVisibility = 'visible')"


def lay_out(page: Page) -> None:
    """Have the browser lay out the sections that are out of sight, too, so they can be measured."""
    page.evaluate(ALL)
