"""The handwritten digits are those of UCI, and are shown with a name each."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import torch

from neuron import digits

SVG = "{http://www.w3.org/2000/svg}"


def test_the_digits_are_those_that_uci_gives() -> None:
    images, labels = digits.load()
    assert images.shape == (1797, 8, 8)
    assert labels.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (16 * images[0, 0]).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert (16 * images).sum().item() == 561718
    assert images.min() == 0
    assert images.max() == 1


def test_a_picture_tells_what_stands_under_each() -> None:
    images, _ = digits.load()
    picture = digits.show(images[:2], ["0", "1"], "数字")
    assert repr(picture) == "<図：数字。2 枚。下の文字は 0、1。>"
    dots = int((images[:2] > 0).sum())
    assert picture.svg.count("var(--neuron-a") == dots


def test_a_dot_stands_where_there_is_ink_and_is_as_large_as_there_is_much() -> None:
    images = torch.zeros(2, 8, 8)
    images[0, 0, 0], images[0, 7, 3] = 1.0, 0.25
    images[1, 2, 5], images[1, 3, 5] = 1.0, 0.5
    root = ElementTree.fromstring(digits.show(images, ["a", "b"], "").svg)
    frames = {
        clip.get("id"): clip.find(f"{SVG}rect").attrib for clip in root.iter(f"{SVG}clipPath")
    }
    found = []
    for path in root.iter(f"{SVG}path"):
        if "--neuron-a," not in path.get("style", ""):
            continue
        name = path.get("clip-path")[5:-1]
        left, top, side = (float(frames[name][each]) for each in ("x", "y", "width"))
        pixel = side / 8.4  # eight and a little at each side, so that no dot is cut
        x, y, wide = map(float, re.match(r"M([\d.]+) ([\d.]+)l([\d.]+) 0", path.get("d")).groups())
        place = (x + wide / 2 - left) / pixel - 0.7, (y - wide / 2 - top) / pixel - 0.7
        number = list(frames).index(name)
        found.append((number, *(round(each, 1) + 0.0 for each in place), round(wide / pixel, 1)))
    assert found == [(0, 0, 0, 0.9), (0, 3, 7, 0.5), (1, 5, 2, 0.9), (1, 5, 3, 0.6)]


def test_ten_are_shown_and_one() -> None:
    for count in (1, 10):
        picture = digits.show(torch.ones(count, 8, 8), list("abcdefghij"[:count]), "")
        words = [text.text for text in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]
        assert words == list("abcdefghij"[:count])


@pytest.mark.parametrize(("count", "names"), [(0, []), (2, ["0"]), (11, ["0"] * 11)])
def test_what_cannot_be_shown_is_refused(count: int, names: list[str]) -> None:
    with pytest.raises(
        ValueError,
        match="^画像は 1 枚から 10 枚まで、同じ数の名前といっしょに渡します。渡された画像: ",
    ):
        digits.show(torch.zeros(count, 8, 8), names, "数字")
