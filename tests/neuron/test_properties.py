"""What holds for every neuron, whatever its size, values, input, target and activation."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import nn

from neuron import Neuron, by_hand
from neuron.activations import Kind, catalogue, create

DIFFERENTIABLE = [item.name for item in catalogue() if item.kind is Kind.ELEMENTWISE]
numbers = st.floats(-3, 3, allow_subnormal=False)


@st.composite
def neurons(draw: st.DrawFn) -> tuple[list[float], list[float], float, float]:
    """Inputs and weights of one length, a bias and a target."""
    size = draw(st.integers(1, 6))
    values = st.lists(numbers, min_size=size, max_size=size)
    return draw(values), draw(values), draw(numbers), draw(numbers)


def of_torch(w: list[float], b: float, activation: str = "Tanh") -> Neuron:
    neuron = Neuron(len(w), activation=create(activation)).double()
    with torch.no_grad():
        neuron.layer1.weight.copy_(torch.tensor([w], dtype=torch.float64))
        neuron.layer1.bias.fill_(b)
    return neuron


@given(neurons())
@settings(deadline=None)
def test_the_hand_calculation_is_what_torch_computes(values: tuple) -> None:
    x, w, b, t = values
    neuron = of_torch(w, b)
    y = neuron(torch.tensor([x], dtype=torch.float64))
    loss = nn.MSELoss()(y, torch.tensor([[t]], dtype=torch.float64))
    loss.backward()

    hand, steps = by_hand.forward(x, w, b), by_hand.backward(x, w, b, t)
    close = {"rel": 1e-9, "abs": 1e-12}
    assert y.item() == pytest.approx(hand.y, **close)
    assert loss.item() == pytest.approx(by_hand.squared_error(hand.y, t), **close)
    assert neuron.layer1.weight.grad[0].tolist() == pytest.approx(list(steps.dL_dw), **close)
    assert neuron.layer1.bias.grad.item() == pytest.approx(steps.dL_db, **close)


@given(neurons(), st.sampled_from(DIFFERENTIABLE))
@settings(deadline=None)
def test_every_gradient_is_what_small_steps_measure(values: tuple, activation: str) -> None:
    x, w, b, t = values
    u = by_hand.weighted_sum(x, w, b)
    if any(abs(u - kink) < 1e-3 for kink in (-3, -1, -0.5, 0, 0.5, 1, 3, 6)):
        return  # a small step across a kink measures neither of the two slopes
    neuron = of_torch(w, b, activation)
    target = torch.tensor([[t]], dtype=torch.float64)

    def loss(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        parameters = {"layer1.weight": weight, "layer1.bias": bias}
        y = torch.func.functional_call(neuron, parameters, (x,))
        return nn.functional.mse_loss(y, target)

    inputs = [torch.tensor([x], dtype=torch.float64), neuron.layer1.weight, neuron.layer1.bias]
    inputs = [value.detach().clone().requires_grad_() for value in inputs]
    assert torch.autograd.gradcheck(loss, inputs)


@given(neurons())
@settings(deadline=None)
def test_a_small_step_against_the_gradient_never_raises_the_loss(values: tuple) -> None:
    x, w, b, t = values
    steps = by_hand.backward(x, w, b, t)
    rate = 1e-3
    moved = [w_i - rate * slope for w_i, slope in zip(w, steps.dL_dw, strict=True)]

    def loss(w: list[float], b: float) -> float:
        return by_hand.squared_error(by_hand.forward(x, w, b).y, t)

    assert loss(moved, b - rate * steps.dL_db) <= loss(w, b) + 1e-12


@given(neurons(), st.sampled_from(DIFFERENTIABLE), st.integers(1, 5))
@settings(deadline=None)
def test_the_rows_of_a_batch_do_not_touch_each_other(
    values: tuple, activation: str, rows: int
) -> None:
    x, w, b, _ = values
    neuron = of_torch(w, b, activation)
    batch = torch.tensor([x] * rows, dtype=torch.float64) * torch.arange(rows)[:, None]
    alone = torch.cat([neuron(row[None]) for row in batch])
    torch.testing.assert_close(neuron(batch), alone)
