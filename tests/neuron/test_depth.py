"""Gradients vanish with the depth of a network as the slope of its activation says."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from neuron.activations import COMPARED
from neuron.depth import first_gradient, stack


def test_a_stack_repeats_a_layer_and_its_activation() -> None:
    model = stack("Sigmoid", 3, width=4)
    assert [type(part) for part in model] == [nn.Linear, nn.Sigmoid] * 3
    assert {tuple(layer.weight.shape) for layer in model[::2]} == {(4, 4)}
    assert all(torch.equal(layer.bias, torch.zeros(4)) for layer in model[::2])


@pytest.mark.parametrize(("name", "gain"), [("ReLU", 2**0.5), ("Tanh", 5 / 3), ("Sigmoid", 1)])
def test_weights_spread_as_their_activation_asks(name: str, gain: float) -> None:
    torch.manual_seed(0)
    weight = stack(name, 1, width=200)[0].weight
    assert weight.std().item() == pytest.approx(gain / 200**0.5, rel=0.02)


@pytest.mark.parametrize(("name", "gain"), [("LeakyReLU", (2 / 1.0001) ** 0.5), ("GELU", 1)])
def test_any_activation_that_the_book_compares_can_be_stacked(name: str, gain: float) -> None:
    torch.manual_seed(0)
    weight = stack(name, 1, width=200)[0].weight
    assert weight.std().item() == pytest.approx(gain / 200**0.5, rel=0.02)
    assert all(len(stack(each, 1, width=2)) == 2 for each in COMPARED)


def test_a_gain_of_ones_own_takes_its_place() -> None:
    weights = []
    for gain in (1, 3.0):
        torch.manual_seed(0)
        weights.append(stack("Sigmoid", 1, gain=gain)[0].weight)
    torch.testing.assert_close(weights[1], 3 * weights[0])


def test_the_gradient_is_that_of_the_first_layer() -> None:
    torch.manual_seed(0)
    model = stack("Tanh", 2, width=4)
    found = first_gradient(model)
    assert found == model[0].weight.grad.norm().item() > 0
    assert model[2].weight.grad.norm().item() != found


def test_only_sigmoid_loses_the_gradient_in_the_depth() -> None:
    torch.manual_seed(0)
    lost = {
        n: first_gradient(stack(n, 16)) / first_gradient(stack(n, 1))
        for n in ("ReLU", "Tanh", "Sigmoid")
    }
    assert lost["Sigmoid"] < 1e-6
    assert min(lost["ReLU"], lost["Tanh"]) > 1e-2
