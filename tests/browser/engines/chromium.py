"""Chromium, Chrome or Edge, by Playwright."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from literate.publish.chromium import BrowserMissing, launch
from tests.browser.engines.base import NARROW, Engine, Missing


class Chromium(Engine):
    """One page of Chromium."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        playwright = self.stack.enter_context(sync_playwright())
        try:
            browser = launch(playwright.chromium)
        except BrowserMissing as missing:
            self.stack.close()
            raise Missing(str(missing)) from missing
        self.stack.callback(browser.close)
        self.page = browser.new_page()
        self.lines: list[str] = []
        self.page.on("console", lambda message: self.lines.append(message.text))
        self.page.on("pageerror", lambda error: self.lines.append(str(error)))

    def go(self, address: str) -> None:
        self.page.goto(address)

    def go_narrow(self, address: str) -> None:
        self.size(*NARROW)
        self.go(address)

    def run(self, script: str, *values: object) -> Any:
        body = f"(values) => (function () {{ {script} }}).apply(null, values)"
        return self.page.evaluate(body, list(values))

    def wait(self, condition: str, *values: object) -> None:
        # by Playwright's own patience, which outlives a page that is left
        self.page.wait_for_function(f"(arguments) => {condition}", arg=list(values))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(x, y)

    def console(self, addresses: list[str]) -> list[str]:
        self.lines.clear()
        for address in addresses:
            self.page.goto(address, wait_until="networkidle")
        return list(self.lines)

    def size(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})
