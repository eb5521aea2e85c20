"""What ipykernel keeps to itself and a page needs: its own names stand here, and nowhere else.

A new version may have other names; ``tests/literate/test_jupyter_api.py`` tells which of them is
gone. Every kernel loads this module: it imports nothing that a page could miss, or see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

from ipykernel.zmqshell import ZMQInteractiveShell


class Hooked(Protocol):
    """How ipykernel sends pictures, and results."""

    def register_hook(self, hook: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Let a function see each message before it is sent."""


def watch_displays(
    shell: ZMQInteractiveShell, see: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Let a function see each picture and each result before it is sent."""
    cast(Hooked, shell.display_pub).register_hook(see)
    cast(Hooked, shell.displayhook).register_hook(see)
