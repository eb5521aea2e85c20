"""One build at a time in one tree."""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Iterator

if sys.platform != "win32":
    import fcntl

    def seize(file: IO[str]) -> None:
        """Lock a file, or raise OSError at once; the system lets go of it when its holder ends."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

else:
    import msvcrt

    def seize(file: IO[str]) -> None:
        """Lock a file, or raise OSError at once; the system lets go of it when its holder ends."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)


HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
PATIENCE = 1.0  # seconds until the wait is explained
PAUSE = 0.05


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process holds the file, then hold it, and let children hold it, too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        os.set_inheritable(file.fileno(), True)
        began = time.monotonic()
        told = False
        while taken(file):
            if not told and time.monotonic() - began > PATIENCE:
                print(
                    "このフォルダーで動いている、ほかの make が終わるのを待っています…", flush=True
                )
                told = True
            time.sleep(PAUSE)
        yield


def taken(file: IO[str]) -> bool:
    """Try to lock a file; tell whether another process holds it."""
    try:
        seize(file)
    except OSError as error:  # other errors: a file system without locks, where nobody waits
        return error.errno in HELD
    return False
