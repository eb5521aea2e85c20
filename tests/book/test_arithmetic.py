"""Whoever types what a page prints gets what the page prints: sums and products, to the last digit.

A result that is rounded stands after ≈, or on a page that says 四捨五入. Pictures round each of
their numbers; a page with such a picture says that the last digit may differ by one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pytest
from bs4 import BeautifulSoup, Tag

from tests.builds import Build, read

RUN = re.compile(r"[\d.²()+\-−×÷/·=≈ \u00a0]+")
LETTER = re.compile(r"[^\W\d_ぁ-鿿]|\^")
RESULT = re.compile(r"\s*[-−+]?\d+(?:\.\d+)?\s*")
OPERATORS = {
    ast.Add: Decimal.__add__,
    ast.Sub: Decimal.__sub__,
    ast.Mult: Decimal.__mul__,
    ast.Div: Decimal.__truediv__,
    ast.Pow: Decimal.__pow__,
}
ROUNDED = "四捨五入"
BY_ONE = "最後の桁が1だけ違うことがあります"


@dataclass(frozen=True)
class Statement:
    """An equation as it is printed: both sides, and the sign between them."""

    left: str
    sign: str
    right: str


def value(words: str) -> Decimal:
    """What a calculator makes of an expression."""
    words = words.translate(str.maketrans("−×÷·", "-*/*")).replace("²", "**2")
    return evaluate(ast.parse(words.strip(), mode="eval").body, words.strip())


def evaluate(node: ast.expr, words: str) -> Decimal:
    match node:
        case ast.Constant():
            return Decimal(ast.get_source_segment(words, node))
        case ast.UnaryOp(ast.USub()):
            return -evaluate(node.operand, words)
        case ast.UnaryOp(ast.UAdd()):
            return evaluate(node.operand, words)
        case ast.BinOp():
            left, right = evaluate(node.left, words), evaluate(node.right, words)
            return OPERATORS[type(node.op)](left, right)
    raise ValueError(words)


def right(statement: Statement, page: str, *, picture: bool = False) -> bool:
    """Tell whether an equation is right for whoever types it, on a page with these words."""
    left, result = value(statement.left), value(statement.right)
    if left == result:
        return True
    digits = -result.as_tuple().exponent if RESULT.fullmatch(statement.right) else 0
    unit = Decimal(1).scaleb(-digits)
    if picture and BY_ONE in page and abs(left - result) <= Decimal("1.5") * unit:
        return True
    stated = statement.sign == "≈" or ROUNDED in page
    return stated and left.quantize(unit, ROUND_HALF_UP) == result


def typed(words: str) -> bool:
    """Tell whether a calculator takes these words."""
    try:
        value(words)
    except (SyntaxError, ValueError):
        return False
    return True


def statements(words: str) -> Iterator[Statement]:
    """The equations in a text, each neighbour with its next.

    What touches a letter is a part of something longer, as the end of x₁ − 0.2 is.
    """
    for run in RUN.finditer(words):
        sides = re.split("([=≈])", run[0])
        if LETTER.match(words[run.start() - 1 : run.start()]):
            sides = sides[2:]
        if LETTER.match(words[run.end() : run.end() + 1]):
            sides = sides[:-2]
        for left, sign, result in zip(sides[::2], sides[1::2], sides[2::2], strict=False):
            plain = RESULT.fullmatch(left) and RESULT.fullmatch(result)
            if not plain and typed(left) and typed(result):
                yield Statement(left, sign, result)


def linear(formula: Tag) -> str:
    """A formula as one types it."""
    for fraction in reversed(formula.select("mfrac")):
        over, under = (child.get_text() for child in fraction.find_all(recursive=False))
        fraction.replace_with(f"({over})/({under})")
    for power in reversed(formula.select("msup")):
        base, exponent = (child.get_text() for child in power.find_all(recursive=False))
        power.replace_with(f"{base}²" if exponent == "2" else f"{base}^{exponent}")
    return f" {formula.get_text()} "


def rows(page: BeautifulSoup) -> Iterator[Statement]:
    """Rows of tables that name an expression, and beside it its value."""
    for row in page.select("tr"):
        cells = [cell.get_text().strip() for cell in row.select("td")]
        for left, result in zip(cells, cells[1:], strict=False):
            if RESULT.fullmatch(result) and not RESULT.fullmatch(left) and typed(left):
                yield Statement(left, "=", result)


def found_on(page: BeautifulSoup) -> tuple[list[Statement], list[Statement]]:
    """What a page states in its words, and in its pictures and what was expected of them."""
    pictures = [
        statement
        for picture in page.select("svg, .neuron-table, .literate-label")
        for statement in statements(picture.extract().get_text(" "))
    ]
    for formula in page.select("math"):
        formula.replace_with(linear(formula))
    for code in page.select("div.cell_input, .explorer-code, pre:not(.cell_output pre)"):
        code.decompose()
    return [*rows(page), *statements(page.get_text())], pictures


def articles(site: Build) -> Iterator[tuple[str, BeautifulSoup]]:
    for file in sorted(site.html.rglob("*.html")):
        if article := read(file).find("article"):
            yield file.relative_to(site.html).with_suffix("").as_posix(), copy(article)


def test_every_printed_sum_and_product_is_right(site: Build) -> None:
    wrong, count = [], 0
    for name, page in articles(site):
        words = page.get_text()
        spoken, drawn = found_on(page)
        count += len(spoken) + len(drawn)
        wrong += [(name, each) for each in spoken if not right(each, words)]
        wrong += [(name, each) for each in drawn if not right(each, words, picture=True)]
    assert wrong == []
    assert count >= 50
    print(f"{count} equations")


@pytest.mark.parametrize(
    ("words", "page", "holds"),
    [
        ("0.6 × 1 + (−0.2) × 2 + 0.8 = 0.6 − 0.4 + 0.8 = 1.0", "", True),
        ("0.6 × 1 + (−0.2) × 2 + 0.8 = 0.6 + 0.4 + 0.8 = 1.0", "", False),
        ("−0.4768 × 0.4200 × 1 = −0.2002", ROUNDED, False),
        ("−0.4768117 × 0.4199743 × 1 = −0.2002487", ROUNDED, True),
        ("−0.4768117 × 0.4199743 × 1 = −0.2002487", "", False),
        ("2.35040 / 3.08616 ≈ 0.7616", "", True),
        ("(2.71828 − 0.36788) / (2.71828 + 0.36788) = 2.35040 / 3.08616", "", True),
        ("(−0.2384058)² ≈ 0.0568373", "", True),
        ("(−0.2384058)² ≈ 0.0568374", "", False),
        ("3 × (2 + 1) = 9", "", True),
        ("9 + 4 = 12", "", False),
        ("u=0.6×1+(−0.2)×2+0.8=0.6−0.4+0.8=1.1", "", False),
        ("x1=−(0.4)/(0.6)=−(2)/(3)", "", True),
    ],
)
def test_a_wrong_digit_is_found(words: str, page: str, holds: bool) -> None:
    found = list(statements(words))
    assert found
    assert all(right(each, page) for each in found) is holds
