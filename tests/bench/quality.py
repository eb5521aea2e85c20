"""Measure the built site in a real browser, and tell what misses its limit.

A figure is one function: it takes the site and returns its name, its value and its limit. To add
one, write it and name it in FIGURES.
"""

from __future__ import annotations

import gzip
import json
import mimetypes
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from literate.publish.chromium import OPTIONS, launch
from tests.book.test_paper import epub_problems
from tests.booksite.test_interface import untranslated
from tests.booksite.test_search import search_quality
from tests.browser.access import violations
from tests.browser.contrast import ENOUGH, contrasts
from tests.browser.lines import broken_lines
from tests.builds import ROOT, build, differing

LIGHTHOUSE = ROOT / ".quality" / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
RUNS = 3
WAYS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]


@dataclass(frozen=True)
class Figure:
    """A line of the table. A value above the limit misses it, or one below, if `least`."""

    name: str
    value: float
    limit: float
    unit: str = ""
    least: bool = False
    where: str = ""

    @property
    def missed(self) -> bool:
        """Whether the value is on the wrong side of the limit."""
        return self.value < self.limit if self.least else self.value > self.limit

    def __str__(self) -> str:
        """Return the line."""
        bound = "以上" if self.least else "以下"
        value, limit = (f"{number:g} {self.unit}".strip() for number in (self.value, self.limit))
        where = f"（{self.where}）" if self.where else ""
        return f"| {'✗' if self.missed else '✓'} | {self.name} | {value}{where} | {limit}{bound} |"


@dataclass
class Visit:
    """What a first visit to a page transferred and said."""

    size: int = 0
    requests: int = 0
    outside: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


class Compressing(BaseHTTPRequestHandler):
    """A server of files that compresses as servers do."""

    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, *arguments: object) -> None:
        """Serve the files of a folder."""
        self.folder = folder
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Answer with a file, or with the page for what is missing."""
        file = self.folder / unquote(urlsplit(self.path).path).lstrip("/")
        found = file.is_file()
        file = file if found else self.folder / "404.html"
        body = gzip.compress(file.read_bytes(), 9, mtime=0)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder, and yield its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressing, folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Site:
    """The built site; what several figures need is measured once."""

    def __init__(self, folder: Path, address: str, browser: Browser, program: str) -> None:
        """Nothing is measured yet."""
        self.folder, self.address, self.browser, self.program = folder, address, browser, program
        files = (file.relative_to(folder) for file in sorted(folder.rglob("*.html")))
        self.pages = [str(file) for file in files if file.parts[0] != "_static"]
        self.read = [
            page
            for page in self.pages
            if page == "index.html" or page[:7] in ("lesson/", "beyond/")
        ]

    @cached_property
    def reports(self) -> dict[str, list[dict]]:
        """Lighthouse's reports of the home page and the lesson, several for each page."""
        pages = [page for page in self.read if not page.startswith("beyond/")]
        return {page: [self.lighthouse(page) for _ in range(RUNS)] for page in pages}

    def lighthouse(self, page: str) -> dict:
        """Run Lighthouse as on a phone."""
        tell(f"Lighthouse: {page}")
        flags = " ".join(["--headless=new", *OPTIONS])
        command = [LIGHTHOUSE, f"{self.address}/{page}", "--quiet", "--output=json"]
        command += [f"--chrome-flags={flags}", f"--only-categories={','.join(CATEGORIES)}"]
        environment = os.environ | {"CHROME_PATH": self.program}
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        return json.loads(run.stdout)

    @cached_property
    def visits(self) -> dict[str, Visit]:
        """A first visit to each page."""
        return {page: self.visit(page) for page in self.pages}

    def visit(self, name: str) -> Visit:
        """Open a page with nothing kept from before."""
        visit, context = Visit(), self.browser.new_context()
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")

        def add(finished: dict) -> None:
            visit.size += finished["encodedDataLength"]

        def ask(request: dict) -> None:
            url = request["request"]["url"]
            if url.startswith("http"):
                visit.requests += 1
                if not url.startswith(self.address):
                    visit.outside.append(url)

        network.on("Network.loadingFinished", add)
        network.on("Network.requestWillBeSent", ask)
        page.on("console", lambda message: visit.messages.append(message.text))
        page.on("pageerror", lambda error: visit.messages.append(str(error)))
        page.goto(f"{self.address}/{name}", wait_until="networkidle")
        context.close()
        return visit

    @cached_property
    def search(self) -> tuple[float, float]:
        """Recall and precision of the search."""
        return search_quality(self.folder)

    @cached_property
    def contrasts(self) -> dict[str, float]:
        """The lowest contrast of a text on each page, in light and dark."""
        lowest = dict.fromkeys(self.pages, 21.0)
        for scheme in ("light", "dark"):
            context = self.browser.new_context(color_scheme=scheme)
            for name in self.pages:
                page = context.new_page()
                page.goto(f"{self.address}/{name}")
                lowest[name] = min(lowest[name], *(ratio for ratio, _ in contrasts(page)))
                page.close()
            context.close()
        return lowest

    @cached_property
    def violations(self) -> dict[str, list[str]]:
        """What axe finds on each page, light and dark, on a screen and on a phone."""
        found: dict[str, list[str]] = {page: [] for page in self.pages}
        for scheme, width in WAYS:
            size = {"width": width, "height": 900}
            context = self.browser.new_context(viewport=size, color_scheme=scheme)
            for name in self.pages:
                page: Page = context.new_page()
                page.goto(f"{self.address}/{name}")
                tell(f"axe: {name}（{scheme}、{width}px）")
                found[name] += violations(page)
                page.close()
            context.close()
        return found


def tell(words: str) -> None:
    """Tell how far it is."""
    print(words, file=sys.stderr, flush=True)


def score(category: str) -> Callable[[Site], Figure]:
    """Return the figure of one of Lighthouse's scores: that of the worst page."""

    def figure(site: Site) -> Figure:
        scores = {
            page: statistics.median(r["categories"][category]["score"] * 100 for r in reports)
            for page, reports in site.reports.items()
        }
        worst = min(scores, key=scores.__getitem__)
        return Figure(f"Lighthouse {category}", scores[worst], 100, least=True, where=worst)

    return figure


def audit(name: str, audit: str, limit: float, unit: str = "") -> Callable[[Site], Figure]:
    """Return the figure of one of Lighthouse's audits: that of the worst page."""

    def figure(site: Site) -> Figure:
        values = {
            page: round(statistics.median(r["audits"][audit]["numericValue"] for r in reports), 3)
            for page, reports in site.reports.items()
        }
        worst = max(values, key=values.__getitem__)
        return Figure(name, values[worst], limit, unit, where=worst)

    return figure


def weight(site: Site) -> Figure:
    """Return how much a first visit to a page transfers."""
    sizes = {page: site.visits[page].size for page in site.read}
    worst = max(sizes, key=sizes.__getitem__)
    return Figure("はじめて開くときの通信量", round(sizes[worst] / 1024, 1), 70, "KB", where=worst)


def requests(site: Site) -> Figure:
    """Return how many files a first visit to a page asks for."""
    counts = {page: site.visits[page].requests for page in site.read}
    worst = max(counts, key=counts.__getitem__)
    return Figure("はじめて開くときの要求", counts[worst], 12, "件", where=worst)


def outside(site: Site) -> Figure:
    """Return how many requests any page sends to another place."""
    return total("外への要求（全ページ）", {p: v.outside for p, v in site.visits.items()})


def messages(site: Site) -> Figure:
    """Return how many messages any page logs."""
    return total("コンソールの表示（全ページ）", {p: v.messages for p, v in site.visits.items()})


def access(site: Site) -> Figure:
    """Return what axe finds on all pages."""
    return total("axeの違反（全ページ、明暗、1280・390px）", site.violations)


def contrast(site: Site) -> Figure:
    """Return the lowest contrast of any text, with those of formulas and pictures."""
    worst = min(site.contrasts, key=site.contrasts.__getitem__)
    value = round(site.contrasts[worst], 2)
    return Figure("文字と地の明るさの比（明暗）", value, ENOUGH, least=True, where=worst)


def lines(site: Site) -> Figure:
    """Return how many lines break where Japanese must not, on a phone."""
    context = site.browser.new_context(viewport={"width": 390, "height": 900})
    page, found = context.new_page(), {}
    for name in site.pages:
        page.goto(f"{site.address}/{name}")
        found[name] = broken_lines(page)
    context.close()
    return total("禁則の違反（全ページ、390px）", found)


def words(site: Site) -> Figure:
    """Return how many words of the interface are not translated."""
    return total("訳されていない言葉", {"": sorted(untranslated(site.folder))})


def recall(site: Site) -> Figure:
    """Return which part of the right pages the search finds."""
    return Figure("検索の再現率", round(site.search[0], 3), 0.99, least=True)


def precision(site: Site) -> Figure:
    """Return which part of what the search finds is right."""
    return Figure("検索の適合率", round(site.search[1], 3), 0.95, least=True)


def epub(site: Site) -> Figure:
    """Return what epubcheck finds."""
    return total("EPUBの問題", {"": epub_problems(site.folder / "downloads" / "neuron.epub")})


def reproduction(site: Site) -> Figure:
    """Return how many files differ between two builds."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        builds = [build(Path(folder)) for folder in (one, other)]
        assert all(made.returncode == 0 for made in builds), builds
        return total("2回の組み立ての違い", {"": differing(builds[0].html, builds[1].html)})


def total(name: str, found: dict[str, list[str]]) -> Figure:
    """Return the figure of something that must not be there at all."""
    for page, things in found.items():
        for thing in things:
            tell(f"{page}: {thing}")
    pages = "、".join(page for page, things in found.items() if things)
    return Figure(name, sum(map(len, found.values())), 0, "件", where=pages)


FIGURES: list[Callable[[Site], Figure]] = [
    weight,
    requests,
    outside,
    messages,
    access,
    contrast,
    lines,
    words,
    recall,
    precision,
    epub,
    reproduction,
    *map(score, CATEGORIES),
    audit("LCP", "largest-contentful-paint", 1500, "ms"),
    audit("TBT", "total-blocking-time", 50, "ms"),
    audit("CLS", "cumulative-layout-shift", 0.01),
]


def main(folder: Path) -> int:
    """Print the table, and tell whether a figure is missed."""
    with serve(folder) as address, sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        program = browser_program(browser)
        site = Site(folder, address, browser, program)
        figures = [figure(site) for figure in FIGURES]
        browser.close()
    print("|   | 項目 | 値（最悪のページ） | 基準 |\n|---|---|---|---|")
    print("\n".join(map(str, figures)))
    return int(any(figure.missed for figure in figures))


def browser_program(browser: Browser) -> str:
    """Return the program of a browser that runs, so that Lighthouse measures in the same."""
    system = browser.new_browser_cdp_session()
    command = system.send("SystemInfo.getInfo")["commandLine"]
    system.detach()
    return command.split(" --")[0].strip('"')


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
