"""The pictures, the table and the words of a trace all tell the same facts."""

from __future__ import annotations

import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from neuron import Neuron, flow, graph
from neuron.picture import Picture
from neuron.trace import Trace, trace, watch

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def record() -> Trace:
    """The neuron of the lesson, one operation after the other."""
    w1, w2, b = (torch.tensor(value, requires_grad=True) for value in (0.6, -0.2, 0.8))
    with watch() as values:
        first, second = w1 * 1.0, w2 * 2.0
        total = first + second
        u = total + b
        y = torch.tanh(u)
        error = y - 1.0
        loss = error**2
    names = {"w₁": w1, "w₂": w2, "b": b, "w₁x₁": first, "w₂x₂": second}
    names |= {"w₁x₁ + w₂x₂": total, "u": u, "y": y, "y − t": error, "L": loss}
    return trace(loss, values, names=names)


def words(picture: Picture) -> list[str]:
    return [text.text for text in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]


def test_the_picture_of_the_lesson_holds_its_numbers_as_text(record: Trace) -> None:
    picture = flow.draw(record)
    said = " ".join(words(picture))
    for number in ("0.7616", "−0.4768", "0.4200", "−0.2002", "−0.4005"):
        assert number in said
    for number in ("0.7616", "−0.4768", "−0.2002", "−0.4005"):
        assert number in picture.description
    assert "↑ −0.4768 × 0.4200" in words(picture)
    assert "= −0.2002" in words(picture)
    assert len(picture.svg.encode()) <= 15_000


def test_every_box_says_what_it_is_its_value_gradient_and_order(record: Trace) -> None:
    svg = ElementTree.fromstring(flow.draw(record).svg)
    boxes = [g for g in svg.iter(f"{SVG}g") if g.get("class", "").startswith("box")]
    said = [(g.get("class"), [text.text for text in g.iter(f"{SVG}text")]) for g in boxes]
    assert said[:3] == [
        ("box stage-1", ["L", "PowBackward0", "値 0.0568", "勾配 1.0000", "順番 1"]),
        ("box stage-1", ["y − t", "SubBackward0", "値 −0.2384", "勾配 −0.4768", "順番 2"]),
        ("box stage-2", ["y", "TanhBackward0", "値 0.7616", "勾配 −0.4768", "順番 3"]),
    ]
    assert len(said) == 10
    badges = [g for g in svg.iter(f"{SVG}g") if g.get("class", "").startswith("badge")]
    stages = [re.search(r"stage-(\d)", each)[1] for each, _ in said]
    assert [next(g.iter(f"{SVG}text")).text for g in badges] == stages


def test_the_words_and_the_table_tell_what_the_picture_shows(record: Trace) -> None:
    assert flow.describe(record).startswith(
        "1番目、L: 値 0.0568、勾配 1.0000。2番目、y − t: 値 −0.2384、勾配 −0.4768。"
        "3番目、y: 値 0.7616、勾配 −0.4768。4番目、u: 値 1.0000、勾配 −0.2002。"
    )
    table = flow.table(record)
    rows = repr(table).splitlines()
    assert rows[2] == "3  y  TanhBackward0  0.7616  −0.4768  uへ −0.4768 × 0.4200 = −0.2002"
    assert rows[7] == "8  w₂  AccumulateGrad  −0.2000  −0.4005  （葉なので、ここで終わり）"
    html = table._repr_html_()
    assert html.count("<tr>") == 11
    assert html.count('scope="col"') == 6
    assert "<summary>図の内容を表で見る</summary>" in html
    for row in rows:
        for cell in row.split("  "):
            assert f"<td>{cell}</td>" in html


def test_the_steps_go_forward_as_computed_and_back_as_the_engine_ran(record: Trace) -> None:
    steps = flow.steps(record)
    titles = repr(steps).splitlines()
    assert titles[:2] == ["順伝播 1/7　w₁x₁の値 0.6000", "順伝播 2/7　w₂x₂の値 −0.4000"]
    assert titles[6:8] == ["順伝播 7/7　Lの値 0.0568", "逆伝播 1/10　Lの勾配 1.0000"]
    assert titles[-1] == "逆伝播 10/10　w₁の勾配 −0.2002"
    assert len(titles) == 17
    assert steps._repr_html_().count("<figcaption>") == 17

    def states(picture: Picture) -> list[str]:
        groups = ElementTree.fromstring(picture.svg).iter(f"{SVG}g")
        return [g.get("class").split()[-1] for g in groups if g.get("class").startswith("box")]

    first, last = states(steps.pictures[0]), states(steps.pictures[-1])
    assert sorted(first) == ["done"] * 3 + ["later"] * 6 + ["now"]  # the leaves have values already
    assert sorted(last) == ["done"] * 9 + ["now"]
    assert words(steps.pictures[0]).count("0.6000") == 2
    assert steps.pictures[7].description == "ここまでに求まった勾配: L 1.0000。"
    assert all(len(picture.svg.encode()) <= 15_000 for picture in steps.pictures)


def test_a_batch_is_drawn_with_what_fits_and_what_is_unknown() -> None:
    torch.manual_seed(0)
    model = Neuron(in_features=2, out_features=3)
    with watch() as values:
        loss = model(torch.ones(4, 2)).sum()
    record = trace(loss, values, params=model)
    said = words(flow.draw(record))
    assert "値 12個の数" in said
    assert "値 不明" in said
    assert "AddmmBackward0" in said
    assert "↑ 6個の数" in said
    assert "1番目、Sum: 値" in flow.describe(record)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "不明"),
        (0.76159, "0.7616"),
        (-0.00001, "0.0000"),
        (-0.00005, "−0.0001"),
        (-1.0, "−1.0000"),
        ([[0.6, -0.2]], "[0.6000, −0.2000]"),
        ([[1.5]], "1.5000"),
        ([1.0] * 4, "[1.0000, 1.0000, 1.0000, 1.0000]"),
        ([1.0] * 5, "5個の数"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_are_short_and_never_minus_zero(value: object, text: str) -> None:
    assert flow.number(value) == text


def test_no_box_or_text_leaves_the_picture(record: Trace) -> None:
    for picture in (flow.draw(record), *flow.steps(record).pictures):
        svg = ElementTree.fromstring(picture.svg)
        left, top, width, height = map(float, svg.get("viewBox").split())
        for rect in svg.iter(f"{SVG}rect"):
            x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            assert left <= x <= x + w <= left + width
            assert top <= y <= y + h <= top + height


def test_two_calculations_give_the_same_bytes_but_for_nothing(record: Trace) -> None:
    assert flow.draw(record).svg == flow.draw(record).svg


def test_inputs_stand_from_left_to_right_as_they_are_written(record: Trace) -> None:
    svg = ElementTree.fromstring(flow.draw(record).svg)
    places = {}
    for group in svg.iter(f"{SVG}g"):
        if group.get("class", "").startswith("box"):
            text = next(group.iter(f"{SVG}text"))
            places[text.text] = (float(text.get("x")), float(text.get("y")))
    assert places["w₁"][0] < places["w₂"][0]
    assert places["w₁x₁ + w₂x₂"][0] < places["b"][0]
    assert places["w₁"][1] < places["u"][1] < places["L"][1]


def test_the_same_stage_has_the_same_number_in_both_graphs() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    loss = nn.MSELoss()(model(torch.tensor([[1.0, 2.0]])), torch.ones(1, 1))
    svg = ElementTree.fromstring(graph.draw(loss, params=model).svg)
    stages = {}
    marked = [g for g in svg.iter(f"{SVG}g") if "stage" in g.get("class", "")]
    for node, badge in zip(marked[::2], marked[1::2], strict=True):
        label, number = (next(group.iter(f"{SVG}text")).text.strip() for group in (node, badge))
        stages[label] = (node.get("class").split()[-1], number)
    assert stages == {
        "MseLossBackward0": ("stage-1", "1"),
        "TanhBackward0": ("stage-2", "2"),
        "AddmmBackward0": ("stage-3", "3"),
        "TBackward0": ("stage-3", "3"),
        "AccumulateGrad": ("stage-4", "4"),
        "layer1.weight": ("stage-4", "4"),
        "layer1.bias": ("stage-4", "4"),
    }


def test_what_is_no_part_of_the_lessons_neuron_has_no_number() -> None:
    svg = graph.draw(torch.ones(1, requires_grad=True).exp()).svg
    assert 'class="node function stage-0"' in svg
    assert svg.count('class="badge stage-4"') == svg.count('class="badge') == 2  # the leaf's alone


@pytest.mark.skipif(shutil.which("dot") is None, reason="Debian's graphviz is not installed")
def test_debians_dot_draws_the_same_boxes_and_arrows(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: list[str] = []
    render = graph.render
    monkeypatch.setattr(graph, "render", lambda source: sources.append(source) or render(source))
    model = Neuron()
    picture = graph.draw(model(torch.ones(1, 2)), params=model, show_saved=True)
    dot = subprocess.run(
        ["dot", "-Tsvg"], input=sources[0], capture_output=True, encoding="utf-8", check=True
    ).stdout

    def facts(svg: str) -> tuple[list[str], int]:
        root = ElementTree.fromstring(svg[svg.index("<svg") :])
        groups = [g for g in root.iter(f"{SVG}g") if g.get("class")]
        nodes = [g for g in groups if g.get("class").startswith("node")]
        labels = [" ".join(t.text.strip() for t in g.findall(f"{SVG}text")) for g in nodes]
        return sorted(labels), sum(g.get("class") == "edge" for g in groups)

    assert facts(picture.svg) == facts(dot)
