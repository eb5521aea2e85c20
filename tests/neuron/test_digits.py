"""The handwritten digits are those of UCI, and are shown with a name each."""

from __future__ import annotations

import pytest
import torch

from neuron import digits


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


@pytest.mark.parametrize(("count", "names"), [(0, []), (2, ["0"]), (11, ["0"] * 11)])
def test_what_cannot_be_shown_is_refused(count: int, names: list[str]) -> None:
    with pytest.raises(ValueError, match="同じ数の名前といっしょに渡します"):
        digits.show(torch.zeros(count, 8, 8), names, "数字")
