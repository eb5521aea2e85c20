"""Why nothing can be built here."""

from __future__ import annotations

import errno

DISK_FULL = "ディスクの空きが足りません。空けてから、もう一度 make してください。"
OTHER_FOLDER = "書き込めるフォルダーに置いて、もう一度 make してください。"


class Refusal(Exception):
    """What to tell whoever asked for a build, in one line of Japanese."""


def refusal_of(error: OSError) -> Refusal:
    """Say what the system has refused."""
    if error.errno == errno.ENOSPC:
        return Refusal(DISK_FULL)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return Refusal(f"{error.filename} に書き込めません。{OTHER_FOLDER}")
    return Refusal(f"{error.filename}: {error.strerror}")
