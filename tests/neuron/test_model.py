"""The neuron computes what nn.Linear and the activation compute, and refuses what does not fit."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from neuron import Neuron


def lesson() -> Neuron:
    return Neuron(weight=[[0.6, -0.2]], bias=[0.8])


def test_the_lessons_output_is_printed_as_the_page_shows_it() -> None:
    output = lesson()(torch.tensor([[1.0, 2.0]]))
    assert str(output) == "tensor([[0.7616]], grad_fn=<TanhBackward0>)"


def test_print_shows_the_layer_and_the_activation() -> None:
    text = str(Neuron())
    assert "(layer1): Linear(in_features=2, out_features=1, bias=True)" in text
    assert "(activation): Tanh()" in text


def test_each_neuron_has_an_activation_of_its_own() -> None:
    assert Neuron().activation is not Neuron().activation


def test_forward_is_the_activation_of_the_linear_layer() -> None:
    torch.manual_seed(0)
    neuron = Neuron(3, 4, nn.Sigmoid())
    x = torch.randn(5, 3)
    expected = torch.sigmoid(x @ neuron.layer1.weight.T + neuron.layer1.bias)
    torch.testing.assert_close(neuron(x), expected)


@pytest.mark.parametrize(
    "weight",
    [
        [[0.6, -0.2]],
        ((0.6, -0.2),),
        np.array([[0.6, -0.2]]),
        torch.tensor([[0.6, -0.2]], dtype=torch.float64),
    ],
)
def test_lists_arrays_and_tensors_become_parameters_of_the_default_dtype(weight: object) -> None:
    parameter = Neuron(weight=weight).layer1.weight
    assert isinstance(parameter, nn.Parameter)
    assert parameter.dtype == torch.float32
    torch.testing.assert_close(parameter.data, torch.tensor([[0.6, -0.2]]))


def test_integers_in_a_list_become_floats() -> None:
    assert Neuron(weight=[[1, -2]], bias=[0]).layer1.weight.tolist() == [[1.0, -2.0]]


def test_a_tensor_that_is_given_is_copied() -> None:
    weight = torch.tensor([[0.6, -0.2]])
    neuron = Neuron(weight=weight)
    weight[0, 0] = 99.0
    assert neuron.layer1.weight[0, 0].item() == pytest.approx(0.6)


@pytest.mark.parametrize(
    "weight",
    [
        np.array([[-0.2, 0.6]])[:, ::-1],
        np.array([[0.6, -0.2]], np.longdouble),
        np.array([[0.6, -0.2]], ">f8"),
        [[np.float32(0.6), np.float64(-0.2)]],
        torch.tensor([[0.6, -0.2]]).to_sparse(),
    ],
)
def test_numbers_may_lie_in_memory_in_any_way(weight: object) -> None:
    torch.testing.assert_close(Neuron(weight=weight).layer1.weight.data, lesson().layer1.weight)


def test_counts_may_be_integers_of_numpy() -> None:
    assert Neuron(np.int64(3), np.uint8(2)).layer1.weight.shape == (2, 3)


def test_an_empty_module_is_the_identity_and_not_forgotten() -> None:
    neuron = Neuron(weight=[[0.6, -0.2]], bias=[0.8], activation=nn.Sequential())
    assert neuron(torch.tensor([[1.0, 2.0]])).item() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        *(({"activation": wrong}, TypeError, [repr(wrong)]) for wrong in (False, 0, "", [])),
        ({"weight": torch.ones(1, 2, device="meta")}, TypeError, ["meta テンソル"]),
        ({"weight": [[10**400, 1]]}, ValueError, ["torch.float32 に入らないほど大きい"]),
        ({"weight": [[0.6, np.True_]]}, TypeError, ["True"]),
        ({"in_features": 10**12}, ValueError, ["1000000 以下"]),
        ({"out_features": 2**70}, ValueError, ["out_features", "1000000 以下"]),
        ({"weight": [[0.6], [-0.2]]}, ValueError, ["(2, 1)", "(1, 2)", "行と列が逆"]),
        ({"weight": [0.6, -0.2]}, ValueError, ["(2,)", "(1, 2)", "[[0.5, -0.5]]"]),
        ({"weight": [[0.6, -0.2, 1.0]]}, ValueError, ["(1, 3)"]),
        ({"weight": [[0.6], [-0.2, 1.0]]}, ValueError, ["長さがそろっていません"]),
        ({"weight": [[0.6, float("nan")]]}, ValueError, ["NaN や無限大"]),
        ({"weight": [[0.6, float("inf")]]}, ValueError, ["NaN や無限大"]),
        ({"weight": [[0.6, 1e60]]}, ValueError, ["NaN や無限大"]),
        ({"weight": [[0.6, "x"]]}, TypeError, ["'x'"]),
        ({"weight": [[0.6, True]]}, TypeError, ["True"]),
        ({"weight": [[0.6, 1j]]}, TypeError, ["1j"]),
        ({"weight": 0.6}, TypeError, ["0.6", "[[0.5, -0.5]]"]),
        ({"weight": "text"}, TypeError, ["'text'"]),
        ({"weight": torch.tensor([[1, 2]])}, TypeError, ["torch.int64"]),
        ({"weight": np.array([[1, 2]])}, TypeError, ["int64"]),
        ({"bias": 0.8}, TypeError, ["bias", "0.8", "[0.5]"]),
        ({"bias": [[0.8]]}, ValueError, ["bias", "(1, 1)", "(1,)"]),
        ({"in_features": 3, "out_features": 3, "weight": [0.1]}, ValueError, ["torch.zeros(3, 3)"]),
        ({"in_features": 0}, ValueError, ["in_features", "1 以上"]),
        ({"out_features": 1.5}, TypeError, ["out_features", "1.5"]),
        ({"in_features": True}, TypeError, ["in_features", "True"]),
        ({"activation": nn.Tanh}, TypeError, ["nn.Tanh()", "括弧"]),
        ({"activation": torch.tanh}, TypeError, ["nn.Tanh()"]),
    ],
)
def test_what_does_not_fit_is_refused_with_what_was_given_and_what_fits(
    arguments: dict, error: type[Exception], words: list[str]
) -> None:
    with pytest.raises(error) as raised:
        Neuron(**arguments)
    for word in words:
        assert word in str(raised.value)


FIT = "weight には、形 (1, 2) の小数を渡します（例: [[0.5, -0.5]]）。"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"weight": [[0.6], [-0.2]]},
            f"{FIT}渡された値の形: (2, 1)。"
            "行と列が逆です。nn.Linear の重みは（out_features, in_features）の形です。",
        ),
        ({"weight": [0.6, -0.2]}, f"{FIT}渡された値の形: (2,)。"),
        ({"weight": [[0.6, True]]}, f"{FIT}渡された値: True を含むリスト"),
        ({"weight": torch.ones(1, 2).int()}, f"{FIT}渡された値: dtype が torch.int32 のテンソル"),
        ({"weight": np.ones((1, 2), int)}, f"{FIT}渡された値: dtype が int64 の配列"),
        (
            {"in_features": 5, "weight": [[0.6]]},
            "weight には、形 (1, 5) の小数を渡します（例: torch.zeros(1, 5)）。"
            "渡された値の形: (1, 1)。",
        ),
        (
            {"bias": [0.8, 0.8]},
            "bias には、形 (1,) の小数を渡します（例: [0.5]）。渡された値の形: (2,)。",
        ),
        ({"in_features": 0}, "in_features は 1 以上の整数で指定します。渡された値: 0"),
        ({"out_features": 0}, "out_features は 1 以上の整数で指定します。渡された値: 0"),
    ],
)
def test_a_message_is_whole(arguments: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        Neuron(**arguments)
    assert str(raised.value) == message
