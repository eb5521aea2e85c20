"""A folder for what a build needs for a while: gone with the build, however that ends.

Kernels and readers are often killed, and what they keep in a temporary folder would stay. So they
get theirs inside one of the build's. A build that is killed itself leaves that to the next one: a
lock tells whether somebody who could still use it is alive, and a lock cannot be left behind.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "literate-build-"
VARIABLES = ("TMPDIR", "JUPYTER_RUNTIME_DIR")


def hold(folder: Path) -> bool:
    """Hold a folder while this process or a fork of it lives; tell if nobody else holds it."""
    import fcntl  # Windows has none, and must be able to import this module

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True


def sweep() -> None:
    """Remove the folders that nobody holds any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # of another user, or just removed by somebody else
            if folder.lstat().st_uid == os.getuid() and hold(folder):
                shutil.rmtree(folder)


@contextmanager
def folder() -> Iterator[None]:
    """Let this process and all that it starts keep in a folder of its own what is temporary."""
    sweep()
    unnamed = Path(tempfile.mkdtemp())
    hold(unnamed)  # before it has the name by which others find it
    held = str(unnamed.rename(unnamed.with_name(PREFIX + unnamed.name)))
    before = {name: os.environ.get(name) for name in VARIABLES}, tempfile.tempdir
    os.environ.update(dict.fromkeys(VARIABLES, held))
    tempfile.tempdir = held
    try:
        yield
    finally:
        variables, tempfile.tempdir = before
        for name in VARIABLES:
            os.environ.pop(name)
        os.environ.update({name: value for name, value in variables.items() if value is not None})
        shutil.rmtree(held, ignore_errors=True)
