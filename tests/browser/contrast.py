"""How well the words of a page stand out, as WCAG counts it: also where axe cannot tell.

What stands in a picture, in a formula or on something half transparent, axe leaves undecided.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

ENOUGH = 4.5
MEASURE = Path(__file__).with_suffix(".js").read_text("utf-8")


def contrasts(page: Page) -> list[tuple[float, str]]:
    """Each visible text with its contrast; that of large letters counts half as much more."""
    return [(ratio, words) for ratio, words in page.evaluate(MEASURE)]


def too_pale(page: Page) -> list[str]:
    """The texts of a page that are hard to read."""
    return [f"{ratio:.2f} {words}" for ratio, words in contrasts(page) if ratio < ENOUGH]
