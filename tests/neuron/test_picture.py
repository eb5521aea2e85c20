"""A picture from any program becomes one that a page can hold: small, unique, described."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from neuron.activations import plot
from neuron.picture import DERIVATIVE, INK, Gallery, Picture, _shortened
from tests.neuron.test_charts import points

SVG = "{http://www.w3.org/2000/svg}"

WRITTEN = f"""<?xml version="1.0"?>
<!-- a
note -->
<svg width="9"
 height="8">
 <metadata>
 <date/></metadata><style type="x">
 * {{}}</style>
 <title>their
 title</title><defs>
 </defs>
 <g id="unused"><path id="used" d="M 0" stroke="{INK}"/></g>
 <use href="#used" clip-path="url(#used)"/><svg/>
</svg>
"""


def test_a_picture_is_never_shrunk_until_its_smallest_letters_cannot_be_read() -> None:
    small = '<svg viewBox="-1 0 100 50"><text style="font: 9px x"/><text font-size="6.00"/></svg>'
    assert 'style="min-width:200px"' in Picture.from_svg(small, "", "").svg
    for width in ("136.8", "331.2", "100.1"):  # whole pixels, but never one too few
        svg = Picture.from_svg(small.replace("100 50", f"{width} 50"), "", "").svg
        shown = int(re.search(r"min-width:(\d+)px", svg)[1])
        assert 12 <= shown * 6 / float(width) < 12.1
    assert "min-width" not in Picture.from_svg('<svg viewBox="0 0 9 9"/>', "", "").svg


def test_what_a_program_wrote_is_cleaned_and_described() -> None:
    picture = Picture.from_svg(WRITTEN, "題<1>", "説明&")
    number = re.search(r"p(\d+)-used", picture.svg)[1]
    assert picture.svg == (
        '<svg width="9" height="8" role="img"><title>題&lt;1&gt;</title><desc>説明&amp;</desc>'
        f'<g><path id="p{number}-used" d="M 0" stroke="var(--neuron-ink, currentColor)"/></g>'
        f'<use href="#p{number}-used" clip-path="url(#p{number}-used)"/><svg/></svg>'
    )
    assert repr(picture) == "<図：題<1>。説明&>"
    assert picture._repr_html_() == (
        f'<div class="neuron-picture" style="overflow-x:auto">{picture.svg}</div>'
    )


def test_two_pictures_share_no_id() -> None:
    first, second = (Picture.from_svg(WRITTEN, "題", "説明").svg for _ in range(2))
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (first, second)]
    assert ids[0].isdisjoint(ids[1])


def test_pictures_side_by_side_stand_in_one_frame() -> None:
    one, two = Picture("<svg/>", "甲", "い"), Picture("<svg/>", "乙", "ろ")
    gallery = Gallery((one, two))
    assert repr(gallery) == "<図：甲。い>\n<図：乙。ろ>"
    pictures = one._repr_html_() + two._repr_html_()
    assert gallery._repr_html_() == f'<div class="neuron-gallery">{pictures}</div>'


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("M 0 0 \nL 1.004 0 \nL 2 -0.5 \nL 3 -1 \n", "M0 0l1 0l1-0.5l1-0.5"),
        ("M 1 0 \nL 2 0 \nL 3 0 \nL 3 2 \nz\nM 5 5 \nL 6 6 \nz\n", "M1 0l2 0l0 2zM5 5l1 1z"),
        ("M 0 0 \nL 2 0 \nL 1 0 \nz", "M0 0l2 0l-1 0z"),
        ("M 0 0 \nL 1 0 \nL 2 0.01 \nL 2 2 \nz", "M0 0l2 0.01l0 1.99z"),
        ("M 0 0 \nL 0 1 \nL 0.01 2 \nL 2 2 \nz", "M0 0l0.01 2l1.99 0z"),
        ("M 0 0 \nL 1 0 \nL 2 0.03 \nL 2 2 \nz", "M0 0l1 0l1 0.03l0 1.97z"),
        ("M 0 0 \nL 0.01 0 \nL 0.01 0.01 \nL 3 0.01 \nz", "M0 0l0.01 0l0 0.01l2.99 0z"),
        ("M 0 0 \nL 0.01 0 \nL 0.02 0 \nL 3 3 \nz", "M0 0l0.02 0l2.98 3z"),
        ("M 1 1 \nL 2 1 \nz\nL 3 3 \n", "M1 1l1 0zl2 2"),
        ("M 0 3 \nC 0.7956 3 1.5 2.6 2.1 2.1 \nz", None),
    ],
    ids=["all points of a line", "the corners of a shape", "back on itself",
         "nearly straight", "nearly upright", "a corner too far", "a right angle, however small",
         "a step, however small", "on from where a shape began", "a curve"],
)  # fmt: skip
def test_paths_are_written_short(path: str, short: str | None) -> None:
    assert re.sub(' d="([^"]*)"', _shortened, f' d="{path}"') == f' d="{short or path}"'


@pytest.fixture(scope="module")
def tanh() -> ElementTree.Element:
    (picture,) = plot(["Tanh"]).pictures
    return ElementTree.fromstring(picture.svg)


def curves(svg: ElementTree.Element) -> list[tuple[str, list[tuple[float, float]]]]:
    """The style and the points of each curve; axes and grids have two points."""
    found = []
    for path in svg.iter(f"{SVG}path"):
        if len(drawn := points(path.get("d"))) > 5:
            found.append((path.get("style"), drawn))
    return found


def test_letters_and_marks_of_a_plot_stand_where_its_lines_do(tanh: ElementTree.Element) -> None:
    placed = [each for each in tanh.iter() if "x" in each.attrib or "transform" in each.attrib]
    numbers = [each.get(name) or "" for each in placed for name in ("x", "y", "transform")]
    assert len(placed) > 5
    assert not re.search(r"\.\d{3}", " ".join(numbers))


def test_a_plot_is_small_and_transparent_and_its_text_is_text(tanh: ElementTree.Element) -> None:
    assert tanh.get("viewBox") == "0 0 136.8 122.4"
    assert tanh.get("stroke-linejoin") == "round"
    words = [text.text for text in tanh.iter(f"{SVG}text")]
    assert words == ["−4", "0", "4", "−1", "0", "1", "2", "Tanh"]
    assert [path.get("style") for path in tanh.iter(f"{SVG}path")][:2] == ["fill: none"] * 2


def test_the_function_is_a_solid_line_and_its_slope_a_thinner_broken_one(
    tanh: ElementTree.Element,
) -> None:
    (function, _), (slope, _) = curves(tanh)
    assert "stroke: var(--neuron-a, " in function
    assert "; stroke-width: 1.8" in function
    assert "dash" not in function
    assert "stroke-dasharray: 5.6,2.8" in slope
    assert "stroke: var(--neuron-b, " in slope
    assert "; stroke-width: 1.4" in slope


def test_the_curves_stand_at_their_values_on_the_axes(tanh: ElementTree.Element) -> None:
    places = {t.text: [float(t.get("x")), float(t.get("y"))] for t in tanh.iter(f"{SVG}text")}
    grid = [
        points(path.get("d"))[0]
        for path in tanh.iter(f"{SVG}path")
        if "--neuron-grid" in path.get("style")
    ]
    (x_left, *_), (x_middle, *_), (x_right, *_) = grid[:3]
    y_minus_one, y_zero, y_one, y_two = (line[1] for line in grid[3:])
    assert places["−4"][0] == pytest.approx(x_left, abs=0.01)
    assert y_minus_one - y_zero == pytest.approx(y_one - y_two, abs=0.01)
    (_, function), (_, slope) = curves(tanh)
    assert function[0] == pytest.approx([x_left, y_minus_one], abs=0.1)
    assert function[-1] == pytest.approx([x_right, y_one], abs=0.1)
    assert slope[0] == pytest.approx([x_left, y_zero], abs=0.1)
    assert (x_middle, y_one) in [pytest.approx(place, abs=0.01) for place in slope]
    # The axis reaches from -1.6 to 2.6, so that every activation has room.
    (axis,) = {
        line
        for path in tanh.iter(f"{SVG}path")
        for line in [tuple(points(path.get("d")))]
        if "miter" in path.get("style") and len({x for x, _ in line}) == 1
    }
    (_, bottom), (_, top) = axis
    unit = y_zero - y_one
    assert (y_zero - bottom) / unit == pytest.approx(-1.6, abs=1e-3)
    assert (y_zero - top) / unit == pytest.approx(2.6, abs=1e-3)


def test_colours_in_plots_are_those_of_the_site() -> None:
    svg = Picture.from_svg(f"<svg><g fill='{DERIVATIVE}'/></svg>", "", "").svg
    assert "fill='var(--neuron-b, " in svg
