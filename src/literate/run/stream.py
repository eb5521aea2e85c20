"""What a kernel's cells print and show; a cell fails at its line that does not stop in time."""

from __future__ import annotations

from typing import Any

from ipykernel.iostream import OutStream
from ipykernel.zmqshell import ZMQInteractiveShell

from literate.run.ipykernel_api import watch_displays
from literate.words import _

LIMIT = 1_000_000
LIMIT_OF_DISPLAYS = 5_000_000


class OutputLimitError(Exception):
    """A cell put out more than a page can show."""


class BoundedStream(OutStream):
    """The stream of ipykernel, up to a million characters a cell."""

    _written = 0

    def set_parent(self, parent: dict[str, Any]) -> None:
        """Begin a new cell."""
        self._written = 0
        super().set_parent(parent)  # type: ignore[no-untyped-call]  # as ipykernel has it

    def write(self, string: str) -> int | None:  # type: ignore[override]  # as ipykernel does
        """Print.

        Raises:
            OutputLimitError: the cell has printed too much.

        """
        self._written += len(string)
        if self._written > LIMIT:
            message = _("One cell has printed more than {limit:,} characters.")
            raise OutputLimitError(message.format(limit=LIMIT))
        return super().write(string)


class Displays:
    """What one cell has shown: pictures, tables, results."""

    def __init__(self) -> None:
        """Nothing was shown yet."""
        self._shown = 0

    def begin(self, info: object) -> None:
        """Begin a new cell."""
        self._shown = 0

    def show(self, message: dict[str, Any]) -> dict[str, Any]:
        """Let a message pass.

        Raises:
            OutputLimitError: the cell has shown too much.

        """
        self._shown += sum(len(str(part)) for part in message["content"].get("data", {}).values())
        if self._shown > LIMIT_OF_DISPLAYS:
            words = _("One cell has shown pictures and values of more than {limit:,} characters.")
            raise OutputLimitError(words.format(limit=LIMIT_OF_DISPLAYS))
        return message


def load_ipython_extension(shell: ZMQInteractiveShell) -> None:
    """Watch what the cells show."""
    displays = Displays()
    shell.events.register("pre_run_cell", displays.begin)
    watch_displays(shell, displays.show)
