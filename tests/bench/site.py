"""The built site in Chromium, and in Lighthouse; what several figures need is measured once."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from playwright.sync_api import Browser, Page

from literate.publish.chromium import OPTIONS
from tests.bench.figure import tell
from tests.booksite.test_search import search_quality
from tests.browser.access import violations
from tests.builds import ROOT

LIGHTHOUSE = ROOT / ".quality" / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
RUNS = 5
NOT_READ = ("404.html", "search.html")
WAYS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]
# Home and the lightest page of the lesson, which are to be perfect, …
BEST = ("index.html", "appendix/symbols.html")
# … and the heaviest: of the most elements, of several pictures, of the most scripts.
HEAVIEST = (
    "lesson/explorer.html",
    "beyond/engine.html",
    "beyond/reverse_mode.html",
    "practice/overfitting.html",
    "appendix/drawing.html",
)


@dataclass
class Visit:
    """What a first visit to a page transferred and said."""

    size: int = 0
    requests: int = 0
    outside: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


class Site:
    """The built site; what several figures need is measured once."""

    def __init__(self, folder: Path, address: str, browser: Browser, program: str) -> None:
        """Nothing is measured yet."""
        self.folder, self.address, self.browser, self.program = folder, address, browser, program
        files = (file.relative_to(folder) for file in sorted(folder.rglob("*.html")))
        self.pages = [str(file) for file in files if file.parts[0] != "_static"]

    @cached_property
    def reports(self) -> dict[str, list[dict]]:
        """Lighthouse's reports of each page; several of those that have limits of their own.

        These are taken far from each other, so that what disturbs the machine meets few of them.
        """
        pages = [page for page in self.pages if page not in NOT_READ]
        found = {page: [self.lighthouse(page)] for page in pages}
        for _ in range(RUNS - 1):
            for page in (*BEST, *HEAVIEST):
                found[page].append(self.lighthouse(page))
        return found

    def scores(self, category: str, pages: Iterable[str]) -> dict[str, float]:
        """Return one of Lighthouse's scores of pages."""
        return self.median(pages, lambda report: report["categories"][category]["score"] * 100)

    def audits(self, audit: str, pages: Iterable[str]) -> dict[str, float]:
        """Return one of Lighthouse's numbers of pages."""
        return self.median(pages, lambda report: report["audits"][audit]["numericValue"])

    def median(self, pages: Iterable[str], of: Callable[[dict], float]) -> dict[str, float]:
        """Return what stands in the middle of the reports of pages."""
        return {page: statistics.median(map(of, self.reports[page])) for page in pages}

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
