"""Each number of the lesson, derived in independent ways: by symbols, by hand, and by torch."""

from __future__ import annotations

import pytest
import sympy as sp
import torch
from torch import nn

from neuron import Neuron, by_hand

X, W, B, T = (1.0, 2.0), (0.6, -0.2), 0.8, 1.0

# Written down from a calculation on paper, to seven digits.
ON_PAPER = {
    "u": 1.0,
    "y": 0.7615942,
    "L": 0.0568373,
    "dL_dy": -0.4768117,
    "dy_du": 0.4199743,
    "dL_db": -0.2002487,
    "dL_dw1": -0.2002487,
    "dL_dw2": -0.4004973,
}


@pytest.fixture(scope="module")
def symbols() -> dict[str, float]:
    """The numbers from symbolic derivatives of L = (tanh(w1 x1 + w2 x2 + b) - t)^2."""
    x1, x2, w1, w2, b, t, u, y = sp.symbols("x1 x2 w1 w2 b t u y")
    values = {
        x1: 1,
        x2: 2,
        w1: sp.Rational(3, 5),
        w2: -sp.Rational(1, 5),
        b: sp.Rational(4, 5),
        t: 1,
    }
    sum_ = w1 * x1 + w2 * x2 + b
    output = sp.tanh(sum_)
    loss = (output - t) ** 2
    parts = {
        "u": sum_,
        "y": output,
        "L": loss,
        "dL_dy": sp.diff((y - t) ** 2, y).subs(y, output),
        "dy_du": sp.diff(sp.tanh(u), u).subs(u, sum_),
        "dL_db": sp.diff(loss, b),
        "dL_dw1": sp.diff(loss, w1),
        "dL_dw2": sp.diff(loss, w2),
    }
    return {name: float(part.subs(values).evalf(20)) for name, part in parts.items()}


@pytest.fixture(scope="module")
def hand() -> dict[str, float]:
    forward, backward = by_hand.forward(X, W, B), by_hand.backward(X, W, B, T)
    return {
        "u": forward.u,
        "y": forward.y,
        "L": by_hand.squared_error(forward.y, T),
        "dL_dy": backward.dL_dy,
        "dy_du": backward.dy_du,
        "dL_db": backward.dL_db,
        "dL_dw1": backward.dL_dw[0],
        "dL_dw2": backward.dL_dw[1],
    }


@pytest.fixture(scope="module")
def autograd() -> dict[str, float]:
    neuron = Neuron(weight=[[0.6, -0.2]], bias=[0.8]).double()
    with torch.no_grad():  # the parameters were made in float32; take the exact decimals
        neuron.layer1.weight.copy_(torch.tensor([W], dtype=torch.float64))
        neuron.layer1.bias.copy_(torch.tensor([B], dtype=torch.float64))
    u = neuron.layer1(torch.tensor([X], dtype=torch.float64))
    y = neuron.activation(u)
    loss = nn.MSELoss()(y, torch.tensor([[T]], dtype=torch.float64))
    parameters = (y, neuron.layer1.weight, neuron.layer1.bias)
    dL_dy, dL_dw, dL_db = torch.autograd.grad(loss, parameters, retain_graph=True)
    (dy_du,) = torch.autograd.grad(y, u)
    return {
        "u": u.item(),
        "y": y.item(),
        "L": loss.item(),
        "dL_dy": dL_dy.item(),
        "dy_du": dy_du.item(),
        "dL_db": dL_db.item(),
        "dL_dw1": dL_dw[0, 0].item(),
        "dL_dw2": dL_dw[0, 1].item(),
    }


@pytest.mark.parametrize("name", ON_PAPER)
@pytest.mark.parametrize("way", ["symbols", "hand", "autograd"])
def test_every_way_gives_the_number_on_paper(
    way: str, name: str, request: pytest.FixtureRequest
) -> None:
    assert request.getfixturevalue(way)[name] == pytest.approx(ON_PAPER[name], abs=5.1e-8)


@pytest.mark.parametrize("name", ON_PAPER)
def test_the_three_ways_agree_to_the_last_digits(
    name: str, symbols: dict, hand: dict, autograd: dict
) -> None:
    assert hand[name] == pytest.approx(symbols[name], rel=1e-14)
    assert autograd[name] == pytest.approx(symbols[name], rel=1e-14)


def test_every_factor_of_the_chain_rule_is_named() -> None:
    steps = by_hand.backward(X, W, B, T)
    assert steps.du_dw == X
    assert steps.du_db == 1.0
    assert steps.dL_du == steps.dL_dy * steps.dy_du
    assert steps.dL_dw == tuple(steps.dL_du * factor for factor in steps.du_dw)


def test_a_neuron_by_hand_takes_any_number_of_inputs() -> None:
    assert by_hand.weighted_sum((1.0, 2.0, 3.0), (1.0, 0.5, -1.0), 0.25) == -0.75


def test_inputs_and_weights_of_different_number_are_refused() -> None:
    with pytest.raises(ValueError, match="入力は 3 個、重みは 2 個"):
        by_hand.weighted_sum((1.0, 2.0, 3.0), W, B)
