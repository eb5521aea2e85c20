"""A real browser, offline, for the pages as readers open them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from literate.publish.chromium import BrowserMissing, launch
from tests.builds import Build


@pytest.fixture(scope="module")  # while it is open, no other test can run an event loop
def browser() -> Iterator[Browser]:
    """Chromium, Chrome or Edge. Without any of them the tests fail: they prove something."""
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright.chromium)
        except BrowserMissing as missing:
            pytest.fail(str(missing), pytrace=False)
        yield browser
        browser.close()


class Silent(SimpleHTTPRequestHandler):
    """A server of files that logs nothing."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(site: Build) -> Iterator[str]:
    """The address of the site on a server of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=site.html)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def open_page(browser: Browser, site: Build) -> Iterator[Callable[..., Page]]:
    """Open a page of the site; whatever it logs or asks of any other place fails the test.

    It comes from the disk with the network off, unless `address` is that of a server.
    """
    wrong: list[str] = []
    contexts = []

    def open_page(
        name: str,
        *,
        address: str = "",
        width: int = 1280,
        scheme: str = "light",
        script: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        contexts.append(context)
        context.set_offline(not address)
        root = address or site.html.as_uri()
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"{name}: {error}"))
        page.on("request", lambda r: r.url.startswith(root) or wrong.append(f"{name}: {r.url}"))
        page.on("console", lambda m: wrong.append(f"{name}: {m.text}"))
        page.goto(f"{root}/{name}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong
