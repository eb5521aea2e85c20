"""What うまくいかないとき says."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from neuron import digits
from tests.book.claims import claims_of

claim = claims_of("practice/debugging")
cross_entropy = nn.functional.cross_entropy


def pictures() -> tuple[torch.Tensor, torch.Tensor]:
    images, labels = digits.load()
    return images.flatten(1), labels


def fresh(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def memorised(model: nn.Module, x: torch.Tensor, t: torch.Tensor, steps: int = 100) -> float:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = cross_entropy(model(x), t)
        loss.backward()
        optimizer.step()
    return loss.item()


def line(flat: bool = False, zero: bool = True) -> tuple[float, list[float]]:
    """The weight that a line learns, and its losses on the way."""
    x = torch.linspace(-1, 1, 21).unsqueeze(1)
    t = (2 * x).squeeze(1) if flat else 2 * x
    model = nn.Linear(1, 1)
    nn.init.ones_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for _ in range(100):
        if zero:
            optimizer.zero_grad()
        loss = ((model(x) - t) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    return model.weight.item(), losses


@claim("大きな入力は、大きな出力になります。")
def large_inputs_cost_much_at_first() -> None:
    x, t = pictures()
    for seed in range(5):
        model = fresh(seed)
        assert abs(cross_entropy(model(x), t).item() - math.log(10)) < 0.1
        assert cross_entropy(model(x * 255), t).item() > 10 * math.log(10)
        assert model(x * 255).abs().max() > 50 * model(x).abs().max()


@claim("壊れていないモデルなら、10枚は丸暗記できます。")
def ten_pictures_are_memorised() -> None:
    x, t = pictures()
    for seed in range(3):
        assert memorised(fresh(seed), x[:10], t[:10]) < 0.05


@claim("正解の確率が1、ほかが0でも、損失は $\\log(e + 9) - 1$ までしか下がらないからです。")
def a_second_softmax_has_a_floor() -> None:
    x, t = pictures()
    floor = math.log(math.e + 9) - 1
    sure = nn.functional.one_hot(torch.tensor([3]), 10).double()
    assert cross_entropy(sure, torch.tensor([3])).item() == pytest.approx(floor)
    loss = memorised(nn.Sequential(fresh(1), nn.Softmax(dim=1)), x[:10], t[:10], steps=300)
    assert floor < loss < floor + 0.1


@claim("残った1組も動きますが、入力を見ない答えしか作れません。")
def a_dead_model_does_not_look() -> None:
    x, t = pictures()
    model = fresh(0)
    assert not torch.equal(model(x)[0], model(x)[1])
    nn.init.constant_(model.get_parameter("0.bias"), -10.0)
    memorised(model, x[:10], t[:10])
    assert torch.equal(model(x), model(x)[:1].expand(len(x), 10))


@claim("どの画像でも白いままの点があり、標準偏差の0で割っていました。")
def some_dots_are_always_white() -> None:
    x, _ = pictures()
    white = (x == 0).all(dim=0)
    assert white.any()
    z = (x - x.mean(dim=0)) / x.std(dim=0)
    assert torch.equal(z.isnan().any(dim=0), white)


@claim("`where`は値を選ぶだけで、選ばなかった側の計算も記録に残ります。")
def what_is_not_chosen_is_recorded() -> None:
    p = torch.tensor([0.0, 1.0], requires_grad=True)
    chosen = torch.where(p > 0, p * p.log(), 0.0)
    assert torch.equal(chosen, torch.zeros(2))
    chosen.sum().backward()
    assert p.grad is not None
    assert p.grad.isnan().tolist() == [True, False]


@claim("いちばんよいのは、正解の平均を答えることです。")
def a_wrong_shape_teaches_the_mean() -> None:
    weight, losses = line(flat=True)
    assert abs(weight) < 1e-3
    t = torch.linspace(-2, 2, 21)
    assert losses[-1] == pytest.approx(t.var(unbiased=False).item(), rel=1e-4)
    assert line()[0] == pytest.approx(2, abs=1e-3)


@claim("`zero_grad()`がないと、前の勾配に押されて行きすぎ、いつまでも揺れます。")
def a_heap_of_gradients_swings() -> None:
    _, losses = line(zero=False)
    ups = [later > sooner for sooner, later in zip(losses, losses[1:], strict=False)]
    assert any(ups) and not all(ups)
    assert max(losses[50:]) > 0.8 * losses[0]
    assert line()[1][-1] < 1e-6 * losses[0]
