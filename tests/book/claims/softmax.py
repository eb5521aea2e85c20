"""What 3つ以上に分ける says."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from neuron import Neuron
from tests.book.claims import claims_of

claim = claims_of("practice/softmax")
Z = torch.tensor([[1.0, 2.0, 0.0]])
FIRST = torch.tensor([0])
X = torch.tensor(
    [[1.0, 0.5], [1.5, 1.0], [2.0, 0.0], [1.0, 2.5], [1.5, 2.0], [2.0, 3.0]]
    + [[-1.0, 1.0], [-1.5, 2.5], [0.0, 1.5]]
)
T = torch.tensor([0, 0, 0, 1, 1, 1, 2, 2, 2])
LOSS = nn.CrossEntropyLoss()
FLOOR = math.log(1 + 2 / math.e)


def start() -> Neuron:
    weight = [[0.6, -0.2], [0.4, 0.6], [-0.8, 0.2]]
    return Neuron(2, 3, nn.Identity(), weight=weight, bias=[0.8, 0.4, 0.4])


def learned(prepare: nn.Module, steps: int = 100) -> tuple[Neuron, float]:
    model = start()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for _ in range(steps):
        loss = LOSS(prepare(model(X)), T)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, loss.item()


def random(rows: int) -> torch.Tensor:
    return 5 * torch.randn(rows, 3, generator=torch.Generator().manual_seed(0))


@claim("すべてのロジットに同じ数を足しても、割合は変わりません。")
def only_differences_count() -> None:
    z = random(20)
    assert torch.allclose(torch.softmax(z, 1), torch.softmax(z + 7, 1), atol=1e-6)
    one = torch.tensor([7.0, 0.0, 0.0])
    assert not torch.allclose(torch.softmax(z, 1), torch.softmax(z + one, 1), atol=0.1)


@claim("だから、ロジットがどんなに大きくても正しく求まります。")
def large_logits_are_no_trouble() -> None:
    for size in (1e3, 1e20, 1e38):
        y = torch.softmax(torch.tensor([size, -size, 0.0]), 0)
        assert y.tolist() == [1.0, 0.0, 0.0]


@claim("Softmaxと対数は、この損失のなかに入っています。")
def the_loss_holds_softmax_and_logarithm() -> None:
    z, t = random(20), torch.arange(20) % 3
    right = torch.softmax(z.double(), 1)[torch.arange(20), t]
    assert torch.allclose(LOSS(z.double(), t), -right.log().mean())


@claim("後ろの項を $z_k$ で微分すると、割合 $y_k$ そのものになります。")
def the_slope_of_the_sum_is_the_share() -> None:
    z = random(20).requires_grad_()
    (slopes,) = torch.autograd.grad(z.exp().sum(1).log().sum(), z)
    assert torch.allclose(slopes, torch.softmax(z, 1), atol=1e-6)


@claim("また $y - t$ です。")
def the_slope_is_the_difference_again() -> None:
    z = random(20).requires_grad_()
    t = torch.arange(20) % 3
    (slopes,) = torch.autograd.grad(nn.CrossEntropyLoss(reduction="sum")(z, t), z)
    assert torch.allclose(slopes, torch.softmax(z, 1) - torch.eye(3)[t], atol=1e-6)


@claim("3つの勾配を足すと0になります。")
def the_slopes_cancel() -> None:
    z = random(20).requires_grad_()
    (slopes,) = torch.autograd.grad(LOSS(z, torch.arange(20) % 3), z)
    assert torch.allclose(slopes.sum(1), torch.zeros(20), atol=1e-6)


@claim("種類の番号を小数で書くと、PyTorchは断ります。")
def a_class_is_a_whole_number() -> None:
    with pytest.raises(RuntimeError):
        LOSS(Z, FIRST.float())


@claim("番号は、{torch}`torch.long`という64ビットの整数にします。")
def a_class_is_long() -> None:
    assert torch.iinfo(torch.long).bits == 64
    with pytest.raises(RuntimeError):
        LOSS(Z, FIRST.int())
    assert LOSS(Z, FIRST.long()).item() > 0


@claim("ワンホットを小数にして渡せば、番号と同じ損失になります。")
def shares_may_be_the_target() -> None:
    one_hot = nn.functional.one_hot(T, 3).float()
    assert torch.allclose(LOSS(start()(X), one_hot), LOSS(start()(X), T))


@claim("Softmaxは大小の順を変えないので、ロジットのいちばん大きいものを`argmax`で選べば足ります。")
def the_order_stays() -> None:
    z = random(50)
    assert torch.equal(torch.softmax(z, 1).argsort(1), z.argsort(1))


@claim(
    "どの2つの答えについても、ロジットの差は入力の1次式なので、"
    "差が0になるところは直線になるからです。"
)
def the_difference_of_two_logits_is_linear() -> None:
    model, _ = learned(nn.Identity())
    a, b = X[0], X[7]
    middle = model((a + b) / 2)
    assert torch.allclose(middle, (model(a) + model(b)) / 2, atol=1e-5)


@claim("どの日も正しく分けたのに、損失は大きいままです。")
def twice_is_right_and_does_not_know_it() -> None:
    (_, once), (model, twice) = learned(nn.Identity()), learned(nn.Softmax(dim=1))
    assert torch.equal(model(X).argmax(1), T)
    assert twice > 10 * once


@claim("1回目のSoftmaxから出る数の差は、いちばん大きくても1です。")
def shares_differ_by_one_at_most() -> None:
    y = torch.softmax(20 * random(50), 1)
    assert 0.99 < (y.amax(1) - y.amin(1)).max().item() <= 1


@claim("これが損失の底です。")
def nothing_is_below_the_floor() -> None:
    twice = torch.softmax(torch.softmax(20 * random(500), 1), 1)
    assert math.isclose(-twice.log().max().item(), FLOOR, rel_tol=1e-4)
    assert learned(nn.Softmax(dim=1), 400)[1] > FLOOR


@claim("種類が増えるほど、底は高くなります。")
def more_kinds_have_a_higher_floor() -> None:
    floors = [LOSS(torch.eye(n)[:1], FIRST).item() for n in (2, 3, 10, 100)]
    assert floors == sorted(floors)
    assert floors[0] < floors[-1]
