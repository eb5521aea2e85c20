"""Hold the numbers and shapes that the prose of a page states against what its cells printed.

A reader trusts a number in a sentence as much as one in an output. So every number of three or more
significant digits, in prose, formulas, tables, captions and alternative texts, has to be glued from
the run, or be one that the page's cells printed, rounded to the digits shown. A number which no run
can give (a year, a page of a journal) is written with the role ``fact``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from nbformat import NotebookNode

from literate.verify.problems import Problem
from literate.verify.visible import visible
from literate.words import _

NUMBER = re.compile(
    r"(?<![\w.])[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?!\w|\.\d)", re.A | re.I
)
SHAPE = r"\((\d+(?:, \d+)*),?\)"
PRINTED_SHAPE = re.compile(r"\(\[?(\d+(?:, \d+)*),?\]?\)")
SIGNIFICANT = 3

FORMULA = (nodes.math, nodes.math_block)


def fact(
    role: str,
    rawtext: str,
    text: str,
    lineno: int,
    inliner: Inliner,
    options: dict[str, Any] | None = None,
    content: Sequence[str] | None = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Show a number that stands for itself, such as a year."""
    return [nodes.inline(rawtext, text, classes=["literate-fact"])], []


def unproven(doctree: nodes.document, printed: str, lines: Sequence[str]) -> Iterator[Problem]:
    """Yield the numbers and shapes of a page's prose that its run has not ``printed``.

    ``lines`` is the source of the page, in which the place of each is looked up.
    """
    numbers = [value(found) for found in NUMBER.findall(printed)]
    shapes = {tuple(re.findall(r"\d+", found)) for found in PRINTED_SHAPE.findall(printed)}
    for node, words in prose(doctree):
        for found in NUMBER.findall(words):
            if digits(found) >= SIGNIFICANT and not any(gives(v, found) for v in numbers):
                line = place(node, found, lines)
                message = _(
                    "The number {found} in the text does not follow from the outputs of this page."
                )
                yield Problem(line, message.format(found=found), "prose")
        if isinstance(node, FORMULA):  # there, (1, 2) is a point
            continue
        for pattern in (SHAPE, shape_in_words()):
            for match in re.finditer(pattern, words):
                if tuple(re.findall(r"\d+", match[0])) not in shapes:
                    line = place(node, match[0], lines)
                    message = _(
                        "The shape {found} in the text is not among the outputs of this page."
                    )
                    yield Problem(line, message.format(found=match[0]), "prose")


def shape_in_words() -> str:
    """Return a pattern for what authors call a matrix in the language of the book."""
    words = _("{rows}-by-{columns}")
    return words.format(rows=r"(?<!\d)(\d+)", columns=r"(\d+)")


def prose(node: nodes.Node) -> Iterator[tuple[nodes.Element, str]]:
    """Yield all that a page says by itself: no cells, no outputs, nothing glued."""
    for each in visible(node, is_given):
        if isinstance(each, nodes.Text):
            yield each.parent, each.astext()
        elif isinstance(each, nodes.Element) and "alt" in each:
            yield each, each["alt"]


def is_given(node: nodes.Element) -> bool:
    """Tell whether a part of a page is code, comes from the run, or stands for itself."""
    given = {"pasted-text", "literate-fact"} & set(node.get("classes", []))
    return bool(given) or isinstance(node, nodes.literal_block)


def text_of(output: NotebookNode) -> str:
    """Return the text of an output, glued values included."""
    found: str
    if output.output_type == "stream":
        found = output.text
    elif output.output_type == "error":
        found = output.evalue
    else:
        found = output.data.get("text/plain", "")
    return found


def value(number: str) -> Decimal:
    """Return the exact value of a number as it is written."""
    return Decimal(number.replace("−", "-").replace(",", ""))


def exponent_of(number: Decimal) -> int:
    """Return the power of ten of the last digit of a number."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # it was written with digits: it is finite
    return exponent


def digits(number: str) -> int:
    """Return how many significant digits a number shows."""
    shown = value(number)
    figures = shown.as_tuple().digits
    if exponent_of(shown) >= 0:  # the zeros at the end of 100 only tell its size
        return len(str(shown.to_integral_value()).strip("-0"))
    return len("".join(map(str, figures)).lstrip("0"))


def gives(printed: Decimal, number: str) -> bool:
    """Tell whether a printed value is the number, where it is rounded to the number's digits."""
    shown = value(number)
    exponent = exponent_of(shown)
    if printed != shown and exponent_of(printed) > exponent:
        return False  # it shows digits that nobody computed
    return (
        abs(printed - shown) <= Decimal((0, (5,), exponent - 1))
        if exponent < 0
        else (printed == shown)
    )


def place(node: nodes.Element, words: str, lines: Sequence[str]) -> int:
    """Return the line on which these words stand, at or after the beginning of their node."""
    while node.line is None and node.parent is not None:
        node = node.parent
    start = node.line or 1
    return next((n for n, line in enumerate(lines, 1) if n >= start and words in line), start)
