"""A picture of shapes shows each number, and which are only copies."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
import torch

from neuron.shapes import broadcast, product

X, WEIGHT = torch.arange(8.0).reshape(4, 2), torch.ones(3, 2)
Y, TARGET = torch.tensor([[0.0], [1.0], [2.0]]), torch.tensor([0.0, 1.0, 2.0])


def boxes(svg: str) -> list[tuple[float, float, bool]]:
    """The place of each box, and whether it is a copy."""
    found = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"([^>]*)>', svg)
    return [(float(x), float(y), "dasharray" in rest) for x, y, rest in found]


def apart(svg: str) -> bool:
    """Tell whether the shapes under the grids do not touch, at six units a letter."""
    found = re.findall(r'<text x="([\d.]+)"[^>]*>(\([^<]*)</text>', svg)
    sides = [(float(x) - 3 * len(label), float(x) + 3 * len(label)) for x, label in found]
    return len(found) == 3 and sides[0][0] >= 0 and all(a[1] < b[0] for a, b in pairwise(sides))


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_a_product_has_a_box_for_each_number_and_names_each_shape() -> None:
    picture = product(X, WEIGHT)
    assert len(boxes(picture.svg)) == 8 + 6 + 12
    assert not any(copy for *_, copy in boxes(picture.svg))
    assert {"(4, 2)", "(2, 3)", "(4, 3)", "@", "="} <= set(words(picture.svg))
    assert picture.description == (
        "x の形は (4, 2)。weight.T の形は (2, 3)。x @ weight.T の形は (4, 3)。"
    )


def test_copies_are_broken_boxes_and_the_result_has_none() -> None:
    picture = broadcast(Y, TARGET, "−")
    found = boxes(picture.svg)
    assert len(found) == 27
    assert len(set(found)) == 27
    assert [copy for *_, copy in found[:9]] == [False, True, True] * 3
    assert [copy for *_, copy in found[9:18]] == [False] * 3 + [True] * 6
    assert not any(copy for *_, copy in found[18:])
    assert picture.description.startswith("a の形は (3, 1) → (3, 3)（写し 6 個）。")
    numbers = [text for text in words(picture.svg) if re.fullmatch(r"-?[\d.]+", text)]
    assert numbers[18:] == [f"{n:g}" for n in (Y - TARGET).flatten().tolist()]


def test_every_box_and_word_is_inside_the_picture() -> None:
    for picture in (product(X, WEIGHT), broadcast(torch.ones(1), torch.ones(2, 1), "×")):
        wide, tall = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture.svg).groups())
        assert apart(picture.svg)
        assert all(0 <= x <= wide - 34 and 0 <= y <= tall - 22 for x, y, _ in boxes(picture.svg))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: product(X, torch.ones(3, 4)), r"列の数が同じ.*\(4, 2\) と \(3, 4\)"),
        (lambda: product(torch.ones(2), WEIGHT), r"2次元.*\(2,\) と \(3, 2\)"),
        (lambda: product(X, torch.ones(2)), r"2次元.*\(4, 2\) と \(2,\)"),
        (lambda: broadcast(Y, TARGET, "÷"), r"計算は \+、−、× のどれか.*'÷'"),
        (lambda: broadcast(Y, torch.ones(1, 1, 3), "+"), r"2次元まで.*\(1, 1, 3\)"),
        (lambda: broadcast(X, TARGET, "+"), r"そろいません.*\(4, 2\) と \(3,\)"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_shapes(draw, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw()
