"""Lines in a picture can be told apart, and are described by what they show."""

from __future__ import annotations

import re

import pytest

from neuron.lines import plot
from neuron.picture import Picture


def picture(*, log: bool = False) -> Picture:
    lines = {"first": [1.0, 10.0, 100.0], "second": [2.0, 0.5, -3.0], "third": [5.0, 5.0, 5.0]}
    return plot(lines, (1, 2, 3), title="題", x_label="step", y_label="loss", log=log)


def heights(svg: str, color: str) -> list[float]:
    """Where the points of the line in this colour stand, from the top."""
    (path,) = re.findall(rf'd="([^"]*)"[^>]*?style="[^"]*stroke: {re.escape(color)}', svg)
    return [float(y) for y in re.findall(r"[ML] \S+ (\S+)", path)]


def test_each_line_has_its_colour_its_dashes_and_its_name() -> None:
    svg = picture().svg
    a, b, ink = "var(--neuron-a, #0b62a8)", "var(--neuron-b, #b4500b)", "var(--neuron-ink, #222)"
    for name, color in (("first", a), ("second", b), ("third", ink)):
        assert f">{name}</text>" in svg
        assert len(heights(svg, color)) == 3
    assert len(set(re.findall(r"stroke-dasharray: ([\d.,]+)", svg))) == 2
    assert ">step</text>" in svg and ">loss</text>" in svg


def test_a_listener_hears_the_axes_and_both_ends_of_each_line() -> None:
    assert picture().title == "題"
    assert picture().description == (
        "横軸 step は 1 から 3、縦軸は loss。"
        "first は 1 から 1e+02 へ、second は 2 から −3 へ、third は 5 から 5 へ。"
    )


def test_on_a_scale_of_powers_equal_factors_are_equal_heights() -> None:
    low, middle, high = heights(picture(log=True).svg, "var(--neuron-a, #0b62a8)")
    assert low - middle == pytest.approx(middle - high)
    low, middle, high = heights(picture().svg, "var(--neuron-a, #0b62a8)")
    assert low - middle < (middle - high) / 5


def test_more_lines_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="線は 3 本までです。渡された線: 4 本"):
        plot(dict.fromkeys("abcd", [1.0]), [1], title="", x_label="", y_label="")
