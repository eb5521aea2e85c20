"""Digests of files and folders, and which of them somebody writes."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import sysconfig
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

ABSENT = ""
NOWHERE = ("/proc/", "/sys/", "/dev/")
IN_MEMORY = "/dev/shm/"  # the one folder there in which files lie as on a disk
BYTECODE = "__pycache__"


def content(path: str) -> str:
    """Return a digest of a file, or nothing where there is no such file."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would wait for somebody to write
            return ABSENT
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ABSENT


def listing(path: str) -> str:
    """Return a digest of the names in a folder; Python's byte code is nobody's input."""
    try:
        names = sorted(set(os.listdir(path)) - {BYTECODE})
    except OSError:
        return ABSENT
    return hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()


def presence(path: str) -> str:
    """Tell whether there is a file or a folder, and how large a file is."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ABSENT
    return f"file {found.st_size}" if stat.S_ISREG(found.st_mode) else "folder"


DIGESTS: dict[str, Callable[[str], str]] = {
    "file": content,
    "folder": listing,
    "presence": presence,
}
"""What can be looked at anew, later and elsewhere; of the rest only the name is told."""


@cache
def installed() -> tuple[str, ...]:
    """Return the folders of Python and of the installed packages."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    bases: tuple[dict[str, str], ...] = ({}, {"base": sys.base_prefix, "platbase": sys.base_prefix})
    found = {sysconfig.get_path(name, vars=base) for name in names for base in bases}
    found.add(str(Path(sys.base_prefix, "lib", "python3")))  # Debian's dist-packages
    if sys.prefix != sys.base_prefix:
        found.add(sys.prefix)
    return tuple(f"{folder}{os.sep}" for folder in sorted(found))


def is_own(path: str) -> bool:
    """Tell whether a file belongs to nobody's package and to no system."""
    place = f"{path}{os.sep}"
    somewhere = place.startswith(IN_MEMORY) or not place.startswith(NOWHERE)
    return somewhere and not place.startswith(installed())


NOT_SOURCES = {BYTECODE, "node_modules"}


def tree(folders: Iterable[Path], without: Iterable[Path]) -> str:
    """Return a digest of all source files: for a run of which nobody knows what it used."""
    left_out = {str(folder) for folder in without}
    digest = hashlib.sha256()
    for folder in sorted({folder.resolve() for folder in folders}):
        for root, names, files in os.walk(folder):
            inside = (name for name in names if is_source(os.path.join(root, name), left_out))
            names[:] = sorted(inside)
            for name in sorted(files):
                file = os.path.join(root, name)
                digest.update(f"{file}\0{DIGESTS['file'](file)}\0".encode("utf-8", "replace"))
    return digest.hexdigest()


def is_source(folder: str, without: set[str]) -> bool:
    """Tell whether somebody writes what is in a folder."""
    name = os.path.basename(folder)
    made = name in NOT_SOURCES or name.startswith(".") or folder in without
    return not made and not os.path.exists(os.path.join(folder, "pyvenv.cfg"))
