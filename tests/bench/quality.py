"""Measure the built site in real browsers, and tell what misses its limit.

A figure is one function: it takes the site and returns its name, its values and its limit. To add
one, write it and name it in FIGURES. What each browser has is in ``in_engines.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from literate.publish.chromium import launch
from tests.bench import in_engines
from tests.bench.figure import BOOK, Figure, Value, count, highest, lowest, table
from tests.bench.serving import serve
from tests.bench.site import BEST, CATEGORIES, HEAVIEST, Site
from tests.book.test_paper import epub_problems
from tests.booksite.test_interface import untranslated
from tests.browser.lines import broken_lines
from tests.builds import build, differing

CHROMIUM = "Chromium"


def best(category: str) -> Callable[[Site], Figure]:
    """Return the figure of one of Lighthouse's scores: home and the lightest page have all."""

    def figure(site: Site) -> Figure:
        value = lowest(site.scores(category, BEST))
        name = f"Lighthouse {category}（入り口と、いちばん軽いページ）"
        return Figure(name, {CHROMIUM: value}, 100, least=True)

    return figure


def performance(site: Site) -> Figure:
    """Return how fast the slowest page is."""
    value = lowest(site.scores("performance", site.reports))
    return Figure("Lighthouse performance（全ページ）", {CHROMIUM: value}, 97, least=True)


def blocking(site: Site) -> Figure:
    """Return how long the heaviest pages do not answer while they load."""
    value = highest(site.audits("total-blocking-time", HEAVIEST))
    return Figure("TBT（重いページ）", {CHROMIUM: value}, 100, "ms")


def painting(site: Site) -> Figure:
    """Return how long it takes until the most of a page is seen."""
    value = highest(site.audits("largest-contentful-paint", BEST))
    return Figure("LCP（入り口と、いちばん軽いページ）", {CHROMIUM: value}, 1500, "ms")


def shifting(site: Site) -> Figure:
    """Return how much moves while a page loads."""
    value = highest(site.audits("cumulative-layout-shift", site.reports))
    return Figure("CLS（全ページ）", {CHROMIUM: value}, 0.01)


def weight(site: Site) -> Figure:
    """Return how much a first visit to a page transfers."""
    sizes = {page: round(visit.size / 1024, 1) for page, visit in site.visits.items()}
    return Figure("はじめて開くときの通信量（全ページ）", {CHROMIUM: highest(sizes)}, 70, "KB")


def requests(site: Site) -> Figure:
    """Return how many files a first visit to a page asks for."""
    counts = {page: visit.requests for page, visit in site.visits.items()}
    return Figure("はじめて開くときの要求（全ページ）", {CHROMIUM: highest(counts)}, 12, "件")


def outside(site: Site) -> Figure:
    """Return how many requests any page sends to another place."""
    value = count({page: visit.outside for page, visit in site.visits.items()})
    return Figure("外への要求（全ページ）", {CHROMIUM: value}, 0, "件")


def access(site: Site) -> Figure:
    """Return what axe finds on all pages."""
    value = count(site.violations)
    return Figure("axeの違反（全ページ、明暗、1280・390px）", {CHROMIUM: value}, 0, "件")


def lines(site: Site) -> Figure:
    """Return how many lines break where Japanese must not, on a phone."""
    context = site.browser.new_context(viewport={"width": 390, "height": 900})
    page, found = context.new_page(), {}
    for name in site.pages:
        page.goto(f"{site.address}/{name}")
        found[name] = broken_lines(page)
    context.close()
    return Figure("禁則の違反（全ページ、390px）", {CHROMIUM: count(found)}, 0, "件")


def words(site: Site) -> Figure:
    """Return how many words of the interface are not translated."""
    value = count({"": sorted(untranslated(site.folder))})
    return Figure("訳されていない言葉", {BOOK: value}, 0, "件")


def recall(site: Site) -> Figure:
    """Return which part of the right pages the search finds."""
    return Figure("検索の再現率", {BOOK: Value(round(site.search[0], 3))}, 0.99, least=True)


def precision(site: Site) -> Figure:
    """Return which part of what the search finds is right."""
    return Figure("検索の適合率", {BOOK: Value(round(site.search[1], 3))}, 0.95, least=True)


def epub(site: Site) -> Figure:
    """Return what epubcheck finds."""
    value = count({"": epub_problems(site.folder / "downloads" / "neuron.epub")})
    return Figure("EPUBの問題", {BOOK: value}, 0, "件")


def reproduction(site: Site) -> Figure:
    """Return how many files differ between two builds."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        builds = [build(Path(folder)) for folder in (one, other)]
        assert all(made.returncode == 0 for made in builds), builds
        value = count({"": differing(builds[0].html, builds[1].html)})
        return Figure("2回の組み立ての違い", {BOOK: value}, 0, "件")


FIGURES: list[Callable[[Site], Figure]] = [
    *map(best, CATEGORIES),
    performance,
    blocking,
    painting,
    shifting,
    weight,
    requests,
    outside,
    access,
    lines,
    words,
    recall,
    precision,
    epub,
    reproduction,
]


def main(folder: Path) -> int:
    """Print the table, and tell whether a figure is missed."""
    with serve(folder) as address:
        with sync_playwright() as playwright:
            browser = launch(playwright.chromium)
            site = Site(folder, address, browser, browser_program(browser))
            figures = [figure(site) for figure in FIGURES]
            browser.close()
        figures += in_engines.figures(address, site.pages)
    print(table(figures))
    return int(any(figure.missed for figure in figures))


def browser_program(browser: Browser) -> str:
    """Return the program of a browser that runs, so that Lighthouse measures in the same."""
    system = browser.new_browser_cdp_session()
    command = system.send("SystemInfo.getInfo")["commandLine"]
    system.detach()
    return command.split(" --")[0].strip('"')


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
