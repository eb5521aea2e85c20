"""Pictures of a model by its modules: what is in a box, what repeats, what opens."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from neuron import flow
from neuron.drawing import numbers
from neuron.drawing.folding import Folded
from neuron.drawing.words import gradient_of, value_of
from neuron.trace import GraphError, Trace, trace, watch

SVG = "{http://www.w3.org/2000/svg}"


def record_of(model: nn.Module, x: torch.Tensor, **names: torch.Tensor) -> Trace:
    with watch() as values:
        y = model(x)
        loss = (y[0] if isinstance(y, tuple) else y).sum()
    return trace(loss, values, params=model, names={"x": x} | names)


def boxes(folded: Folded) -> list[list[str]]:
    """The lines of each box, as written."""
    svg = ElementTree.fromstring(folded.picture.svg)
    groups = [g for g in svg.iter(f"{SVG}g") if g.get("class", "").startswith("box")]
    return [[text.text or "" for text in group.iter(f"{SVG}text")] for group in groups]


def titles(folded: Folded) -> list[str]:
    return [lines[0] for lines in boxes(folded)]


def height(folded: Folded) -> int:
    return int(re.search(r' height="(\d+)"', folded.picture.svg)[1])


class Skip(nn.Module):
    """Two layers and what goes past them."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(size, size), nn.Linear(size, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(torch.relu(self.first(x)))


class Net(nn.Module):
    """A layer, blocks of two sizes, a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.start, self.end = nn.Linear(2, 3), nn.Linear(4, 1)
        self.blocks = nn.Sequential(Skip(3), Skip(3), nn.Linear(3, 4), Skip(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.end(self.blocks(self.start(x)))


@pytest.fixture(scope="module")
def net() -> Trace:
    torch.manual_seed(0)
    return record_of(Net(), torch.randn(5, 2))


def test_each_depth_shows_the_modules_down_to_it(net: Trace) -> None:
    assert titles(flow.draw(net, depth=0)) == ["Net", "Sum", "x"]
    one = ["start Linear", "blocks Sequential", "end Linear", "Sum", "x"]
    assert titles(flow.draw(net, depth=1)) == one
    two = ["start Linear", "Skip ×2", "blocks.2 Linear", "blocks.3 Skip", "end Linear", "Sum", "x"]
    assert titles(flow.draw(net, depth=2)) == two
    assert titles(flow.draw(net, depth=3)) == [
        "start Linear", "Linear、Relu、Add ×2", "blocks.2 Linear", "blocks.3.first Linear",
        "Relu", "blocks.3.second Linear", "Add", "end Linear", "Sum", "x",
    ]  # fmt: skip


def test_a_box_tells_the_value_gradient_and_parameters_of_what_is_inside(net: Trace) -> None:
    folded = flow.draw(net, depth=2)
    block = boxes(folded)[1]
    inside = {id(box) for box in net.boxes for call in box.calls if call.name == "blocks.1"}
    adds = [box for box in net.boxes if id(box) in inside and box.name == "AddBackward0"]
    assert block[:2] == ["Skip ×2", "blocks.0〜blocks.1"]
    assert block[2:4] == [f"値 {value_of(adds[0])}", f"勾配 {gradient_of(adds[0])}"]
    assert block[4] == "パラメーター 48個"
    leaves = [
        b.outputs[0].gradient for b in net.boxes if b.label.startswith(("blocks.0", "blocks.1"))
    ]
    norm = torch.cat([gradient.flatten() for gradient in leaves]).norm()
    assert block[5] == f"その勾配 大きさ {numbers.number(norm)}"
    for line in block:
        assert line in folded.picture.description


def test_one_arrow_joins_two_boxes_and_none_joins_a_box_with_itself(net: Trace) -> None:
    svg = ElementTree.fromstring(flow.draw(net, depth=2).picture.svg)
    arrows = [g for g in svg.iter(f"{SVG}g") if g.get("class") == "edge"]
    labels = [[text.text for text in arrow.iter(f"{SVG}text")] for arrow in arrows]
    assert sorted(label[0] for label in labels if label) == [
        "(5, 1)", "(5, 2)", "(5, 3)", "(5, 3)", "(5, 4)", "(5, 4)",
    ]  # fmt: skip


def test_what_is_inside_opens_down_to_the_operations(net: Trace) -> None:
    folded = flow.draw(net, depth=2)
    html = folded._repr_html_()
    opens = re.findall(r'href="#(neuron-part-\d+)"', html)
    assert sorted(opens) == sorted(re.findall(r'<details id="(neuron-part-\d+)">', html))
    assert len(set(opens)) == len(opens) == 9
    skip = folded.insides[1]
    assert skip.title == "Skip ×2"
    assert titles(skip.shown) == [
        "blocks.1.first Linear", "Relu", "blocks.1.second Linear", "Add", "Add",
    ]  # fmt: skip
    linear = skip.shown.insides[0].shown
    assert titles(linear) == ["T", "Addmm", "blocks.1.first.bias", "blocks.1.first.weight", "Add"]
    assert linear.insides == ()
    assert 'role="group"' in folded.picture.svg
    assert 'role="img"' in linear.picture.svg


def test_a_long_encoder_and_a_long_loop_are_one_box() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 12, enable_nested_tensor=False)
    folded = flow.draw(record_of(encoder, torch.randn(1, 3, 8)), depth=1)
    assert titles(folded) == ["TransformerEncoderLayer ×12", "Sum", "x"]
    assert height(folded) <= 2000

    folded = flow.draw(record_of(nn.GRU(2, 3), torch.randn(40, 1, 2)), depth=1)
    assert titles(folded) == ["GRU", "Sum", "x"]
    (inside,) = folded.insides
    assert [title for title in titles(inside.shown) if "×" in title] == [
        "UnsafeSplit、T、Addmmなど ×40"
    ]
    assert height(folded) + height(inside.shown) <= 2000


def test_what_repeats_is_followed_through_and_looks_the_same() -> None:
    class Parallel(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.q, self.k = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.q(x) * self.k(x)

    side_by_side = flow.draw(record_of(Parallel(), torch.ones(1, 2)), depth=1)
    assert titles(side_by_side)[:2] == ["q Linear", "k Linear"]

    pairs = nn.Sequential(*[part for _ in range(5) for part in (nn.Linear(2, 2), nn.Tanh())])
    assert titles(flow.draw(record_of(pairs, torch.ones(1, 2)), depth=1))[0] == "Linear、Tanh ×5"

    wider = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 3), nn.Linear(3, 3), nn.Linear(3, 3))
    found = titles(flow.draw(record_of(wider, torch.ones(1, 2)), depth=1))
    assert found[:3] == ["0 Linear", "1 Linear", "Linear ×2"]


def test_the_words_of_a_sentence_are_one_box() -> None:
    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.GRUCell(2, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = torch.zeros(3)
            for each in x:
                h = self.cell(each, h)
            return h

    found = titles(flow.draw(record_of(Loop(), torch.randn(6, 2)), depth=1))
    assert found == ["GRUCell ×6", "Sum", "xの一部 ×6", "定数"]  # and its parameters inside


def test_what_has_no_modules_or_no_depth_is_refused() -> None:
    w = torch.tensor(1.0, requires_grad=True)
    with watch() as values:
        y = w * 2
    record = trace(y, values)
    with pytest.raises(GraphError, match="部品の呼び出しが記録されていません"):
        flow.draw(record, depth=1)
    for depth in (-1, 1.5, True, "1"):
        with pytest.raises(GraphError, match="0 以上の整数を渡してください"):
            flow.draw(record, depth=depth)


def test_a_module_that_is_gone_still_has_its_kind() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    with watch() as values:
        y = nn.Linear(2, 1)(model[:2](torch.ones(1, 2))).sum()
    folded = flow.draw(trace(y, values, params=model), depth=1)
    assert titles(folded) == ["Sequential", "Linear", "Sum", "定数"]
