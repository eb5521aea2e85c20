"""Which revision of the sources is built, and of when: never of the clock's."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from bootstrap.refusal import Refusal

EPOCH, REVISION = "SOURCE_DATE_EPOCH", "BOOK_REVISION"
ARCHIVE = Path(".git_archival.txt")  # `git archive`, and so every ZIP, fills it in
FIRST, LAST = 315532800, 4102444799  # 1980 to 2099: what a ZIP and every clock can name


def settings() -> dict[str, str]:
    """Return what is known of the date and the revision, as variables of the environment.

    What the user has set goes before git's answer; what nobody knows is left out.

    Raises:
        Refusal: the date that was set is none.

    """
    given = {name: os.environ[name] for name in (EPOCH, REVISION) if os.environ.get(name)}
    known = {**(of_repository() or of_archive()), **given}
    epoch = known.get(EPOCH, str(FIRST))
    if not (re.fullmatch(r"[0-9]{1,12}", epoch) and FIRST <= int(epoch) <= LAST):
        raise Refusal(
            f"{EPOCH} は、1970年からの秒数（{FIRST} から {LAST} まで）で指定してください: {epoch}"
        )
    return known


def of_repository() -> dict[str, str]:
    """Ask git, if this folder is the top of a repository and not a folder of another one."""
    top = git("rev-parse", "--show-toplevel")
    if not top or not os.path.samefile(top, "."):
        return {}
    known = {
        EPOCH: git("log", "-1", "--format=%ct"),
        REVISION: git("describe", "--always", "--dirty", "--tags"),
    }
    return {name: value for name, value in known.items() if value}


def git(*arguments: str) -> str:
    """Return git's answer; nothing if there is no git, or no repository that it may read."""
    try:
        command = ["git", *arguments]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()


def of_archive() -> dict[str, str]:
    """Read what `git archive` has noted."""
    noted = re.findall(r"^(\w+)=([^$\s]+)$", ARCHIVE.read_text("utf-8"), re.MULTILINE)
    return dict(noted)
