"""What axe says of a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    """Each rule of WCAG and of axe that the page breaks, with the element that breaks it."""
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
    result = Axe().run(page, options={"preload": False})  # no script may read a file from the disk
    return [
        f"{broken['id']}: {node['html']} {node['failureSummary']}"
        for broken in result.response["violations"]
        for node in broken["nodes"]
    ]
