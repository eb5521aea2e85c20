"""What has changed since the last build, by content: the time of a file proves nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Iterator, Mapping, Sequence

from bootstrap.packages import VENV

BUILD = Path("_build")
SOURCES = ("book", "src", "conf.py", "pyproject.toml", "requirements.lock", "LICENSE", "Makefile")
PAPER = "_build/paper"  # the site offers the PDF and the EPUB that lie here
CODE = ("src", "book/_locale")
BYTE_CODE = "__pycache__"
COMPILED = ".mo"  # translations, which Sphinx compiles where they are newer
PACKAGES = ("lib/*/site-packages/*", "lib/site-packages/*", "ready-*")  # the second on Windows
# What a cell, a library or a tool may read.
VARIABLES = ("BOOK_", "SOURCE_DATE_EPOCH", "PYTHON", "LANG", "LC_", "TZ", "MPL", "OMP_", "TORCH")


def cause(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return a digest of all that a site is made from."""
    variables = [item for item in environment.items() if item[0].startswith(VARIABLES)]
    packages = [str(path) for pattern in PACKAGES for path in VENV.glob(pattern)]
    settings = repr((command, sorted(variables), sorted(packages)))
    return hashlib.sha256(f"{settings} {digest(*SOURCES, PAPER)}".encode()).hexdigest()


def digest(*places: str) -> str:
    """Return a digest of all files in these places: of their names and their bytes."""
    everything = hashlib.sha256()
    for file in sorted(file for place in places for file in files(place)):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        everything.update(os.fsencode(f"{file}\0{content}\0"))
    return everything.hexdigest()


def files(place: str) -> Iterator[Path]:
    """Yield a file, or all files of a folder but what is compiled of others."""
    if os.path.isfile(place):
        yield Path(place)
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if name != BYTE_CODE]
        written = (name for name in names if not name.endswith(COMPILED))
        yield from filter(Path.is_file, (Path(folder, name) for name in written))


def drop_what_was_compiled() -> None:
    """Remove byte code and compiled translations if what they were made of has changed.

    Both are taken for fresh by the time of their source.
    """
    seen, code = BUILD / "code.state", digest(*CODE)
    if not seen.exists() or seen.read_text("ascii") != code:
        for folder in [cache for place in CODE for cache in Path(place).rglob(BYTE_CODE)]:
            shutil.rmtree(folder, ignore_errors=True)
        for file in [each for place in CODE for each in Path(place).rglob(f"*{COMPILED}")]:
            file.unlink()
        BUILD.mkdir(exist_ok=True)
        seen.write_text(code, "ascii")
