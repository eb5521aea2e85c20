"""Find a Python that is new enough for the book."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from bootstrap.refusal import Refusal

OLDEST = (3, 11)
NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python")
QUESTION = "import os, sys; print(*sys.version_info[:3]); print(os.path.realpath(sys.executable))"


class Python(NamedTuple):
    """A Python: what to call, and what it says of itself."""

    name: str
    version: tuple[int, ...]
    program: str

    def __str__(self) -> str:
        """Name it and its version."""
        return f"{self.name} {'.'.join(map(str, self.version))}"


def find(asked: str) -> Python:
    """Return the Python that was asked for, or else the first that is new enough.

    Raises:
        Refusal: there is none.

    """
    found = list(filter(None, map(ask, [asked] if asked else NAMES)))
    for python in found:
        if python.version >= OLDEST:
            return python
    there = "、".join(map(str, found)) or "なし"
    raise Refusal(
        f"Python 3.11 以降が要ります（{asked or '見つかったもの'}: {there}）。入れてから、もう一度"
        " make してください（場所の指定: make BASE_PYTHON=/path/to/python3）。"
    )


def ask(name: str) -> Python | None:
    """Ask a Python what it is; None if it does not answer."""
    try:
        answer = subprocess.run([name, "-c", QUESTION], capture_output=True, text=True, check=True)
        version, program = answer.stdout.splitlines()
        return Python(name, tuple(map(int, version.split())), program)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None
