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


def texts(svg: str) -> list[tuple[float, float, str, str]]:
    """Where each text stands, its colour of the site, and its words."""
    found = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*--neuron-(\w+),[^>]*>([^<]*)<', svg)
    return [(float(x), float(y), color, said) for x, y, color, said in found]


def test_a_number_stands_in_the_middle_of_its_box_and_a_copy_is_paler() -> None:
    picture = broadcast(Y, TARGET, "−")
    numbers = [each for each in texts(picture.svg) if re.fullmatch(r"-?[\d.]+", each[3])]
    colors = re.findall(r'<rect [^>]*stroke="var\(--neuron-(\w+),', picture.svg)
    found = boxes(picture.svg)
    assert [(x, y) for x, y, *_ in numbers] == [(x + 17, y + 11) for x, y, _ in found]
    assert set(re.findall(r'<rect [^>]*width="(\d+)" height="(\d+)"', picture.svg)) == {
        ("34", "22")
    }
    assert [color for *_, color, _ in numbers] == ["muted" if copy else "ink" for *_, copy in found]
    assert colors[:18] == ["muted" if copy else "a" for *_, copy in found[:18]]
    assert colors[18:] == ["b"] * 9
    assert [said for *_, said in numbers[:9]] == list("000111222")
    assert [said for *_, said in numbers[9:18]] == list("012012012")


def test_boxes_stand_in_rows_and_columns_four_apart() -> None:
    found = [(x, y) for x, y, _ in boxes(broadcast(Y, TARGET, "−").svg)]
    for grid in (found[:9], found[9:18], found[18:]):
        (left, top), *_ = grid
        assert grid == [(left + 38 * n, top + 26 * m) for m in range(3) for n in range(3)]


def test_the_names_are_above_the_shapes_below_and_the_signs_between() -> None:
    svg = product(X, torch.ones(3, 2)).svg
    said = {words: (x, y, color) for x, y, color, words in texts(svg)}
    found = boxes(svg)
    grids = found[:8], found[8:14], found[14:]
    sides = [(min(x for x, *_ in grid) - 2, max(x for x, *_ in grid) + 36) for grid in grids]
    names, shapes = ("x", "weight.T", "x @ weight.T"), ("(4, 2)", "(2, 3)", "(4, 3)")
    for grid, (left, right), name, shape in zip(grids, sides, names, shapes, strict=True):
        middle = (left + right) / 2
        assert said[name] == (middle, min(y for _, y, _ in grid) - 13, "ink")
        assert said[shape] == (middle, 139, "muted")  # all on one line
        assert sum(y + 11 for _, y, _ in grid) / len(grid) == 74  # and their middles on another
    for sign, before, after in (("@", 0, 1), ("=", 1, 2)):
        assert said[sign] == ((sides[before][1] + sides[after][0]) / 2, 74, "ink")
    end = f"{sides[2][1] + sides[0][0]:g}"  # the same room at both ends
    assert sides[0][0] == 11
    assert f'viewBox="0 0 {end} 148"' in svg
    assert f'width="{end}"' in svg


def test_the_title_tells_what_is_done() -> None:
    assert product(X, WEIGHT).title == "行列の積の形"
    picture = broadcast(Y, TARGET, "+")
    assert picture.title == "ブロードキャスト"
    assert {"a", "b", "a + b"} <= set(words(picture.svg))


def test_every_box_and_word_is_inside_the_picture() -> None:
    for picture in (product(X, WEIGHT), broadcast(torch.ones(1), torch.ones(2, 1), "×")):
        wide, tall = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture.svg).groups())
        assert apart(picture.svg)
        assert all(0 <= x <= wide - 34 and 0 <= y <= tall - 22 for x, y, _ in boxes(picture.svg))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: product(X, torch.ones(3, 4)), r"product には、列の数が同じ.*\(4, 2\) と \(3, 4\)"),
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
