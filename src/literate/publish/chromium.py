"""A browser that prints and tests pages: the one that is there, or one that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Browser, BrowserType, Error

from literate.words import _, later

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
MISSING = later(
    "Chromium, Chrome or Edge is needed. Install one, and run this again "
    "(Debian, Ubuntu: apt-get install chromium fonts-noto-cjk)."
)


class BrowserMissing(Exception):
    """No browser is there, and none can be installed."""


def launch(chromium: BrowserType) -> Browser:
    """Start the system's Chromium, Chrome or Edge, or Playwright's own; install one if need be.

    Raises:
        BrowserMissing: if there is none, and neither Playwright nor apt can bring one.

    """
    installs: tuple[Callable[[], None], ...] = (lambda: None, by_playwright, by_apt)
    for install in installs:
        install()
        programs = filter(None, map(shutil.which, ("chromium", "chromium-browser")))
        ways: list[dict[str, Any]] = [{"executable_path": program} for program in programs]
        for way in [*ways, {"channel": "chrome"}, {"channel": "msedge"}, {}]:
            with suppress(Error):
                return chromium.launch(args=OPTIONS, **way)
    raise BrowserMissing(_(MISSING))


def by_playwright() -> None:
    """Download Playwright's own Chromium into the user's cache."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    subprocess.run(command, capture_output=True, check=False)


def by_apt() -> None:
    """Install Debian's Chromium, with Japanese letters, where this user may."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        for command in (["update"], ["install", "-y", "chromium", "fonts-noto-cjk"]):
            subprocess.run(["apt-get", "-qq", *command], capture_output=True, check=False)
