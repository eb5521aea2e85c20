"""A real browser, offline, for the pages as readers open them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.builds import Build

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")  # while it is open, no other test can run an event loop
def browser() -> Iterator[Browser]:
    """Chromium as the system has it; nothing is downloaded."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        if "CI" in os.environ:
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium がありません（Debian・Ubuntu では apt-get install chromium）")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, site: Build) -> Iterator[Callable[..., Page]]:
    """Open a page of the site from the disk; whatever it logs or asks of the network fails."""
    wrong: list[str] = []
    contexts = []

    def open_page(
        name: str, *, width: int = 1280, scheme: str = "light", script: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"{name}: {error}"))
        page.on("request", lambda r: r.url.startswith("http") and wrong.append(f"{name}: {r.url}"))
        page.on("console", lambda m: m.type == "error" and wrong.append(f"{name}: {m.text}"))
        page.goto((site.html / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong
