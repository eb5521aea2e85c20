"""A chart stands at the values that it was given, and says them in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
import torch

from neuron import Neuron
from neuron.charts import boundaries, boundary, fit, lines, regions, surface
from neuron.learning import learn
from neuron.picture import Picture
from tests.neuron.looks import CORNERS

SVG = "{http://www.w3.org/2000/svg}"
AND = torch.tensor([[-1.0], [-1.0], [-1.0], [1.0]])


def paths(picture: Picture, color: str) -> list[str]:
    """The shapes that are drawn or filled in a colour of the site."""
    root = ElementTree.fromstring(picture.svg)
    return [p.get("d") for p in root.iter(f"{SVG}path") if f"--neuron-{color}," in p.get("style")]


def words(picture: Picture) -> list[str]:
    return [text.text for text in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]


def points(path: str) -> list[tuple[float, float]]:
    """Where a path of straight lines goes, each of them written by how far it goes."""
    found: list[tuple[float, float]] = []
    for move, *place in re.findall(r"([Ml])(-?[\d.e]+) ?(-?[\d.e]+)", path):
        x, y = map(float, place)
        found.append((x + found[-1][0], y + found[-1][1]) if move == "l" else (x, y))
    return found


@dataclass(frozen=True)
class Mark:
    """A mark on a square chart: its form, the colour of the site that it has, and where it is."""

    form: str
    color: str
    place: tuple[float, float]


def marks(picture: Picture, x: tuple[float, float], y: tuple[float, float]) -> list[Mark]:
    """The marks in the order in which they are drawn, on axes that reach from and to here."""
    root = ElementTree.fromstring(picture.svg)
    frame = root.find(f".//{SVG}clipPath/{SVG}rect").attrib
    left, top, wide, tall = (float(frame[name]) for name in ("x", "y", "width", "height"))
    drawn = {path.get("id"): path.get("d") for path in root.iter(f"{SVG}path")}
    found = []
    for use in root.iter(f"{SVG}use"):
        across = (float(use.get("x")) - left) / wide
        up = (top + tall - float(use.get("y"))) / tall
        place = x[0] + across * (x[1] - x[0]), y[0] + up * (y[1] - y[0])
        form = form_of(drawn[use.get("{http://www.w3.org/1999/xlink}href")[1:]])
        color = re.match(r"fill: var\(--neuron-(\w+),", use.get("style"))[1]
        found.append(Mark(form, color, tuple(round(number, 3) + 0.0 for number in place)))
    return found


def form_of(path: str) -> str:
    if "c" in path.lower():
        return "circle"
    if not path.endswith("z"):
        return "cross"
    return {2: "triangle", 3: "square"}[path.count("l")]


def test_lines_are_told_by_their_ends_and_their_lowest_point() -> None:
    picture = lines(
        {"a": [(0, 1.0), (1, 0.25), (4, 0.5)], "b": [(0, 2.0), (4, 1.0)]}, "題", "n", "L"
    )
    assert repr(picture) == (
        "<図：題。a: n = 0 で 1.0000、n = 1 で 0.2500、n = 4 で 0.5000。"
        "b: n = 0 で 2.0000、n = 4 で 1.0000。>"
    )


def test_lines_stand_at_their_values_in_lines_that_differ_without_colour() -> None:
    picture = lines({"a": [(0, 0), (1, 1), (2, 4)], "b": [(0, 4), (1, 1), (2, 0)]}, "", "n", "L")
    (first, *_), (second, *_) = paths(picture, "a"), paths(picture, "b")
    (x0, y0), (x1, y1), (x2, y2) = points(first)
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.01)
    assert y0 - y2 == pytest.approx(4 * (y0 - y1), abs=0.05)
    assert points(second)[0] == pytest.approx((x0, y2), abs=0.01)
    styles = {
        color: next(re.finditer(rf'style="([^"]*--neuron-{color},[^"]*)"', picture.svg))[1]
        for color in "ab"
    }
    assert "stroke-dasharray" not in styles["a"]
    assert "stroke-dasharray" in styles["b"]


def test_a_legend_stands_where_there_is_more_than_one_line() -> None:
    assert "甲" not in words(lines({"甲": [(0, 0), (1, 1)]}, "", "n", "L"))
    both = words(lines({"a": [(0, 0), (1, 1)], "b": [(0, 1), (1, 0)]}, "", "n", "L"))
    assert {"a", "b", "n", "L"} <= set(both)


def test_logarithmic_axes_make_a_power_straight_and_tell_its_size() -> None:
    square = [(10.0**k, 10.0 ** (2 * k)) for k in range(-3, 2)]
    picture = lines({"e": square}, "題", "h", "e", x_base=10, y_base=10)
    assert picture.description == "e: h = 0.001 で 1e-06、h = 10 で 100。"
    drawn = points(paths(picture, "a")[0])
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(drawn, drawn[1:], strict=False)]
    for step in steps:
        assert step == pytest.approx(steps[0], abs=0.02)


def test_powers_of_two_are_written_out() -> None:
    doubling = {"e": [(2.0**k, 2.0**k) for k in range(6)]}
    assert {"1", "4", "16", "32"} & set(words(lines(doubling, "", "n", "e", x_base=2, y_base=2)))


def test_steps_are_whole_numbers_on_the_axis() -> None:
    shown = words(lines({"a": [(0, 0.0), (3, 1.0)]}, "", "n", "L"))
    assert shown[:4] == ["0", "1", "2", "3"]


def test_a_fourth_line_is_refused() -> None:
    with pytest.raises(ValueError, match="折れ線は 3 本までです。渡された本数: 4"):
        lines(dict.fromkeys("abcd", [(0, 0)]), "", "", "")


@pytest.fixture
def valley() -> tuple[Picture, list]:
    x, t = torch.tensor([[1.0, 2.0], [1.0, 0.0]]), torch.tensor([[0.5], [0.0]])
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    model.layer1.bias.requires_grad_(False)
    path = learn(model, x, t, lr=0.3, steps=20)
    return surface(model, x, t, path, "lr = 0.3", reach=1.3), path


def test_a_path_is_told_by_its_ends(valley: tuple[Picture, list]) -> None:
    picture, path = valley
    w1, w2 = path[-1].parameters["layer1.weight"][0].tolist()
    assert picture.title == "損失の等高線と学習の道すじ（lr = 0.3）"
    assert picture.description == (
        f"出発点は (0.60, -0.20) で損失 {path[0].loss:.2f}、"
        f"20 歩目は ({w1:.2f}, {w2:.2f}) で損失 {path[-1].loss:.2f}。"
    )
    assert {"w₁", "w₂", "lr = 0.3"} <= set(words(picture))


def test_contours_are_where_the_loss_has_their_level(valley: tuple[Picture, list]) -> None:
    picture, path = valley
    (route, *_) = (points(d) for d in paths(picture, "a"))
    weights = [step.parameters["layer1.weight"][0].tolist() for step in path]
    assert len(route) == len(weights)
    (x0, y0), (x1, y1) = route[0], route[-1]
    (a0, b0), (a1, b1) = weights[0], weights[-1]

    def loss(x: float, y: float) -> float:
        """The loss at a place of the picture, which the ends of the path put to scale."""
        w1 = a0 + (x - x0) * (a1 - a0) / (x1 - x0)
        w2 = b0 + (y - y0) * (b1 - b0) / (y1 - y0)
        u = torch.tensor([w1 + 2 * w2 + 0.8, w1 + 0.8])
        return ((torch.tanh(u) - torch.tensor([0.5, 0.0])) ** 2).mean().item()

    closed = [points(d) for d in paths(picture, "muted") if d.count("l") > 8]
    assert len(closed) >= 6
    levels = (0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)
    for contour in closed:
        (level,) = {min(levels, key=lambda v: abs(v - loss(*p))) for p in contour}
        assert all(loss(*p) == pytest.approx(level, abs=0.01) for p in contour)


def test_a_path_has_a_mark_a_step_and_others_at_its_ends(valley: tuple[Picture, list]) -> None:
    picture, path = valley
    weights = [step.parameters["layer1.weight"][0].tolist() for step in path]
    reach = (-1.3, 1.3)
    *steps, start, end = marks(picture, reach, reach)
    assert [(mark.form, mark.color) for mark in steps] == [("circle", "a")] * 21
    for mark, place in zip(steps, weights, strict=True):
        assert mark.place == pytest.approx(place, abs=0.002)
    assert start == Mark("circle", "b", steps[0].place)
    assert end == Mark("square", "b", steps[-1].place)


def test_a_boundary_is_told_with_how_many_points_it_separates() -> None:
    model = Neuron(weight=[[1.0, 0.0]], bias=[-0.5])
    picture = boundary(model, CORNERS, AND, "AND")
    assert repr(picture) == (
        "<図：決定境界（AND）。丸: (1.00, 1.00)。"
        "バツ: (0.00, 0.00)、(0.00, 1.00)、(1.00, 0.00)。"
        "出力が正の範囲は、図の 49%。正しく分けた点は、4 個のうち 3 個。>"
    )


def test_the_line_runs_where_the_output_is_zero() -> None:
    picture = boundary(Neuron(weight=[[1.0, 0.0]], bias=[-1.0]), CORNERS, AND, "")
    line = next(points(d) for d in paths(picture, "ink") if len(points(d)) > 5)
    circle = re.search(r'<use [^>]*x="([\d.]+)"', picture.svg)  # at (1, 1)
    assert all(x == pytest.approx(float(circle[1]), abs=0.05) for x, _ in line)


def test_the_points_have_the_marks_of_their_answers_and_room_around_them() -> None:
    picture = boundary(Neuron(weight=[[1.0, 0.0]], bias=[-0.5]), CORNERS, AND, "t")
    around = (-0.5, 1.5)
    assert marks(picture, around, around) == [
        Mark("circle", "a", (1, 1)),
        Mark("cross", "b", (0, 0)),
        Mark("cross", "b", (0, 1)),
        Mark("cross", "b", (1, 0)),
    ]
    assert "t" in words(picture)


def test_no_line_is_drawn_where_the_output_is_never_zero() -> None:
    model = Neuron(weight=[[0.1, 0.1]], bias=[2.0])
    picture = boundary(model, CORNERS, AND, "")
    assert "出力が正の範囲は、図の 100%。正しく分けた点は、4 個のうち 1 個。" in picture.description
    assert not [d for d in paths(picture, "ink") if len(points(d)) > 5]


def test_data_of_one_kind_says_that_there_is_none_of_the_other() -> None:
    model = Neuron(weight=[[1.0, 0.0]], bias=[-0.5])
    assert "バツ: なし。" in boundary(model, CORNERS, torch.ones(4, 1), "").description


def test_boundaries_are_those_of_the_model_after_so_many_steps() -> None:
    model, twin = (Neuron(weight=[[0.6, -0.2]], bias=[0.8]) for _ in range(2))
    gallery = boundaries(model, CORNERS, AND, lr=0.5, steps=(0, 3, 10))
    expected = [boundary(twin, CORNERS, AND, "step = 0")]
    for steps, now in ((3, 3), (7, 10)):
        learn(twin, CORNERS, AND, lr=0.5, steps=steps)
        expected.append(boundary(twin, CORNERS, AND, f"step = {now}"))
    assert list(map(repr, gallery.pictures)) == list(map(repr, expected))
    assert len(set(map(repr, expected))) == 3


def test_the_sides_of_a_boundary_are_filled_whatever_the_size_of_the_outputs() -> None:
    def filled(scale: float) -> list[str]:
        return paths(boundary(lambda x: (x[:, :1] - 0.52) * scale, CORNERS, AND, ""), "a")[:1]

    assert filled(1) == filled(1000)
    assert filled(1)[0].count("l") >= 4


def test_regions_are_told_with_how_many_points_of_each_kind_are_right() -> None:
    def first_of_two(x: torch.Tensor) -> torch.Tensor:
        """Left of 0.51 the first kind leads, right of it the second, and the third nowhere."""
        return torch.stack([0.51 - x[:, 0], x[:, 0] - 0.51, torch.full((len(x),), -9.0)], dim=1)

    picture = regions(first_of_two, CORNERS, torch.tensor([0, 0, 1, 2]), "n")
    assert repr(picture) == (
        "<図：3つの種類の範囲（n）。丸: 2 個のうち 2 個が正解、塗った範囲は図の 51%。"
        "バツ: 1 個のうち 1 個が正解、塗った範囲は図の 49%。"
        "三角: 1 個のうち 0 個が正解、塗った範囲は図の 0%。>"
    )
    assert {"x₁", "x₂", "n"} <= set(words(picture))


def test_each_region_is_filled_where_its_kind_leads() -> None:
    def thirds(x: torch.Tensor) -> torch.Tensor:
        left, right = 0.2 - x[:, 0], x[:, 0] - 0.8
        return torch.stack([left, right, torch.zeros(len(x))], dim=1)

    picture = regions(thirds, CORNERS, torch.tensor([0, 0, 1, 1]), "")
    marks = [float(x) for x in re.findall(r'<use [^>]*x="([\d.]+)"', picture.svg)]
    zero, one = min(marks), max(marks)
    for color, low, high in (("a", -0.5, 0.2), ("b", 0.8, 1.5), ("muted", 0.2, 0.8)):
        filled = max((points(d) for d in paths(picture, color)), key=len)
        places = [(x - zero) / (one - zero) for x, _ in filled]
        assert (min(places), max(places)) == pytest.approx((low, high), abs=0.01), color


def test_each_kind_has_its_mark_at_its_points() -> None:
    picture = regions(lambda x: torch.zeros(len(x), 3), CORNERS, torch.tensor([2, 0, 1, 2]), "")
    around = (-0.5, 1.5)
    assert marks(picture, around, around) == [
        Mark("circle", "a", (0, 1)),
        Mark("cross", "b", (1, 0)),
        Mark("triangle", "muted", (0, 0)),
        Mark("triangle", "muted", (1, 1)),
    ]
    assert "塗った範囲は図の 0%" in picture.description  # nobody leads where all are equal


def test_a_curve_is_told_by_its_height_and_by_how_far_it_is_from_the_points() -> None:
    x = torch.tensor([[0.0], [2.0]])
    picture = fit(torch.square, (x, x.square()), (x + 0.5, x), "x²")
    assert repr(picture) == (
        "<図：点と曲線（x²）。曲線の高さは 0.00 から 6.25 まで。"
        "差の2乗の平均は、丸（2 個）で 0.00、バツ（2 個）で 9.06。>"
    )


def test_a_curve_runs_through_the_points_that_it_fits_and_past_the_others() -> None:
    x = torch.tensor([[-1.0], [1.0]])
    picture = fit(torch.neg, (x, -x), (x, x), "t")
    start, *_, end = max((points(d) for d in paths(picture, "ink")), key=len)
    found = re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)"', picture.svg)
    circles_and_crosses = [(float(a), float(b)) for a, b in found]
    expected = [start, end, (start[0], end[1]), (end[0], start[1])]
    for mark, place in zip(circles_and_crosses, expected, strict=True):
        assert mark == pytest.approx(place, abs=0.01)
    across, up = (-1.1, 1.1), (-1.5, 1.5)  # a half beyond the points, above and below
    assert marks(picture, across, up) == [
        Mark("circle", "a", (-1, 1)),
        Mark("circle", "a", (1, -1)),
        Mark("cross", "b", (-1, -1)),
        Mark("cross", "b", (1, 1)),
    ]
    assert {"x", "t"} <= set(words(picture))


def test_a_curve_is_found_in_the_precision_of_its_points() -> None:
    x = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    model = torch.nn.Linear(1, 1, dtype=torch.float64)
    assert "丸（2 個）で 0.00" in fit(model, (x, model(x).detach()), (x, x), "").description
