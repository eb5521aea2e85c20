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
from neuron.drawing import numbers, sheet
from neuron.drawing.graphviz import render
from neuron.drawing.heat import DARK, PALE, shades
from neuron.drawing.words import gradient_of, value_of
from neuron.picture import Picture
from neuron.trace import GraphError, Trace, trace, watch

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
    html = steps._repr_html_()
    assert html.count("<li ") == 17
    assert html.count("<svg ") == 1
    assert [phase for phase, _, _ in steps.moments] == ["value"] * 7 + ["gradient"] * 10
    for phase, index, text in steps.moments:
        box = record.boxes[index]
        assert box.label in text
        assert (value_of(box) if phase == "value" else gradient_of(box)) in text


def test_the_steps_of_a_long_calculation_grow_no_faster_than_it() -> None:
    def size(layers: int) -> tuple[int, int]:
        torch.manual_seed(0)
        model = nn.Sequential(
            *[part for _ in range(layers) for part in (nn.Linear(2, 2), nn.Tanh())]
        )
        with watch() as values:
            y = model(torch.ones(1, 2)).sum()
        record = trace(y, values, params=model)
        return len(record.boxes), len(flow.steps(record)._repr_html_().encode())

    (few, small), (many, large) = size(5), size(40)
    assert large / small < 1.1 * many / few
    assert large / many < 1_500_000 / 476


def test_a_batch_is_drawn_with_what_fits_and_what_is_unknown() -> None:
    torch.manual_seed(0)
    model = Neuron(in_features=2, out_features=3)
    with watch() as values:
        loss = model(torch.ones(4, 2)).sum()
    record = trace(loss, values, params=model)
    said = words(flow.draw(record))
    assert "AddmmBackward0" in said
    (gradient,) = [b.outputs[0].gradient for b in record.boxes if b.label == "layer1.weight"]
    norm = numbers.number(gradient.norm())
    assert {"(3, 2)", f"↑ 6個 大きさ {norm}", f"勾配 6個 大きさ {norm}"} <= set(said)
    assert "値 8個 1.0000" in said  # the input
    assert "1番目、Sum: 値" in flow.describe(record)


def test_the_kind_of_number_is_written_where_it_is_not_the_usual() -> None:
    table = nn.Embedding(3, 2)
    with watch() as values:
        y = table(torch.tensor([2, 0])).sum()
    said = words(flow.draw(trace(y, values, names={"番号": torch.tensor([2, 0])})))
    assert {"(2,) int64", "値 [2, 0]", "定数"} <= set(said)
    assert "番号" not in said  # another tensor with the same numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "不明"),
        (0.76159, "0.7616"),
        (0.0, "0"),
        (-0.0, "0"),
        (-1e-5, "−1.00e−05"),
        (0.00099, "9.90e−04"),
        (0.001, "0.0010"),
        (1e-45, "1.40e−45"),
        (-1.0, "−1.0000"),
        (99999.0, "99999.0000"),
        (1e24, "1.00e+24"),
        (3, "3"),
        (-3, "−3"),
        (True, "1"),
        (2 - 1e-9j, "2.0000−1.00e−09j"),
        ([[0.6, -0.2]], "[0.6000, −0.2000]"),
        ([[1.5]], "1.5000"),
        ([1.0] * 4, "[1.0000, 1.0000, 1.0000, 1.0000]"),
        ([1.0] * 5, "5個 1.0000"),
        ([0.0] * 5, "5個 すべて0"),
        ([0.0, 0.0, 1.0, -2.5, 4.0], "5個 −2.5000〜4.0000 0が2個"),
        ([1.0, 2.0, 3.0, float("nan"), float("-inf")], "5個 1.0000〜3.0000 nanが1個 infが1個"),
        ([float("inf")] * 5, "5個 infが5個"),
        ([1, 2, 3, 4, 5], "5個 1〜5"),
        ([3 + 4j, 0, 0, 0, 0], "5個 大きさ 5.0000"),
        (float("nan"), "nan"),
        (float("-inf"), "−inf"),
    ],
)
def test_numbers_are_short_and_zero_looks_unlike_small(value: object, text: str) -> None:
    given = value if value is None else torch.tensor(value)
    assert numbers.number(given) == text


def test_a_norm_stands_for_a_long_gradient() -> None:
    assert numbers.size(torch.tensor([3.0, 4.0, 0.0, 0.0, 0.0])) == "5個 大きさ 5.0000"
    assert numbers.size(torch.full((5,), 6e4, dtype=torch.float16)) == "5個 大きさ 1.34e+05"
    assert numbers.size(torch.zeros(5)) == "5個 すべて0"
    assert numbers.size(None) == "なし"


@pytest.mark.parametrize("thing", [torch.ones(1), None, "record"])
def test_only_a_record_is_drawn(thing: object) -> None:
    for show in (flow.draw, flow.steps, flow.table, flow.describe):
        with pytest.raises(GraphError, match=r"trace\(…\) の記録を渡してください"):
            show(thing)


def test_a_picture_that_nobody_could_read_is_refused() -> None:
    w = torch.tensor(1.0, requires_grad=True)
    record = trace(sum(w * number for number in range(300)))
    with pytest.raises(GraphError, match=r"図の箱が 500 を超えました（\d+ 個）"):
        flow.draw(record)


PLACES = """\
graph 1 2 4
node n1 1.5 2 1.5 1 x solid box black lightgrey
node n0 1 0.5 1 0.5 x solid box black lightgrey
node n2 0.5 3.5 1 0.5 x solid box black lightgrey
edge n2 n1 4 0.5 3 0.6 2.9 0.7 2.8 0.75 2.75 0 0.25 2.5 solid black
edge n2 n1 4 0.5 3 0.6 3 0.7 3 0.75 3 solid black
edge n1 n0 4 1.5 1.5 1.4 1.3 1.3 1.2 1.25 1.125 "0" 1.75 1.25 solid black
stop
"""

# 72 px an inch, y downward from 4 inches; a head is 6 long and 6 wide, in the curve's direction.
EDGES = [
    '<g class="edge"><path d="M108.0 180.0C100.8 194.4 93.6 201.6 90.0 207.0" fill="none" '
    'stroke="currentColor"/>'
    '<path class="head" d="M86.7 212.0L87.5 205.3 92.5 208.7Z" fill="currentColor"/>{}</g>',
    '<g class="edge"><path d="M36.0 72.0C43.2 79.2 50.4 86.4 54.0 90.0" fill="none" '
    'stroke="currentColor"/>'
    '<path class="head" d="M58.2 94.2L51.9 92.1 56.1 87.9Z" fill="currentColor"/>{}</g>',
    '<g class="edge"><path d="M36.0 72.0C43.2 72.0 50.4 72.0 54.0 72.0" fill="none" '
    'stroke="currentColor"/>'
    '<path class="head" d="M60.0 72.0L54.0 75.0 54.0 69.0Z" fill="currentColor"/></g>',
]
LABELS = [
    '<text x="126.0" y="194.5" fill="currentColor">↑ 1.0000 × 2.0000</text>'
    '<text x="126.0" y="209.5" fill="currentColor">= 2.0000</text>',
    '<text x="18.0" y="104.5" fill="currentColor">↑ 2.0000 × 1.0000</text>'
    '<text x="18.0" y="119.5" fill="currentColor">= 2.0000</text>',
]
BOXES = [
    '<g class="box stage-1"><rect x="36.0" y="234.0" width="72.0" height="36.0" rx="4" '
    'fill="#fff" stroke="#666"/>'
    '<text x="72.0" y="226.0" fill="#222">L</text>'
    '<text x="72.0" y="241.0" class="name" fill="#222">PowBackward0</text>'
    '<text x="72.0" y="256.0" fill="#222">値 1.0000</text>'
    '<text x="72.0" y="271.0" fill="#222">勾配 1.0000</text>'
    '<text x="72.0" y="286.0" fill="#222">順番 1</text></g>'
    '<g class="badge stage-1"><circle cx="35.0" cy="269.0" r="9"/>'
    '<text x="35.0" y="273.5" text-anchor="middle" fill="var(--pst-color-background, '
    '#fff)">1</text></g>',
    '<g class="box stage-3"><rect x="54.0" y="108.0" width="108.0" height="72.0" rx="4" '
    'fill="#fff" stroke="#666"/>'
    '<text x="108.0" y="125.5" class="name" fill="#222">AddBackward0</text>'
    '<text x="108.0" y="140.5" fill="#222">値 1.0000</text>'
    '<text x="108.0" y="155.5" fill="#222">勾配 2.0000</text>'
    '<text x="108.0" y="170.5" fill="#222">順番 2</text></g>'
    '<g class="badge stage-3"><circle cx="53.0" cy="179.0" r="9"/>'
    '<text x="53.0" y="183.5" text-anchor="middle" fill="var(--pst-color-background, '
    '#fff)">3</text></g>',
    '<g class="box stage-4"><rect x="0.0" y="18.0" width="72.0" height="36.0" rx="18" '
    'fill="#fff" stroke="#666"/>'
    '<text x="36.0" y="10.0" fill="#222">w</text>'
    '<text x="36.0" y="25.0" class="name" fill="#222">AccumulateGrad</text>'
    '<text x="36.0" y="40.0" fill="#222">値 0.5000</text>'
    '<text x="36.0" y="55.0" fill="#222">勾配 4.0000</text>'
    '<text x="36.0" y="70.0" fill="#222">順番 3</text></g>'
    '<g class="badge stage-4"><circle cx="-1.0" cy="53.0" r="9"/>'
    '<text x="-1.0" y="57.5" text-anchor="middle" fill="var(--pst-color-background, '
    '#fff)">4</text></g>',
]
SVG_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="neuron-flow" viewBox="-11 -11 166 310" '
    'width="166" height="310" font-size="12" text-anchor="middle" '
    'style="min-width:166px" role="img">'
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What Graphviz is asked for; it answers with ``PLACES``."""
    calls: list[tuple[str, str]] = []
    monkeypatch.setattr(sheet, "render", lambda *call: calls.append(call) or PLACES)
    return calls


@pytest.fixture
def doubled() -> Trace:
    """A square of a sum that uses its leaf twice."""
    w = torch.tensor(0.5, requires_grad=True)
    with watch() as values:
        loss = (w + w) ** 2
    return trace(loss, values, names={"w": w, "L": loss})


def test_the_picture_stands_where_graphviz_put_it(
    doubled: Trace, asked: list[tuple[str, str]]
) -> None:
    svg = flow.draw(doubled).svg
    title = "<title>値と勾配を書きこんだ計算グラフ</title>"
    assert svg.startswith(f"{SVG_HEAD}{title}<desc>1番目、L: ")
    edges = EDGES[0].format(LABELS[0]) + EDGES[1].format(LABELS[1]) + EDGES[2]
    assert svg.partition("</desc>")[2] == f"{edges}{''.join(BOXES)}</svg>"

    # 12 px letters: 0.66 of that for narrow ones, 0.8 for capitals, 1.02 for wide ones and m and w;
    # 16 px beside, 8 px above.
    # The widest lines are PowBackward0, AddBackward0 and AccumulateGrad.
    label = r"00000000000000000\n00000000"
    assert asked == [
        (
            "digraph { graph [nodesep=0.2 ranksep=0.3 ordering=in]; "
            "node [shape=box fixedsize=true label=x];\n"
            'edge [fontname="Courier New" fontsize=12];\n'
            "n0 [width=1.7089 height=1.1528];\n"
            "n1 [width=1.6489 height=0.9444];\n"
            "n2 [width=1.8689 height=1.1528];\n"
            f'n1 -> n0 [key="0" label="{label}"];\n'
            f'n2 -> n1 [key="0" label="{label}"];\n'
            f'n2 -> n1 [key="1" label="{label}"];\n'
            "}",
            "plain",
        )
    ]


def test_the_steps_stand_where_graphviz_put_them(
    doubled: Trace, asked: list[tuple[str, str]]
) -> None:
    steps = flow.steps(doubled)
    assert [text for _, _, text in steps.moments] == [
        "順伝播 1/2　Addの値 1.0000",
        "順伝播 2/2　Lの値 1.0000",
        "逆伝播 1/3　Lの勾配 1.0000",
        "逆伝播 2/3　Addの勾配 2.0000",
        "逆伝播 3/3　wの勾配 4.0000",
    ]
    assert steps.picture.description == flow.describe(doubled)
    assert (
        '<g class="box stage-3"><rect x="54.0" y="108.0" width="108.0" height="72.0" rx="4" '
        'fill="#fff" stroke="#666"/><text x="108.0" y="133.0" fill="#222">Add</text>'
        '<text x="108.0" y="148.0" class="value" fill="#222">値 1.0000</text>'
        '<text x="108.0" y="163.0" class="gradient" fill="#222">勾配 2.0000</text></g>'
    ) in steps.picture.svg
    ((source, _),) = asked
    assert source.splitlines()[0].startswith("digraph { graph [nodesep=0.12 ranksep=0.22 ordering")
    # 勾配 4.0000: two wide letters and seven narrow ones
    assert source.splitlines()[2:6] == [
        "n0 [width=1.3322 height=0.7361];",
        "n1 [width=1.3322 height=0.7361];",
        "n2 [width=1.3322 height=0.7361];",
        'n1 -> n0 [key="0" label=""];',
    ]


def test_the_table_and_the_steps_are_this_html(doubled: Trace) -> None:
    assert flow.table(doubled)._repr_html_() == (
        '<details class="neuron-table" style="overflow-x:auto">'
        "<summary>図の内容を表で見る</summary><table><thead><tr>"
        '<th scope="col">順番</th><th scope="col">計算</th><th scope="col">grad_fn</th>'
        '<th scope="col">値</th><th scope="col">届いた勾配</th><th scope="col">送った勾配</th>'
        "</tr></thead><tbody><tr><td>1</td><td>L</td><td>PowBackward0</td><td>1.0000</td>"
        "<td>1.0000</td><td>Addへ 1.0000 × 2.0000 = 2.0000</td></tr><tr><td>2</td><td>Add</td>"
        "<td>AddBackward0</td><td>1.0000</td><td>2.0000</td>"
        "<td>wへ 2.0000 × 1.0000 = 2.0000、wへ 2.0000 × 1.0000 = 2.0000</td></tr><tr><td>3</td>"
        "<td>w</td><td>AccumulateGrad</td><td>0.5000</td><td>4.0000</td>"
        "<td>（葉なので、ここで終わり）</td></tr></tbody></table></details>"
    )
    steps = flow.steps(doubled)
    first, second = steps.moments[0], steps.moments[3]
    html = flow.Steps(steps.picture, (first, second))._repr_html_()
    assert html == (
        f'<div class="neuron-steps">{steps.picture._repr_html_()}<ol>'
        '<li data-phase="value" data-box="1">順伝播 1/2　Addの値 1.0000</li>'
        '<li data-phase="gradient" data-box="1">逆伝播 2/3　Addの勾配 2.0000</li></ol></div>'
    )


def test_no_box_or_text_leaves_the_picture(record: Trace) -> None:
    for picture in (flow.draw(record), flow.steps(record).picture):
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
    marked = [g for g in svg.iter(f"{SVG}g") if re.search("stage-[1-4]", g.get("class", ""))]
    for node, badge in zip(marked[::2], marked[1::2], strict=True):
        label, number = (next(group.iter(f"{SVG}text")).text.strip() for group in (node, badge))
        stages[label] = (node.get("class").split()[1], number)
    assert stages == {
        "MseLossBackward0": ("stage-1", "1"),
        "TanhBackward0": ("stage-2", "2"),
        "AddmmBackward0": ("stage-3", "3"),
        "TBackward0": ("stage-3", "3"),
        "AccumulateGrad": ("stage-4", "4"),
        "layer1.weight": ("stage-4", "4"),
        "layer1.bias": ("stage-4", "4"),
    }


def test_only_the_lessons_neuron_has_numbers() -> None:
    x = torch.ones(1, 4, requires_grad=True)
    norm = (x - x.mean()) / ((x**2).mean() + 1).sqrt()
    other = nn.functional.cross_entropy(torch.relu(norm) + x, torch.tensor([1]))
    inside = torch.relu(x - 2).sum().exp()
    v = torch.tensor(1.0, requires_grad=True)
    shifted = torch.tanh((v * 1 - 2) * v)  # a difference that is no loss
    for y in (x.exp().sum(), other, inside, shifted):
        assert 'class="badge' not in graph.draw(y).svg
        assert 'class="badge' not in flow.draw(trace(y)).svg
    w = torch.tensor(0.6, requires_grad=True)
    assert graph.draw((torch.tanh(w * 1) - 1) ** 2).svg.count('class="badge') == 6


@pytest.mark.skipif(shutil.which("dot") is None, reason="Debian's graphviz is not installed")
def test_debians_dot_draws_the_same_boxes_and_arrows(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: list[str] = []
    monkeypatch.setattr(graph, "render", lambda *of: sources.append(of[0]) or render(*of))
    model = Neuron()
    picture = graph.draw(model(torch.ones(1, 2)), params=model, show_saved=True)
    dot = subprocess.run(
        ["dot", "-Tsvg"], input=sources[0], capture_output=True, encoding="utf-8", check=True
    ).stdout

    def facts(svg: str, box: str) -> tuple[list[str], int]:
        root = ElementTree.fromstring(svg[svg.index("<svg") :])
        groups = {g: g.get("class", "").split()[:1] for g in root.iter(f"{SVG}g")}
        boxes = [g for g, kind in groups.items() if kind == [box]]
        labels = [" ".join(t.text.strip() for t in g.findall(f"{SVG}text")) for g in boxes]
        return sorted(map(str.strip, labels)), list(groups.values()).count(["edge"])

    assert facts(picture.svg, "box") == facts(dot, "node")


def test_the_larger_the_gradient_the_darker_the_box() -> None:
    w = torch.tensor(1e-4, requires_grad=True)
    with watch() as values:
        y = (w * 100) * 10  # the gradients are 1, 10 and 1000
    for picture in (
        flow.draw(trace(y, values), heat=True),
        flow.draw(trace(y, values, names={"w": w}), heat=True),
    ):
        found = [float(each) for each in re.findall(r'fill-opacity="([\d.]+)"', picture.svg)]
        assert found == [0.06, 0.21, 0.5]
    assert "fill-opacity" not in flow.draw(trace(y, values)).svg

    # only how far they are from each other counts, and not how large they are
    record = trace(y, values, gradient=torch.tensor(1e-5))
    found = re.findall(r'fill-opacity="([\d.]+)"', flow.draw(record, heat=True).svg)
    assert list(map(float, found)) == [0.06, 0.21, 0.5]

    with watch() as values:
        y = torch.relu(w - 1)
    picture = flow.draw(trace(y, values), heat=True)
    assert picture.svg.count("fill-opacity") == 1  # what is exactly 0 has no colour


def test_a_shade_is_for_what_has_a_finite_size() -> None:
    one, infinite = torch.tensor(1.0), torch.tensor(float("inf"))
    assert shades([]) == []
    nothing = [None, torch.zeros(2), infinite, infinite - infinite, one.to("meta")]
    assert shades(nothing) == [0.0] * 5
    assert shades([one, None, 100 * one]) == [PALE, 0.0, DARK]
    assert shades([100 * one, infinite]) == [PALE, 0.0]


def test_what_a_relu_never_lets_through_is_counted() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    with torch.no_grad():
        model[0].bias.copy_(torch.tensor([-100.0, 100.0, -100.0]))
    with watch() as values:
        y = model(torch.randn(5, 2)).sum()
    record = trace(y, values, params=model)
    assert "いつも0の出力 2個" in words(flow.draw(record))
    assert "いつも0の出力 2個" in flow.describe(record)
    assert "いつも0の出力 2個" in flow.draw(record, depth=1, heat=True).picture.description
    with watch() as values:
        y = model(torch.randn(1, 2)).sum()  # one value tells nothing of the others
    assert "いつも0" not in flow.describe(trace(y, values, params=model))


def test_two_records_stand_side_by_side() -> None:
    w, x = torch.tensor(0.5, requires_grad=True), torch.tensor(2.0)

    def record(power: int = 2) -> Trace:
        with watch() as values:
            loss = (w * x - 3) ** power
        return trace(loss, values, names={"w": w, "x": x, "L": loss})

    before = record()
    with torch.no_grad():
        w += 0.25
    picture = flow.compare(before, record())
    said = words(picture)
    assert said[said.index("L") :][:3] == ["L", "値 4.0000 → 2.2500", "勾配 1.0000"]
    assert said[said.index("w") :][:3] == ["w", "値 0.5000 → 0.7500", "勾配 −8.0000 → −6.0000"]
    assert said[said.index("x") :][:2] == ["x", "値 2.0000"]
    assert picture.title == "2つの計算グラフの比較"
    assert "w、値 0.5000 → 0.7500、勾配 −8.0000 → −6.0000。" in picture.description
    assert re.fullmatch(r"(?:[^。]+。)+", picture.description)

    with pytest.raises(
        GraphError, match="^2つの記録は、計算のつながりが違うので、並べられません。$"
    ):
        flow.compare(before, trace(w * x))
    with pytest.raises(GraphError, match=r"trace\(…\) の記録を渡してください"):
        flow.compare(before, w)
