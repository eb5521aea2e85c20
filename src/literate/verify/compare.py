"""Compare what a cell printed with what the page says that it prints.

Text compares exactly, but for blanks at the end of a line. Floats compare with a tolerance where
both are written in the same way, so that no version or rounding is taken for a number of a run;
sets compare whatever their order. Of an exception that was raised its stack is left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from math import copysign

from literate.verify.block import Expected, Rule
from literate.verify.normalizers import Normalizer, normalized
from literate.verify.printed import HEADER, Printed, without_end
from literate.verify.sets import in_order
from literate.verify.values import equal_values
from literate.words import _

DOTS = "..."
RTOL = 1e-5
TRUTHS = {("1", "True"), ("0", "False")}
ENOUGH = 7  # significant digits that no author rounds to: how many more there are is chance

Piece = str | re.Match[str]
FLOAT = re.compile(
    r"(?<![\w.])(?<![A-Za-z_][+-])"  # not in a word or a version
    r"(?P<sign>[+-]?)(?P<whole>0|[1-9]\d*|(?=\.\d))(?=[.eE])"
    r"(?P<point>\.\d*)?(?P<exponent>[eE][+-]?\d+)?(?P<imaginary>j?)"
    r"(?!\w|\.\w|\.\.|[+-][A-Za-z_])",
    re.ASCII,
)


def difference(expected: Expected, got: Printed) -> str | None:
    """Return a unified diff where a cell printed something else than was expected, else None."""
    if matches(expected, got):
        return None
    names = (_("expected"), _("printed"))
    lines = difflib.unified_diff(expected.text.split("\n"), got.lines, *names, lineterm="")
    return "\n".join(lines)


def matches(expected: Expected, got: Printed) -> bool:
    """Tell whether a cell printed what was expected."""
    return _stated(expected, got) is not None


def proves(expected: Expected, got: Printed) -> bool:
    """Tell whether a block is equal, says something, and states a fact of each rich output."""
    stated = _stated(expected, got)
    if stated is None or not _says_something(expected):
        return False
    return all(any(line in stated for line in facts_of) for facts_of in got.rich)


def _says_something(expected: Expected) -> bool:
    """Tell whether a block has a word for which not any other may stand."""
    if not expected.normalize and Rule.ELLIPSIS not in expected.rules:
        return True
    left = [each._replace(text="") for each in _normalizers(expected)]
    words = (normalized(line, left) for line in expected.text.split("\n"))
    return any(line.strip(". ") for line in words)


def _normalizers(expected: Expected) -> list[Normalizer]:
    return [expected.normalizers[name] for name in expected.normalize]


def _stated(expected: Expected, got: Printed) -> set[int] | None:
    """Return the lines of the facts that a block states; None where it differs."""
    normalizers = _normalizers(expected)
    texts = (expected.text.split("\n"), got.lines)
    want, have = (without_end([normalized(line, normalizers) for line in text]) for text in texts)
    optional = {line for facts_of in got.rich for line in facts_of}
    if got.raised is not None:
        number = have[: got.raised].count(HEADER)
        want, have = (_exception(lines, number, expected.rules) for lines in (want, have))
    stated: set[int] = set()
    kept: list[str] = []
    for line, words in enumerate(have):
        if line in optional:
            if not _equal("".join(want[len(kept) : len(kept) + 1]), words, expected):
                continue
            stated |= {line} if want[len(kept)].strip(" .") else set()
        kept.append(words)
    return stated if _equal("\n".join(want), "\n".join(kept), expected) else None


def _exception(lines: list[str], number: int, rules: Rule) -> list[str]:
    """Leave out the stack after a header of that number, and the message where a rule says so."""
    headers = [place for place, line in enumerate(lines) if line == HEADER]
    if number >= len(headers):
        return lines
    start = stop = headers[number] + 1
    while stop < len(lines) and lines[stop].startswith((" ", "\t")):
        stop += 1
    message = lines[stop:]
    if Rule.IGNORE_EXCEPTION_DETAIL in rules:
        message = [line.partition(":")[0].rpartition(".")[2] for line in message[:1]]
    return [*lines[:start], *message]  # dots in place of the stack would stand for the message


def _equal(want: str, have: str, expected: Expected) -> bool:
    if Rule.NORMALIZE_WHITESPACE in expected.rules:
        want, have = (" ".join(text.split()) for text in (want, have))
    if want == have:
        return True
    if Rule.ACCEPT_TRUE_FOR_1 in expected.rules and (want, have) in TRUTHS:
        return True
    if Rule.BY_VALUE in expected.rules and _same_value(want, have, expected):
        return True
    # Nothing spans lines but what dots stand for.
    parts = [
        [text] if Rule.ELLIPSIS in expected.rules else text.split("\n") for text in (want, have)
    ]
    if len(parts[0]) != len(parts[1]):
        return False
    return all(a == b or _near_enough(a, b, expected) for a, b in zip(*parts, strict=True))


def _same_value(want: str, have: str, expected: Expected) -> bool:
    """Tell whether two texts are equal as Python values, the whole or each line."""
    parts = (want.split("\n"), have.split("\n"))
    rtol = RTOL if expected.rtol is None else expected.rtol
    same = partial(equal_values, rtol=rtol, atol=expected.atol or 0)
    if same(want, have):
        return True
    return len(parts[0]) == len(parts[1]) and all(
        a == b or same(a, b) or _near_enough(a, b, expected) for a, b in zip(*parts, strict=True)
    )


def _near_enough(want: str, have: str, expected: Expected) -> bool:
    if _fits(want, have, expected):
        return True
    return "{" in want and _fits(in_order(want), in_order(have), expected)


def _fits(want: str, have: str, expected: Expected) -> bool:
    """Tell whether a text can be read as another one: its floats as near ones, its dots as any."""
    end = partial(_end, have=have, floats=_floats(have), expected=expected)
    pieces = _pieces(want, expected.rules)
    if Rule.ELLIPSIS not in expected.rules:
        return end(pieces, 0) == len(have)
    first, *others = _chunks(pieces)
    place = end(first, 0)
    if not others or place is None:
        return place == len(have)
    *middle, last = others
    for chunk in middle:
        ends = (end(chunk, start) for start in range(place, len(have) + 1))
        place = next((found for found in ends if found is not None), None)
        if place is None:
            return False
    return not last or any(end(last, start) == len(have) for start in range(place, len(have) + 1))


@lru_cache(maxsize=256)
def _floats(text: str) -> dict[int, re.Match[str]]:
    return {match.start(): match for match in FLOAT.finditer(text)}


def _chunks(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Return the pieces between the dots."""
    chunks: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece == DOTS:
            chunks.append([])
        else:
            chunks[-1].append(piece)
    return chunks


def _pieces(text: str, rules: Rule) -> Iterator[Piece]:
    """Yield the floats of a text, the dots if they stand for others, and what is between them."""
    place = 0
    for match in FLOAT.finditer(text) if Rule.FLOAT_CMP in rules else ():
        yield from _literals(text[place : match.start()], rules)
        yield match
        place = match.end()
    yield from _literals(text[place:], rules)


def _literals(text: str, rules: Rule) -> list[str]:
    return re.split(r"(\.{3})", text) if Rule.ELLIPSIS in rules else [text]


def _end(
    chunk: Iterable[Piece],
    place: int,
    *,
    have: str,
    floats: dict[int, re.Match[str]],
    expected: Expected,
) -> int | None:
    """Return where a chunk ends in a text in which it begins at a place; None where it does not."""
    for piece in chunk:
        if not isinstance(piece, str):
            if place in floats and _near(piece, floats[place], expected):
                place = floats[place].end()
                continue
            piece = piece[0]
        if not have.startswith(piece, place):
            return None
        place += len(piece)
    return place


def _near(want: re.Match[str], have: re.Match[str], expected: Expected) -> bool:
    """Tell whether two floats are equal but for their last digits; the sign of a zero counts."""
    if want[0] == have[0]:
        return True
    if _form(want) != _form(have) or not (_own_tolerance(expected) or _alike(want, have)):
        return False
    rtol = RTOL if expected.rtol is None else expected.rtol
    a, b = (float(match[0].removesuffix("j")) for match in (want, have))
    if a == b == 0 and not expected.atol:
        return copysign(1, a) == copysign(1, b)
    return abs(a - b) <= (expected.atol or 0) + rtol * abs(a)


def _own_tolerance(expected: Expected) -> bool:
    return expected.rtol is not None or expected.atol is not None


def _form(match: re.Match[str]) -> tuple[bool, bool, bool]:
    return match["sign"] == "+", bool(match["whole"]), bool(match["imaginary"])


def _alike(want: re.Match[str], have: re.Match[str]) -> bool:
    """Tell whether two floats show as many decimals, or all that they have, in one notation."""
    if _exponent(want) != _exponent(have):
        return False
    decimals = {len(match["point"] or "") for match in (want, have)}
    return len(decimals) == 1 or min(map(_digits, (want, have))) >= ENOUGH


def _exponent(match: re.Match[str]) -> str:
    """Return how an exponent is written, whatever it is."""
    return re.sub(r"\d", "0", match["exponent"] or "").replace("-", "+")


def _digits(match: re.Match[str]) -> int:
    """Return how many significant digits a float shows."""
    digits = match["whole"] + (match["point"] or "").lstrip(".")
    return len(digits.lstrip("0"))
