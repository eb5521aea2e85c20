"""What a kernel's cells print into; a cell that never stops printing fails at its line."""

from __future__ import annotations

from typing import Any

from ipykernel.iostream import OutStream

LIMIT = 1_000_000


class OutputLimitError(Exception):
    """A cell printed more than a page can show."""


class BoundedStream(OutStream):
    """The stream of ipykernel, up to a million characters a cell."""

    _written = 0

    def set_parent(self, parent: dict[str, Any]) -> None:
        """Begin a new cell."""
        self._written = 0
        super().set_parent(parent)

    def write(self, string: str) -> int | None:
        """Print.

        Raises:
            OutputLimitError: the cell has printed too much.

        """
        self._written += len(string)
        if self._written > LIMIT:
            raise OutputLimitError(f"1つのセルが {LIMIT:,} 文字より多く出力しました。")
        return super().write(string)
