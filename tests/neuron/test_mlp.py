"""Layers of neurons stand one after the other, and counts that make no model are refused."""

from __future__ import annotations

import pytest
import torch

from neuron import Neuron
from neuron.mlp import MLP


def test_each_layer_takes_what_the_one_before_gives() -> None:
    model = MLP(2, 3, 4, 1)
    shapes = [tuple(layer.layer1.weight.shape) for layer in model.layers]
    assert shapes == [(3, 2), (4, 3), (1, 4)]
    assert all(type(layer) is Neuron for layer in model.layers)


def test_the_output_is_that_of_the_layers_in_their_order() -> None:
    torch.manual_seed(0)
    model, x = MLP(2, 3, 1), torch.randn(5, 2)
    first, second = model.layers
    hidden = torch.tanh(x @ first.layer1.weight.T + first.layer1.bias)
    expected = torch.tanh(hidden @ second.layer1.weight.T + second.layer1.bias)
    torch.testing.assert_close(model(x), expected)


def test_two_counts_make_a_single_layer() -> None:
    torch.manual_seed(0)
    model = MLP(2, 1)
    torch.manual_seed(0)
    neuron, x = Neuron(2, 1), torch.tensor([[1.0, 2.0]])
    assert torch.equal(model(x), neuron(x))


@pytest.mark.parametrize(
    ("features", "error", "message"),
    [
        (
            (),
            ValueError,
            "MLP には、入力の数と、層ごとのニューロンの数を渡します（例: MLP(2, 3, 1)）。"
            "渡された値: ()",
        ),
        (
            (2,),
            ValueError,
            "MLP には、入力の数と、層ごとのニューロンの数を渡します（例: MLP(2, 3, 1)）。"
            "渡された値: (2,)",
        ),
        (
            (2, 0, 1),
            ValueError,
            "MLP の 2 番目の数 は 1 以上の整数で指定します。渡された値: 0",
        ),
        (
            ([2, 3, 1], 1),
            TypeError,
            "MLP の 1 番目の数 は整数で指定します。渡された値: [2, 3, 1]",
        ),
    ],
)
def test_counts_that_make_no_model_are_refused(
    features: tuple, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        MLP(*features)
    assert str(raised.value) == message
