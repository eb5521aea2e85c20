"""What axe says of a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page, within: str | None = None) -> list[str]:
    """Each rule of axe that the page, or an element of it, breaks, with what breaks it."""
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
    options = {"preload": False}  # no script may read a file from the disk
    result = Axe().run(page, context=within, options=options)
    return [
        f"{broken['id']}: {node['html']} {node['failureSummary']}"
        for broken in result.response["violations"]
        for node in broken["nodes"]
    ]
