"""What is recorded of learning is what gradient descent by hand gives."""

from __future__ import annotations

import pytest
import torch

from neuron import Neuron, by_hand
from neuron.learning import learn, learn_together
from neuron.mlp import MLP

X, T = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0]])


def lesson() -> Neuron:
    return Neuron(weight=[[0.6, -0.2]], bias=[0.8])


def test_every_step_is_the_one_by_hand() -> None:
    path = learn(lesson(), X, T, lr=0.1, steps=5)
    w, b = (0.6, -0.2), 0.8
    for step in path:
        weight, bias = step.parameters["layer1.weight"], step.parameters["layer1.bias"]
        assert weight.flatten().tolist() == pytest.approx(w, abs=1e-6)
        assert bias.item() == pytest.approx(b, abs=1e-6)
        loss = by_hand.squared_error(by_hand.forward((1.0, 2.0), w, b).y, 1.0)
        assert step.loss == pytest.approx(loss, abs=1e-6)
        slopes = by_hand.backward((1.0, 2.0), w, b, 1.0)
        w = tuple(value - 0.1 * slope for value, slope in zip(w, slopes.dL_dw, strict=True))
        b -= 0.1 * slopes.dL_db


def test_the_first_step_is_that_of_the_lesson() -> None:
    start, end = learn(lesson(), X, T, lr=0.1, steps=1)
    assert start.loss == pytest.approx(0.0568373, abs=1e-6)
    assert end.parameters["layer1.weight"].tolist()[0] == pytest.approx([0.62, -0.16], abs=5e-5)
    assert end.parameters["layer1.bias"].item() == pytest.approx(0.82, abs=5e-5)
    assert end.loss == pytest.approx(0.0370, abs=5e-5)


def test_the_model_is_left_at_the_end_of_the_path() -> None:
    model = lesson()
    path = learn(model, X, T, lr=0.1, steps=3)
    assert len(path) == 4
    for name, parameter in model.named_parameters():
        assert torch.equal(path[-1].parameters[name], parameter)
        assert not path[-1].parameters[name].requires_grad


def test_no_step_tells_where_the_model_is() -> None:
    model = lesson()
    (only,) = learn(model, X, T, lr=0.1, steps=0)
    assert torch.equal(only.parameters["layer1.weight"], model.layer1.weight)


def test_the_loss_is_the_mean_over_the_data() -> None:
    x, t = torch.tensor([[1.0, 2.0], [0.0, 0.0]]), torch.tensor([[1.0], [-1.0]])
    (only,) = learn(lesson(), x, t, lr=0.1, steps=0)
    by_two = [by_hand.squared_error(by_hand.forward(i, (0.6, -0.2), 0.8).y, j)
              for i, j in (((1.0, 2.0), 1.0), ((0.0, 0.0), -1.0))]  # fmt: skip
    assert only.loss == pytest.approx(sum(by_two) / 2, abs=1e-6)


def test_a_frozen_parameter_stays() -> None:
    model = lesson()
    model.layer1.bias.requires_grad_(False)
    path = learn(model, X, T, lr=0.1, steps=2)
    assert path[-1].parameters["layer1.bias"].item() == pytest.approx(0.8)
    assert path[-1].loss < path[0].loss


def test_models_that_learn_together_end_where_each_ends_alone() -> None:
    x, t = torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([[1.0], [-1.0]])
    torch.manual_seed(0)
    models = [MLP(2, 3, 1) for _ in range(4)]
    before = [parameter.detach().clone() for parameter in models[1].parameters()]
    together = learn_together(models, x, t, lr=0.3, steps=20)
    assert all(map(torch.equal, models[1].parameters(), before))
    alone = [learn(model, x, t, lr=0.3, steps=20)[-1].loss for model in models]
    torch.testing.assert_close(together, torch.tensor(alone))
    assert len({round(loss, 4) for loss in alone}) == 4
