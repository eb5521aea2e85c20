"""What the browsers have in common that take WebDriver's commands."""

from __future__ import annotations

import shutil
import subprocess
from abc import abstractmethod
from typing import Any

from tests.browser.engines.base import NARROW, Engine, Missing

KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c"}
KEYS |= {"Home": "\ue011", "ArrowRight": "\ue014"}
# No window of a desktop is as narrow as a phone: its page stands in a frame.
STYLE = "border:0;width:{}px;height:{}px".format(*NARROW)
FRAME = f"data:text/html,<!DOCTYPE html><iframe style='{STYLE}' src='{{}}'></iframe>"


def program(name: str, package: str) -> str:
    """Where a program is; say which package of Debian has it where it is not."""
    found = shutil.which(name)
    if not found:
        raise Missing(f"{name} が見つかりません。{package} を入れてください。")
    return found


class WebDriver(Engine):
    """A program of its own, that ends with the tests."""

    def start(self, *command: str, **options: Any) -> subprocess.Popen:
        """Start a program, and end it with this browser."""
        process = subprocess.Popen(command, **options)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        return process

    @abstractmethod
    def act(self, *sources: dict) -> None:
        """Perform WebDriver's actions."""

    @abstractmethod
    def enter(self, place: int) -> None:
        """Go into a frame of the page."""

    def go_narrow(self, address: str) -> None:
        self.go(FRAME.format(address))
        self.enter(0)

    def press(self, *keys: str) -> None:
        values = [KEYS.get(key, key) for key in keys]
        strokes = [{"type": kind, "value": v} for v in values for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keys", "actions": strokes})

    def click(self, x: float, y: float) -> None:
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}]
        moves += [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self.act({"type": "pointer", "id": "mouse", "actions": moves})
