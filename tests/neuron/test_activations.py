"""The catalogue holds what the installed torch holds, with the right kind, formula and curve."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
import torch

from neuron import activations
from neuron.activations import COMPARED, Kind, catalogue, create, curve, plot, table

SVG = "{http://www.w3.org/2000/svg}"

# The list that the lesson grew from, and what torch has gained since.
SEED = [
    "ELU",
    "Hardshrink",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "MultiheadAttention",
    "PReLU",
    "ReLU",
    "ReLU6",
    "RReLU",
    "SELU",
    "CELU",
    "GELU",
    "Sigmoid",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "Softmin",
    "Softmax",
    "Softmax2d",
    "LogSoftmax",
    "AdaptiveLogSoftmaxWithLoss",
]
SINCE = ["SiLU", "Mish", "Hardswish", "Hardsigmoid", "GLU"]

KINDS = {
    Kind.NORMALISING: {"Softmin", "Softmax", "Softmax2d", "LogSoftmax"},
    Kind.GATED_OR_RANDOM: {"GLU", "RReLU"},
    Kind.NOT_ACTIVATION: {"MultiheadAttention", "AdaptiveLogSoftmaxWithLoss"},
}


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def softplus(x: float) -> float:
    return math.log(1 + math.exp(x))


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

# Each elementwise function once more, without torch.
REFERENCE = {
    "CELU": lambda x: max(0, x) + min(0, math.exp(x) - 1),
    "ELU": lambda x: x if x > 0 else math.exp(x) - 1,
    "GELU": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "Hardshrink": lambda x: x if abs(x) > 0.5 else 0,
    "Hardsigmoid": lambda x: min(1, max(0, x / 6 + 1 / 2)),
    "Hardswish": lambda x: x * min(1, max(0, x / 6 + 1 / 2)),
    "Hardtanh": lambda x: min(1, max(-1, x)),
    "LeakyReLU": lambda x: max(0, x) + 0.01 * min(0, x),
    "LogSigmoid": lambda x: math.log(sigmoid(x)),
    "Mish": lambda x: x * math.tanh(softplus(x)),
    "PReLU": lambda x: max(0, x) + 0.25 * min(0, x),
    "ReLU": lambda x: max(0, x),
    "ReLU6": lambda x: min(6, max(0, x)),
    "SELU": lambda x: SELU_SCALE * (max(0, x) + min(0, SELU_ALPHA * (math.exp(x) - 1))),
    "SiLU": lambda x: x * sigmoid(x),
    "Sigmoid": sigmoid,
    "Softplus": softplus,
    "Softshrink": lambda x: x - 0.5 if x > 0.5 else x + 0.5 if x < -0.5 else 0,
    "Softsign": lambda x: x / (1 + abs(x)),
    "Tanh": math.tanh,
    "Tanhshrink": lambda x: x - math.tanh(x),
    "Threshold": lambda x: x if x > 0.5 else 0,
}


def names(kind: Kind) -> set[str]:
    return {item.name for item in catalogue() if item.kind is kind}


def test_everything_in_the_old_list_and_what_came_since_is_there() -> None:
    assert {*SEED, *SINCE} <= {item.name for item in catalogue()}
    assert len(SEED) == 25


def test_everything_that_torch_calls_an_activation_is_there() -> None:
    exported = {name for name in torch.nn.modules.activation.__all__ if hasattr(torch.nn, name)}
    assert exported <= {item.name for item in catalogue()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_follows_from_behaviour(kind: Kind) -> None:
    assert names(kind) == KINDS[kind]


def test_all_others_work_on_each_element_alone() -> None:
    assert names(Kind.ELEMENTWISE) == set(REFERENCE)


def test_every_activation_has_a_formula_and_nothing_else_has() -> None:
    for item in catalogue():
        assert bool(item.formula) == (item.kind is not Kind.NOT_ACTIVATION), item.name


@pytest.mark.parametrize("name", REFERENCE)
def test_a_curve_is_the_function_and_its_slope(name: str) -> None:
    f, c = REFERENCE[name], curve(name)
    h = 1e-6
    for x, y, dy in zip(c.x.tolist(), c.y.tolist(), c.dy.tolist(), strict=True):
        assert y == pytest.approx(f(x), abs=1e-12)
        left, right = (f(x) - f(x - h)) / h, (f(x + h) - f(x)) / h
        if abs(left - right) < 1e-4:  # at a kink torch chooses a side
            assert dy == pytest.approx((left + right) / 2, abs=1e-5)


def test_the_slope_of_relu_at_its_kink_is_zero_as_the_page_says() -> None:
    c = curve("ReLU")
    (middle,) = (c.x == 0).nonzero()
    assert c.dy[middle].item() == 0.0


def test_the_eight_are_drawn_with_what_a_listener_needs_to_know() -> None:
    gallery = plot(COMPARED)
    assert [p.title for p in gallery.pictures] == [f"{name}とその導関数" for name in COMPARED]
    tanh = gallery.pictures[0].description
    assert "x = -4 で -1.00、x = 0 で 0.00、x = 4 で 1.00" in tanh
    assert "破線の導関数は 0.00 から 1.00" in tanh
    assert repr(gallery).splitlines()[0] == f"<図：Tanhとその導関数。{tanh}>"
    assert gallery._repr_html_().count("<svg ") == 8


def test_no_description_says_minus_zero() -> None:
    for picture in plot(sorted(REFERENCE)).pictures:
        assert "-0.00" not in picture.description.replace("-0.00" + "1", "")


def test_a_table_holds_name_formula_and_note() -> None:
    lines = table(Kind.NORMALISING)._repr_markdown_().splitlines()
    assert lines[2].startswith(r"| `nn.LogSoftmax` | $\log")
    assert lines[2].endswith("| Softmax の対数 |")
    assert repr(table(Kind.GATED_OR_RANDOM)) == "GLU\nRReLU"
    assert "| — |" in table(Kind.NOT_ACTIVATION)._repr_markdown_()


def test_a_name_that_torch_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="NoSuch という活性化関数はありません"):
        create("NoSuch")


def test_a_new_activation_of_torch_appears_without_a_formula(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Novel(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * 2

    monkeypatch.setattr(torch.nn, "Novel", Novel, raising=False)
    exported = [*torch.nn.modules.activation.__all__, "Novel"]
    monkeypatch.setattr(torch.nn.modules.activation, "__all__", exported)
    for cached in (activations._names, activations.catalogue):
        cached.cache_clear()
    try:
        (novel,) = (item for item in catalogue() if item.name == "Novel")
        assert (novel.kind, novel.formula) == (Kind.ELEMENTWISE, "")
        assert "| `nn.Novel` | — |" in table(Kind.ELEMENTWISE)._repr_markdown_()
    finally:
        for cached in (activations._names, activations.catalogue):
            cached.cache_clear()


def test_descriptions_round_to_two_places() -> None:
    (picture,) = plot(["SiLU"]).pictures
    assert repr(picture) == (
        "<図：SiLUとその導関数。実線の関数は x = -4 で -0.07、x = 0 で 0.00、x = 4 で 3.93。"
        "破線の導関数は -0.10 から 1.10。>"
    )


def test_a_table_is_markdown_in_which_bars_are_escaped() -> None:
    lines = table(Kind.ELEMENTWISE)._repr_markdown_().splitlines()
    assert lines[:2] == ["| 名前 | 式 | 説明 |", "|---|---|---|"]
    assert r"| `nn.Softsign` | $\frac{x}{1 + \|x\|}$ |  |" in lines
    assert (
        "| `nn.PReLU` | $\\max(0, x) + a \\min(0, x)$ | a は学習で決まる。はじめは 0.25 |" in lines
    )


def test_a_line_is_parted_where_the_value_jumps() -> None:
    def lines(name: str) -> int:
        (picture,) = plot([name]).pictures
        root = ElementTree.fromstring(picture.svg)
        (line, *_) = [p for p in root.iter(f"{SVG}path") if "--neuron-a," in p.get("style", "")]
        return line.get("d").count("M")

    assert {name: lines(name) for name in ("ReLU", "Threshold", "Hardshrink")} == {
        "ReLU": 1,
        "Threshold": 2,
        "Hardshrink": 3,
    }
