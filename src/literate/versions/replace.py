"""Replace a file as a whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write(file: Path, text: str) -> None:
    """Write a text beside a file, then put it in the file's place."""
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(text, "utf-8")
    os.replace(beside, file)
