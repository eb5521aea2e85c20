"""Write in one way what differs from run to run, and says nothing, before outputs are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from literate.words import _, later

CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?"
DAY = r"\d{4}-\d\d-\d\d"
ZONE = r"(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
UNIT = r"(?:ns|[u\u00b5\u03bc]s|ms|s|secs?|seconds?|min|minutes?|h|hours?)"
DURATION = rf"\d+(?:\.\d+)?(?:e[+-]?\d+)? ?{UNIT}"
FOLDERS = r"(?:[A-Za-z]:)?(?:[\\/][\w.+@-]+)+[\\/](?=[\w.+@-])"

USE = later("literate_normalizers is a dict of names and pairs (regular expression, text): {value}")


class Normalizer(NamedTuple):
    """What is looked for, and what is written in its place."""

    pattern: re.Pattern[str]
    text: str


READY = {
    "addresses": Normalizer(re.compile(r"\b0x[0-9a-fA-F]+\b"), "0x0"),
    "times": Normalizer(
        re.compile(rf"(?<![\w.:-])(?:{DAY}(?:[ T]{CLOCK}{ZONE})?|{CLOCK}|{DURATION})(?![\w:-])"),
        "<time>",
    ),
    "paths": Normalizer(re.compile(rf"(?<![\w.:/\\<>-]){FOLDERS}"), "<path>/"),
}


def named(own: object) -> dict[str, Normalizer]:
    """Return the normalizers that are ready, and an author's own.

    Raises:
        ValueError: one of them is no pair of a regular expression and a text.

    """
    if not isinstance(own, Mapping):
        raise ValueError(_(USE).format(value=repr(own)))
    return READY | {name: _normalizer(name, pair) for name, pair in own.items()}


def _normalizer(name: str, pair: Any) -> Normalizer:
    is_pair = isinstance(pair, tuple | list) and [*map(type, pair)] == [str, str]
    if not isinstance(name, str) or not re.fullmatch(r"[\w-]+", name) or not is_pair:
        raise ValueError(_(USE).format(value=repr({name: pair})))
    try:
        pattern = re.compile(pair[0])
        re.compile(f"(?:{pair[0]})?").sub(pair[1], "")  # so that the text is looked at
    except (re.error, IndexError) as error:
        message = _("literate_normalizers: {name} cannot be read ({error}): {value}")
        raise ValueError(message.format(name=name, error=error, value=repr(pair))) from error
    return Normalizer(pattern, pair[1])


def normalized(line: str, normalizers: Iterable[Normalizer]) -> str:
    """Return a line with all that they find replaced, one after the other."""
    for each in normalizers:
        line = each.pattern.sub(each.text, line)
    return line
