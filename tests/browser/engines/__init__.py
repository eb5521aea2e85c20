"""The browsers in which every reader's paths are tried: each has the same few commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.browser.engines.base import Engine
from tests.browser.engines.chromium import Chromium
from tests.browser.engines.firefox import Firefox
from tests.browser.engines.webkit import WebKit

ENGINES: dict[str, Callable[[Path], Engine]] = {
    "Chromium": Chromium,
    "Firefox": Firefox,
    "WebKit": WebKit,
}
