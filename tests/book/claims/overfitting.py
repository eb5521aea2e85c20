"""What 覚えるのか、わかるのか says."""

from __future__ import annotations

from copy import deepcopy
from functools import cache

import pytest
import torch
from torch import nn

from tests.book.claims import claims_of

claim = claims_of("practice/overfitting")
Data = tuple[torch.Tensor, torch.Tensor]


def measured(x: torch.Tensor, generator: torch.Generator) -> Data:
    noise = torch.randn(len(x), generator=generator, dtype=torch.float64)
    return x.unsqueeze(1), (torch.sin(3 * x) + 0.3 * noise).unsqueeze(1)


@cache
def data() -> tuple[Data, Data]:
    """The training and the validation data of the page."""
    generator = torch.Generator().manual_seed(314)
    order = torch.randperm(36, generator=generator)
    x, t = measured(torch.linspace(-1, 1, 36, dtype=torch.float64)[order], generator)
    return (x[:12], t[:12]), (x[12:24], t[12:24])


def fitted(degree: int, to: Data) -> torch.Tensor:
    x, t = to
    return torch.linalg.lstsq(x ** torch.arange(degree + 1), t).solution


def error(degree: int, on: Data, to: Data | None = None) -> float:
    """The loss on some data of the polynomial that fits the training data, or others, best."""
    weight = fitted(degree, data()[0] if to is None else to)
    x, t = on
    return (x ** torch.arange(degree + 1) @ weight - t).square().mean().item()


def network(dropout: float, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    layers = nn.Linear(1, 50), nn.Tanh(), nn.Dropout(dropout), nn.Linear(50, 1)
    return nn.Sequential(*layers).double()


@cache
def learned(seed: int, decay: float = 0.0, dropout: float = 0.0) -> tuple[list[list[float]], float]:
    """The losses before each of the steps, and at last the squares of the parameters, summed."""
    model = network(dropout, seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=decay)
    losses = []
    for _ in range(401):
        model.eval()
        with torch.no_grad():
            losses.append([nn.functional.mse_loss(model(x), t).item() for x, t in data()])
        model.train()
        optimizer.zero_grad()
        nn.functional.mse_loss(model(data()[0][0]), data()[0][1]).backward()
        optimizer.step()
    return losses, sum(p.square().sum().item() for p in model.parameters())


@claim("点と同じ数だけ調節できれば、すべての点をちょうど通れます。")
def as_many_numbers_as_points() -> None:
    assert error(11, data()[0]) < 1e-12
    assert error(10, data()[0]) > 1e-5


@claim("11次の曲線は、すべての丸を通るために大きく波打ち、丸のないところで外れています。")
def the_curve_swings() -> None:
    x = torch.linspace(-1, 1, 201, dtype=torch.float64).unsqueeze(1)
    off = (x ** torch.arange(12) @ fitted(11, data()[0]) - torch.sin(3 * x)).abs()
    near = (x - data()[0][0].T).abs().min(dim=1).values < 0.03
    assert off[~near].max() > 2 * off[near].max()


@claim("訓練データの損失は、次数を上げるほど下がります。")
def training_only_falls() -> None:
    losses = [error(degree, data()[0]) for degree in range(12)]
    assert losses == sorted(losses, reverse=True)


@claim("検証データの損失は、はじめは一緒に下がりますが、途中から上がります。")
def validation_falls_and_rises() -> None:
    losses = [error(degree, data()[1]) for degree in range(12)]
    least = losses.index(min(losses))
    assert 0 < least < 6
    assert losses[0] > 3 * losses[least]
    assert losses[11] > 3 * losses[least]


@claim("ばらつきを0にすると、11次の式でも外れません。")
def without_noise_there_is_nothing_to_remember() -> None:
    x = torch.linspace(-1, 1, 23, dtype=torch.float64).unsqueeze(1)
    for noise, fits in ((0.0, True), (0.3, False)):
        torch.manual_seed(0)
        t = torch.sin(3 * x) + noise * torch.randn(23, 1, dtype=torch.float64)
        assert (error(11, (x[1::2], t[1::2]), to=(x[::2], t[::2])) < 1e-6) is fits


@claim("選ばれたモデルに力があったのではなく、たまたま当たったモデルが選ばれただけでした。")
def the_luck_of_the_chosen_does_not_last() -> None:
    chosen = []
    for seed in range(100):
        torch.manual_seed(seed)
        right = torch.randint(2, (1000, 40)) == torch.randint(2, (40,))
        best = right[:, :20].sum(dim=1).argmax()
        chosen.append([right[best, :20].sum(), right[best, 20:].sum()])
    in_validation, in_test = torch.tensor(chosen, dtype=torch.float64).mean(dim=0)
    assert in_validation > 16
    assert abs(in_test - 10) < 0.6


@claim("はじめにだいたいの{word}`形`を学び、そのあとで、ばらつきを覚えはじめるのです。")
def the_shape_comes_first() -> None:
    for seed in range(2):
        validation = [valid for _, valid in learned(seed)[0]]
        least = validation.index(min(validation))
        assert 20 < least < 150
        assert validation[-1] > 1.5 * validation[least]


@claim("`deepcopy`を忘れると、`state`は学習とともに変わってしまいます。")
def a_state_is_no_copy() -> None:
    model = nn.Linear(1, 1)
    state, copy = model.state_dict(), deepcopy(model.state_dict())
    model(torch.ones(1)).backward()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    assert torch.equal(state["weight"], model.weight)
    assert not torch.equal(copy["weight"], model.weight)


@claim("{torch}`optim.SGD`の`weight_decay`は、重みの`weight_decay`倍を、勾配に足してから進みます。")
def decay_is_added_to_the_gradient() -> None:
    w = torch.tensor([2.0, -3.0], requires_grad=True)
    w.grad = g = torch.tensor([0.5, 0.25])
    before = w.detach().clone()
    torch.optim.SGD([w], lr=0.1, weight_decay=0.5).step()
    assert torch.equal(w, before - 0.1 * (g + 0.5 * before))


@claim("3つの薬は、どれも訓練データの損失を増やし、検証データの損失を減らしました。")
def each_medicine_works() -> None:
    losses, _ = learned(0)
    plain = losses[400]
    early = min(losses, key=lambda pair: pair[1])
    for training, validation in (early, learned(0, 0.3)[0][400], learned(0, 0.0, 0.3)[0][400]):
        assert training > plain[0]
        assert validation < 0.7 * plain[1]


@claim("重みが小さくなり、検証データの損失も減りました。")
def decay_shrinks_the_weights() -> None:
    (plain, large), (decayed, small) = learned(0), learned(0, 0.3)
    assert small < 0.5 * large
    assert decayed[-1][1] < plain[-1][1]


@claim("半分が休むので、残りが2倍働いて、合計をそろえます。")
def those_who_work_do_twice_as_much() -> None:
    torch.manual_seed(0)
    left = nn.Dropout(0.5)(torch.ones(10_000))
    assert set(left.tolist()) == {0.0, 2.0}
    assert left.sum().item() == pytest.approx(10_000, rel=0.03)


@claim("`eval()`を呼んで評価のモードにすると、入力がそのまま出てきます。")
def nothing_rests_in_evaluation() -> None:
    drop, x = nn.Dropout(0.5), torch.arange(1.0, 50.0)
    assert not torch.equal(drop(x), x)
    assert torch.equal(drop.eval()(x), x)


@claim("モデルに対して呼べば、中の部品すべてが切り替わります。")
def a_mode_reaches_every_part() -> None:
    model = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Dropout(), nn.BatchNorm1d(1)))
    assert {part.training for part in model.eval().modules()} == {False}
    assert {part.training for part in model.train().modules()} == {True}


@claim("作ったばかりのモデルは、学習のモードです。")
def a_new_model_is_in_training() -> None:
    assert all(part.training for part in network(0.5, seed=0).modules())


@claim("{torch}`torch.no_grad`は、計算の記録を止めるだけです。")
def no_grad_does_not_evaluate() -> None:
    drop, x = nn.Dropout(0.5), torch.ones(50)
    x.requires_grad_()
    with torch.no_grad():
        y = drop(x)
    assert (y == 0).any()
    assert not y.requires_grad


@claim("覚えきれないほどのデータがあれば、11次の式も、わかるほうを選ぶしかありません。")
def too_much_to_remember() -> None:
    x = torch.linspace(-1, 1, 400, dtype=torch.float64)
    many = measured(x, torch.Generator().manual_seed(0))
    assert error(11, many, to=many) > 0.07
    assert error(11, data()[1], to=many) < 0.1
