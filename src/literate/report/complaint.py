"""End a build with one line where somebody can mend the cause.

Sphinx prints a page for every error, its own and those of extensions, and asks for a report.
"""

from __future__ import annotations

import errno
import re
from typing import Any

from sphinx.errors import SphinxError, SphinxParallelError

from literate.run import sphinx_api
from literate.run.machine import TOO_FEW_FILES
from literate.words import _, later

FULL = later("The disk or the temporary folder is full. Make room, and try again.")
FORBIDDEN = later("Something cannot be read or written. Look at the permissions, and try again.")
REFUSALS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: FORBIDDEN,
    errno.EACCES: FORBIDDEN,
    errno.EMFILE: TOO_FEW_FILES,
    errno.ENFILE: TOO_FEW_FILES,
}


def use_one_line() -> None:
    """Let Sphinx say no more than one line where that says what to do."""
    sphinx_api.end_with(complain)


def complain(ordinary: Any, exception: BaseException, /, **options: Any) -> None:
    """Print the line, or else what Sphinx would."""
    words = words_of(exception)
    if words is None or options.get("print_traceback") or options.get("use_pdb"):
        ordinary(exception, **options)
    else:
        print(words, file=options["stderr"])


def words_of(exception: BaseException) -> str | None:
    """Return the line for an error whose cause is not in the code; None for any other."""
    # A process of its own hands its exception on as the text of a traceback.
    told = f"{exception} {getattr(exception, 'traceback', '')}"
    refused = re.search(r"(?:\[Errno |Error\()(\d+).*", told)
    if refused and int(refused[1]) in REFUSALS:
        words = _(REFUSALS[int(refused[1])])
        return _("{words} ({error})").format(words=words, error=refused[0])
    if "database or disk is full" in told:  # SQLite's word for it
        return _(FULL)
    by_author = isinstance(exception, SphinxError) and not isinstance(
        exception, SphinxParallelError
    )
    if by_author and getattr(exception, "orig_exc", None) is None:
        return str(exception)
    return None
