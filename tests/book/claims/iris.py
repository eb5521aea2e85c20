"""What 本物のデータ says."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import nn

from neuron import data
from tests.book.claims import claims_of

claim = claims_of("practice/iris")
TABLE = torch.from_numpy(np.loadtxt(data.path("iris.csv"), delimiter=",", encoding="utf-8"))
X, T = TABLE[:, :4].float(), TABLE[:, 4].long()
LOSS = nn.functional.cross_entropy


def split(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    order = torch.randperm(150, generator=torch.Generator().manual_seed(seed))
    return order[:100], order[100:]


TRAIN, TEST = split()


def scaled(x: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    return (x - x[seen].mean(0)) / x[seen].std(0)


def learned(x: torch.Tensor, t: torch.Tensor, lr: float) -> tuple[nn.Linear, list[float]]:
    """A layer that began with zeros, and its losses on the way."""
    model = nn.Linear(x.shape[1], 3)
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(100):
        loss = LOSS(model(x), t)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, losses


@cache
def answers() -> tuple[nn.Linear, torch.Tensor]:
    """The model of the page, and what it says of the flowers that it has not seen."""
    z = scaled(X, TRAIN)
    model, _ = learned(z[TRAIN], T[TRAIN], lr=1.0)
    return model, model(z[TEST]).argmax(1)


@claim("この本の表では、その2件を論文の値に直しました。")
def two_flowers_stand_as_in_the_paper() -> None:
    assert torch.allclose(X[34], torch.tensor([4.9, 3.1, 1.5, 0.2]))
    assert torch.allclose(X[37], torch.tensor([4.9, 3.6, 1.4, 0.1]))


@claim("種類ごとの平均を見ると、セトーサの花びらだけが、ずいぶん小さいようです。")
def setosa_has_small_petals() -> None:
    petals = torch.stack([X[k == T, 2:].mean(0) for k in range(3)])
    assert (petals[0] < petals[1:].amin(0) / 2).all()


@claim("種類ごとの平均が、いちばん近い2種類です。")
def the_nearest_two_species() -> None:
    means = torch.stack([X[k == T].mean(0) for k in range(3)])
    near = torch.dist(means[1], means[2]).item()
    assert near < min(torch.dist(means[0], means[k]).item() for k in (1, 2))


@claim("表は種類の順に並んでいるので、はじめの100件には、バージニカが1件もありません。")
def the_table_is_in_the_order_of_species() -> None:
    assert torch.equal(T, T.sort().values)
    assert 2 not in T[:100].tolist()


@claim("測ったままの値では、谷を飛び越えては戻り、20歩目の損失は、はじめより大きいままです。")
def raw_values_overshoot() -> None:
    _, losses = learned(X[TRAIN], T[TRAIN], lr=1.0)
    assert losses[20] > losses[0]
    ups = sum(b > a for a, b in zip(losses[:20], losses[1:21], strict=True))
    assert 5 <= ups <= 15


@claim("落ち着いて進むようになりましたが、ずっと遅れています。")
def a_small_rate_is_steady_and_slow() -> None:
    _, slow = learned(X[TRAIN], T[TRAIN], lr=0.05)
    _, quick = learned(scaled(X, TRAIN)[TRAIN], T[TRAIN], lr=1.0)
    assert slow == sorted(slow, reverse=True)
    assert slow[-1] > 3 * quick[-1]


@claim(
    "だから、1件だけで1歩進んだときにロジットが動く幅は、"
    "入力の2乗の合計に、バイアスの分の1を足した数に比例します。"
)
def a_step_moves_the_logits_with_the_square_of_the_input() -> None:
    ratios = []
    for size in (0.5, 1.0, 3.0):
        x = size * X[:1]
        model = nn.Linear(4, 3)
        nn.init.zeros_(model.weight)
        nn.init.zeros_(model.bias)
        before = model(x)
        LOSS(before, T[:1]).backward()
        torch.optim.SGD(model.parameters(), lr=0.1).step()
        moved = (model(x) - before).norm().item()
        ratios.append(moved / (x.square().sum().item() + 1))
    assert np.allclose(ratios, ratios[0], rtol=1e-4)


@claim("標準化しておけば、どんな単位で測っても、同じ学習率で始められます。")
def units_do_not_matter_once_standardized() -> None:
    units = torch.tensor([10.0, 1.0, 0.4, 1000.0])
    ends = [learned(scaled(x, TRAIN)[TRAIN], T[TRAIN], lr=1.0)[1][-1] for x in (X, X * units)]
    assert np.isclose(*ends, rtol=1e-3)


@claim("セトーサは、1件も取り違えませんでした。")
def setosa_is_never_mistaken() -> None:
    _, guess = answers()
    assert torch.equal(guess == 0, T[TEST] == 0)


@claim("花びらの長さと幅がどちらも同じバージニカが、2件ありました。")
def two_virginica_have_the_same_petals() -> None:
    _, guess = answers()
    (wrong,) = TEST[guess != T[TEST]].tolist()
    same = (X[:, 2:] == X[wrong, 2:]).all(1)
    assert int((T[same] == 2).sum()) == 2
    assert T[wrong] == 1


@claim("花びらの2列のほうが、がくの2列より大きくなりました。")
def petals_weigh_more() -> None:
    model, _ = answers()
    sizes = model.weight.abs().sum(0)
    assert sizes[2:].min() > sizes[:2].max()


@claim("採点用の花はすべてバージニカで、モデルはその種類を一度も見ていないからです。")
def what_was_never_seen_is_never_said() -> None:
    z = scaled(X, TRAIN)
    model, _ = learned(z[:100], T[:100], lr=1.0)
    assert set(T[100:].tolist()) == {2}
    assert 2 not in model(z).argmax(1).tolist()


@claim("間違いの件数は、分け方だけでも変わります。")
def another_split_another_score() -> None:
    mistakes = set()
    for seed in range(4):
        seen, unseen = split(seed)
        z = scaled(X, seen)
        model, _ = learned(z[seen], T[seen], lr=1.0)
        mistakes.add(int((model(z[unseen]).argmax(1) != T[unseen]).sum()))
    assert len(mistakes) > 1
