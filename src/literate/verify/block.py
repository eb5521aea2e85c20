"""What an expected block says: what a cell must print, and how exactly.

A block begins with its options. A book or a page can set the same options for all of its blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Flag, auto
from itertools import takewhile
from math import isfinite

from literate.verify.normalizers import READY, Normalizer
from literate.words import _, listed

OPTION = re.compile(r":(?P<name>[\w-]+):\s*(?P<value>.*)", re.S)
STREAMS = ("stdout", "stderr")


class Rule(Flag):
    """A rule of comparison that a block can turn on with ``+`` and off with ``-``."""

    NONE = 0
    ELLIPSIS = auto()
    NORMALIZE_WHITESPACE = auto()
    IGNORE_EXCEPTION_DETAIL = auto()
    ACCEPT_TRUE_FOR_1 = auto()
    FLOAT_CMP = auto()
    BY_VALUE = auto()


NAMES = {name: rule for name, rule in Rule.__members__.items() if rule}


class PageError(Exception):
    """A page whose source cannot be understood; carries the line."""

    def __init__(self, line: int, message: str) -> None:
        """Keep the line (1-based) beside the message."""
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Expected:
    """A ``{testoutput}`` block: what a cell must print, and how exactly."""

    line: int
    """The 1-based line of its fence."""
    text: str
    rules: Rule = Rule.FLOAT_CMP
    rtol: float | None = None
    atol: float | None = None
    """The tolerances that the block sets itself."""
    normalize: tuple[str, ...] = ()
    """The names of what is written in one way on both sides before they are compared."""
    normalizers: dict[str, Normalizer] = field(default_factory=lambda: READY)
    """All that have a name."""
    stream: str = "stdout"
    """Where the cell must write it; results and exceptions are with the ordinary one."""
    options: tuple[str, ...] = ()
    """The lines of its options."""
    fence: str = "```"
    place: tuple[int, int] = (0, 0)
    """The 0-based, half-open range of its lines, fences included."""


def option_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the lines at the beginning of a block that are read as its options."""
    return tuple(takewhile(OPTION.fullmatch, lines))


def with_options(expected: Expected, options: Iterable[str]) -> Expected:
    """Return a block with these lines of options.

    Raises:
        PageError: there is no such option, or it cannot have this value.

    """
    line = expected.line
    for match in map(OPTION.fullmatch, options):
        assert match is not None  # `option_lines` has found it, or `usual_block` has written it
        name, value = match["name"], match["value"].strip()
        if name == "options":
            expected = replace(expected, rules=_rules(value, expected.rules, line))
        elif name == "rtol":
            expected = replace(expected, rtol=_tolerance(name, value, line))
        elif name == "atol":
            expected = replace(expected, atol=_tolerance(name, value, line))
        elif name == "normalize":
            names = _normalize(value, expected)
            expected = replace(expected, normalize=names)
        elif name == "stream":
            expected = replace(expected, stream=_one_of(STREAMS, name, value, line))
        else:
            message = _(
                "testoutput has no option :{name}:. If it is a part of the output, "
                'put a line ":options: +FLOAT_CMP" and a blank one before it.'
            )
            raise PageError(line, message.format(name=name))
    return expected


def _rules(value: str, rules: Rule, line: int) -> Rule:
    for word in value.replace(",", " ").split():
        rule = NAMES.get(word[1:])
        if word[0] not in "+-" or rule is None:
            message = _(
                "The :options: of testoutput cannot have {word}. "
                "Choose of these, with + or - before it: {known}"
            )
            raise PageError(line, message.format(word=word, known=listed(NAMES)))
        rules = rules | rule if word[0] == "+" else rules & ~rule
    return rules


def _tolerance(name: str, value: str, line: int) -> float:
    try:
        tolerance = float(value)
    except ValueError:
        tolerance = -1.0
    if not isfinite(tolerance) or tolerance < 0:
        message = _("The :{name}: of testoutput is a number that is not below 0: {value}")
        raise PageError(line, message.format(name=name, value=value))
    return tolerance


def _normalize(value: str, expected: Expected) -> tuple[str, ...]:
    """Return the names that a block adds to those of its page."""
    names = value.replace(",", " ").split()
    for name in names:
        _one_of(tuple(expected.normalizers), "normalize", name, expected.line)
    return tuple(dict.fromkeys((*expected.normalize, *names)))


def _one_of(known: tuple[str, ...], name: str, value: str, line: int) -> str:
    if value not in known:
        message = _("The :{name}: of testoutput cannot have {value}. Choose of these: {known}")
        raise PageError(line, message.format(name=name, value=value, known=listed(known)))
    return value
