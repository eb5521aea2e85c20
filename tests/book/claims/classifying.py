"""What 分類する says."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn

from neuron import Neuron, data
from tests.book.claims import claims_of

claim = claims_of("practice/classifying")
X = torch.tensor(
    [
        *([4.7, 1.4], [4.5, 1.5], [4.9, 1.5], [4.0, 1.3], [4.8, 1.8]),
        *([6.0, 2.5], [5.1, 1.9], [5.9, 2.1], [5.6, 1.8], [4.9, 1.8]),
    ]
) - torch.tensor([5.0, 1.7])
T = torch.tensor([[0.0]] * 5 + [[1.0]] * 5)
LOGITS = torch.linspace(-30, 30, 601)


def gradient(loss: nn.Module, activation: nn.Module, u: torch.Tensor, t: float) -> torch.Tensor:
    """The slope of the loss at each of these weighted sums."""
    place = u.clone().requires_grad_()
    values = activation(place)
    return torch.autograd.grad(loss(values, torch.full_like(values, t)), place)[0]


def crossed(u: torch.Tensor, t: float) -> torch.Tensor:
    return gradient(nn.BCEWithLogitsLoss(reduction="sum"), nn.Identity(), u, t)


def squared(u: torch.Tensor, t: float) -> torch.Tensor:
    return gradient(nn.MSELoss(reduction="sum"), nn.Tanh(), u, 2 * t - 1)


def learned(steps: int) -> Neuron:
    """The neuron of the page, after so many steps."""
    model = Neuron(weight=[[0.0, 0.0]], bias=[0.0], activation=nn.Identity())
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.BCEWithLogitsLoss()(model(X), T).backward()
        optimizer.step()
    return model


@claim("$t$ と $1 - t$ のどちらかは0なので、起きたほうの項だけが残ります。")
def only_what_happened_counts() -> None:
    y = torch.linspace(0.1, 0.9, 9)
    for t, happened in ((1.0, y), (0.0, 1 - y)):
        losses = nn.BCELoss(reduction="none")(y, torch.full_like(y, t))
        assert torch.allclose(losses, -happened.log())


@claim("残ったのは、答えと正解の差です。")
def the_slope_is_the_difference() -> None:
    for t in (0.0, 1.0):
        assert torch.allclose(crossed(LOGITS, t), torch.sigmoid(LOGITS) - t, atol=1e-6)


@claim("バイアスの勾配は $y - t$ そのもの、重みの勾配は、それに入力を掛けたものです。")
def the_gradients_of_the_parameters() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    x, t = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0]])
    u = model.layer1(x)
    nn.BCEWithLogitsLoss()(u, t).backward()
    difference = (torch.sigmoid(u) - t).detach()
    assert torch.allclose(model.layer1.bias.grad, difference[0])
    assert torch.allclose(model.layer1.weight.grad, difference * x)


@claim("同じ重み、同じ入力、同じ外れ方なのに、勾配はこれほど違います。")
def a_confident_mistake_is_mended_by_one_and_not_by_the_other() -> None:
    u = torch.tensor([0.6 - 0.4 + 5.0])
    assert squared(u, 0.0).item() < 0.0006
    assert crossed(u, 0.0).item() > 0.99


@claim("二乗誤差の勾配には山があり、外れすぎると、かえって小さくなります。")
def the_slope_of_the_squares_has_a_hill() -> None:
    slopes = squared(torch.linspace(-6, 6, 121), 0.0)
    top = int(slopes.argmax())
    assert 0 < top < 120
    assert (slopes[top:].diff() < 0).all()


@claim("BCEの勾配は、外れるほど大きくなり、1に近づきます。")
def the_slope_of_the_surprise_only_grows() -> None:
    slopes = crossed(torch.linspace(-6, 12, 181, dtype=torch.float64), 0.0)
    assert (slopes.diff() > 0).all()
    assert abs(slopes[-1].item() - 1) < 1e-5


@claim("これは、R. A. Fisherが{fact}`1936`年の論文に載せた値の一部です。")
def the_flowers_are_in_the_table() -> None:
    table = np.loadtxt(data.path("iris.csv"), delimiter=",", encoding="utf-8")
    for flower, virginica in zip(X + torch.tensor([5.0, 1.7]), T, strict=True):
        rows = table[table[:, 4] == 1 + virginica.item()]
        assert np.isclose(rows[:, 2:4], flower).all(1).any()


@claim("どの花にも半々と答えるので、驚きは $\\log 2$ です。")
def who_knows_nothing_is_surprised_by_log_two() -> None:
    loss = nn.BCEWithLogitsLoss()(learned(0)(X), T).item()
    assert math.isclose(loss, math.log(2), rel_tol=1e-6)


@claim("決定境界は傾きを変えずに、慎重な側へずれました。")
def another_threshold_moves_the_line_without_turning_it() -> None:
    model = learned(300)
    w, b = model.layer1.weight.detach()[0], model.layer1.bias.item()
    along = torch.tensor([-w[1], w[0]])
    for p in (0.5, 0.9):
        on_line = w * (math.log(p / (1 - p)) - b) / w.square().sum()
        for place in (on_line, on_line + along):
            assert math.isclose(torch.sigmoid(model(place)).item(), p, rel_tol=1e-4)
    declared = {p: int((torch.sigmoid(model(X)) > p).sum()) for p in (0.5, 0.9)}
    assert declared[0.9] < declared[0.5]


@claim("丸が2つ、言い切れない側に残ります。")
def two_flowers_are_left_in_doubt() -> None:
    assert int((torch.sigmoid(learned(300)(X[5:])) < 0.9).sum()) == 2


@claim(
    "モデルの最後にもシグモイド関数を置くと、2回通ることになり、エラーは出ないのに、"
    "損失がある値より下がらなくなります。"
)
def two_sigmoids_have_a_floor() -> None:
    floors = [
        nn.BCEWithLogitsLoss(reduction="none")(torch.sigmoid(LOGITS), torch.full_like(LOGITS, t))
        for t in (0.0, 1.0)
    ]
    assert floors[0].min().item() >= math.log(2) - 1e-6
    assert floors[1].min().item() >= math.log(1 + math.exp(-1)) - 1e-6


@claim("損失の底は、何も知らないモデルと同じ $\\log 2$ です。")
def the_floor_is_that_of_who_knows_nothing() -> None:
    twice = torch.sigmoid(torch.sigmoid(LOGITS))
    assert math.isclose(-(1 - twice).log().max().item(), math.log(2), rel_tol=1e-5)


@claim("すべて正しく分けられると、決定境界を変えずに重みを大きくするだけで、損失がまだ減ります。")
def larger_weights_are_surer() -> None:
    u = learned(300)(X).detach()
    assert ((u > 0) == (T > 0)).all()
    losses = [nn.BCEWithLogitsLoss()(scale * u, T).item() for scale in (1.0, 2.0, 4.0)]
    assert losses[0] > losses[1] > losses[2]
