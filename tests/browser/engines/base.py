"""What tests ask of a browser, whichever it is."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

NARROW = (390, 844)
PATIENCE = 30  # seconds for a browser to start, or a page to do what it is to do


class Missing(Exception):
    """A browser is not installed."""


def wait_for(found: Callable[[], Any], what: str) -> Any:
    """What is found, as soon as it is there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.05)
    raise TimeoutError(what)


class Engine(ABC):
    """A browser with one window."""

    def __init__(self) -> None:
        self.stack = ExitStack()

    @abstractmethod
    def go(self, address: str) -> None:
        """Open a page."""

    @abstractmethod
    def go_narrow(self, address: str) -> None:
        """Open a page on a screen as narrow as a phone's."""

    @abstractmethod
    def run(self, script: str, *values: object) -> Any:
        """What a function's body returns in the page, of these `arguments`."""

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""

    @abstractmethod
    def click(self, x: float, y: float) -> None:
        """Click at a place of the window."""

    @abstractmethod
    def console(self, addresses: list[str]) -> list[str]:
        """The lines that pages write to the console when they are opened."""

    @abstractmethod
    def size(self, width: int, height: int) -> None:
        """Make the window so large."""

    def wait(self, condition: str, *values: object) -> None:
        """Wait until an expression is true in the page."""
        wait_for(lambda: self.run(f"return {condition}", *values), condition)
