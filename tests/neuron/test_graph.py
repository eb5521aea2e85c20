"""A computation graph is drawn the same everywhere, readable by eye and by ear."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from neuron import Neuron
from neuron.drawing import graphviz
from neuron.drawing.graphviz import render
from neuron.graph import GraphError, draw
from neuron.picture import Picture

SVG = "{http://www.w3.org/2000/svg}"

DRAW = """
import torch
junk = [object() for _ in range(torch.randint(1, 10**5, ()).item())]  # other ids in each process
from neuron import Neuron
from neuron.graph import draw
model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
print(draw(model(torch.tensor([[1.0, 2.0]])), params=model, show_saved=True).svg)
"""


def lesson(show_saved: bool = False) -> Picture:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    output = model(torch.tensor([[1.0, 2.0]]))
    return draw(output, params=model, show_saved=show_saved)


def boxes(picture: Picture) -> dict[str, set[str]]:
    """The labels of the boxes of each kind."""
    found: dict[str, set[str]] = {}
    for group in ElementTree.fromstring(picture.svg).iter(f"{SVG}g"):
        classes = group.get("class", "").split()
        if "box" in classes:
            words = " ".join("".join(text.itertext()) for text in group.iter(f"{SVG}text"))
            found.setdefault(classes[-1], set()).add(words)
    return found


def test_each_box_has_its_kind_and_its_label() -> None:
    assert boxes(lesson(show_saved=True)) == {
        "output": {"(1, 1)"},
        "function": {"TanhBackward0", "AddmmBackward0", "TBackward0", "AccumulateGrad"},
        "parameter": {"layer1.weight (1, 2)", "layer1.bias (1)"},
        "saved": {"result (1, 1)", "mat1 (1, 2)"},
    }


def test_a_parameter_is_round_and_what_is_computed_is_not() -> None:
    drawn = re.findall(r'<g class="box stage-\d (\w+)"><rect [^>]*rx="(\d+)"', lesson(True).svg)
    assert set(drawn) == {("output", "4"), ("function", "4"), ("saved", "4"), ("parameter", "19")}


def test_saved_tensors_are_drawn_only_when_asked_for() -> None:
    assert "saved" not in boxes(lesson())


def test_a_view_has_a_box_of_its_own_kind() -> None:
    x = torch.ones(2, 2, requires_grad=True)
    assert "view" in boxes(draw((x * 2).view(4)))


def test_each_saved_tensor_has_a_box_and_the_description_names_as_many() -> None:
    a = torch.randn(5, requires_grad=True)
    picture = draw(a * a, show_saved=True)
    assert picture.svg.count(' saved"') == 2
    assert "保存されたテンソル: other (5)、self (5)。" in picture.description


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, bias=None):
        ctx.save_for_backward(x, bias)
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 2, None


def test_what_a_function_of_ones_own_saved_is_drawn_only_when_asked_for() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    for bias, count in ((None, 1), (torch.tensor(0.0), 2)):
        y = Doubled.apply(x, bias)
        assert "saved" not in boxes(draw(y))
        assert draw(y, show_saved=True).svg.count(' saved"') == count


def test_a_checkpoint_is_not_computed_again_for_a_picture() -> None:
    calls = []
    x = torch.ones(2, requires_grad=True)
    y = checkpoint(lambda t: calls.append(1) or (t * t).tanh(), x, use_reentrant=False).sum()
    picture = draw(y, show_saved=True)
    assert calls == [1]
    assert "チェックポイント" in picture.description
    assert "チェックポイント" not in draw(y).description


def test_parameters_may_be_a_dictionary_and_inputs_have_names() -> None:
    model, x = Neuron(), torch.ones(1, 2, requires_grad=True)
    named = draw(model(x), params=dict(model.named_parameters()), names={"x": x})
    assert {"layer1.weight (1, 2)", "x (1, 2)"} <= boxes(named)["parameter"]


def test_several_outputs_are_drawn_in_one_picture() -> None:
    w = torch.ones(2, requires_grad=True)
    assert boxes(draw([w * 2, w.sum()]))["output"] == {"(2)", "()"}


def test_the_loss_is_drawn_down_to_the_parameters() -> None:
    model = Neuron()
    loss = nn.MSELoss()(model(torch.ones(1, 2)), torch.ones(1, 1))
    assert "MseLossBackward0" in boxes(draw(loss, params=model))["function"]


def test_the_description_names_what_the_picture_shows() -> None:
    picture = lesson()
    tree = ElementTree.fromstring(picture.svg)
    assert tree.get("role") == "img"
    assert tree[0].tag == f"{SVG}title"
    assert tree[1].text == picture.description
    assert "パラメーター: layer1.bias (1)、layer1.weight (1, 2)。" in picture.description
    assert "TanhBackward0、AddmmBackward0" in picture.description
    assert repr(picture) == f"<図：計算グラフ。{picture.description}>"


def test_a_listener_hears_every_box_and_the_number_of_arrows() -> None:
    assert repr(lesson(show_saved=True)) == (
        "<図：計算グラフ。出力: (1, 1)。逆向きの計算: TanhBackward0、AddmmBackward0、"
        "AccumulateGrad、TBackward0、AccumulateGrad。パラメーター: layer1.bias (1)、"
        "layer1.weight (1, 2)。保存されたテンソル: result (1, 1)、mat1 (1, 2)。"
        "箱をつなぐ矢印は 9 本。>"
    )
    view = draw(torch.ones(2, requires_grad=True).double().view(1, 2))
    assert "出力のもとのテンソル: " in view.description


def test_it_is_drawn_as_every_picture_of_a_record_is() -> None:
    svg = ElementTree.fromstring(lesson().svg)
    assert svg.get("class") == "neuron-flow"
    assert len(list(svg.iter(f"{SVG}rect"))) == 8
    edges = [group for group in svg.iter(f"{SVG}g") if group.get("class") == "edge"]
    assert len(edges) == 7
    assert {edge[0].get("stroke") for edge in edges} == {"currentColor"}  # on whatever is behind


def test_what_was_saved_hangs_on_a_line_and_a_view_on_dots() -> None:
    heads = lesson(show_saved=True).svg.count('class="head"')
    assert heads == lesson().svg.count('class="head"') == 7
    x = torch.ones(2, 2, requires_grad=True)
    assert draw((x * 2).view(4)).svg.count("stroke-dasharray") == 1
    assert "stroke-dasharray" not in lesson().svg


@pytest.mark.parametrize("name", ['a"b', "a\\nb", "<b>x</b>", "{x|y}", "名前", "a\nb"])
def test_any_name_is_shown_as_it_is(name: str) -> None:
    x = torch.ones(1, requires_grad=True)
    (label,) = boxes(draw(x * 2, names={name: x}))["parameter"]
    assert label == f"{name} (1)".replace("\n", " ")


def test_colours_are_those_of_the_kinds_and_nothing_reaches_out_of_the_picture() -> None:
    svg = lesson(show_saved=True).svg
    colours = {"#caff70", "lightgrey", "lightblue", "orange"}
    assert set(re.findall(r'<rect [^>]*fill="([^"]+)"', svg)) == colours
    assert "<style" not in svg
    assert " id=" not in svg
    assert len(svg.encode()) < 6_000


def test_the_bytes_are_the_same_in_every_process_and_without_any_dot_on_the_path() -> None:
    pictures = {
        subprocess.run(
            [sys.executable, "-c", DRAW],
            env=os.environ | {"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(pictures) == 1
    assert "TanhBackward0" in pictures.pop()


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (
            torch.ones(1),
            "このテンソルには計算グラフがありません（grad_fn が None です）。"
            "requires_grad=True の値から、torch.no_grad() の外で計算してください。",
        ),
        (1.0, "テンソルを渡してください。渡された値: 1.0"),
    ],
)
def test_what_has_no_graph_is_refused(output: object, message: str) -> None:
    with pytest.raises(GraphError) as raised:
        draw(output)
    assert str(raised.value) == message


def test_a_graph_that_is_too_large_or_freed_is_refused() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    large = sum(x * number for number in range(300))
    with pytest.raises(GraphError, match="計算グラフの箱が 500 を超えました"):
        draw(large)
    freed = x.exp()
    freed.backward()
    with pytest.raises(GraphError, match="backward\\(\\) のあとで捨てられています"):
        draw(freed, show_saved=True)


def test_a_missing_program_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphviz.sysconfig, "get_path", lambda name: "/nowhere")
    with pytest.raises(GraphError, match="pip install graphviz-pure"):
        lesson()


def test_what_the_program_says_of_a_broken_graph_is_passed_on() -> None:
    with pytest.raises(GraphError, match="graphviz-pure が失敗しました: ."):
        render("digraph {", "plain")
