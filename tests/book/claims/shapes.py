"""What 形とブロードキャスト says."""

from __future__ import annotations

import itertools
import warnings

import pytest
import torch
from torch import nn

from neuron import Neuron
from tests.book.claims import claims_of

claim = claims_of("beyond/shapes")


@claim("行列の掛け算では、内側の2つの数が同じでなければなりません。")
def inner_sizes_agree() -> None:
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        torch.ones(4, 2) @ torch.ones(3, 2)


@claim("同じならその数は消え、外側の2つが残ります。")
def outer_sizes_remain() -> None:
    assert (torch.ones(4, 2) @ torch.ones(2, 3)).shape == (4, 3)


@claim("1のほうが引き伸ばされます。")
def the_rule_is_that_of_torch() -> None:
    for a, b in itertools.product(itertools.product((1, 2, 3), repeat=2), repeat=2):
        fits = all(m == n or 1 in (m, n) for m, n in zip(a, b, strict=True))
        if fits:
            assert (torch.ones(a) + torch.ones(b)).shape == tuple(map(max, a, b))
        else:
            with pytest.raises(RuntimeError, match="must match"):
                torch.ones(a) + torch.ones(b)


@claim("形を右にそろえて書き、足りないところを1とみなします。")
def shapes_are_lined_up_on_the_right() -> None:
    assert (torch.ones(4, 3) + torch.ones(3)).shape == (4, 3)
    with pytest.raises(RuntimeError, match="must match"):
        torch.ones(4, 3) + torch.ones(4)


@claim("形はどちらも同じなのに、並びが違います。")
def reshaping_does_not_transpose() -> None:
    table = torch.arange(6.0).reshape(2, 3)
    assert table.T.shape == table.reshape(3, 2).shape
    assert not torch.equal(table.T, table.reshape(3, 2))


@claim("それでも損失は計算でき、学習も進み、モデルは全部の日に同じ答えを返すようになります。")
def the_wrong_loss_teaches_one_answer() -> None:
    x, t = torch.tensor([[1.0, 2.0], [0.0, 5.0], [1.0, 0.0]]), torch.tensor([1.0, -1.0, 1.0])
    spreads = []
    for target in (t, t.unsqueeze(1)):
        model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(500):
            optimizer.zero_grad()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                nn.MSELoss()(model(x), target).backward()
            optimizer.step()
        spreads.append((model(x).max() - model(x).min()).item())
    assert spreads[0] < 0.1
    assert spreads[1] > 1.5


@claim("`sum`や`mean`に`dim`を渡すと、その次元が消えます。")
def the_named_dimension_goes() -> None:
    table = torch.ones(4, 3)
    assert [tuple(table.sum(dim=d).shape) for d in (0, 1)] == [(3,), (4,)]


@claim("だから、`stack`できるのは形がすっかり同じものだけです。")
def stacked_shapes_are_the_same() -> None:
    assert torch.stack([torch.ones(2), torch.ones(2)]).shape == (2, 2)
    with pytest.raises(RuntimeError, match="equal size"):
        torch.stack([torch.ones(2), torch.ones(3)])


@claim("数の個数が合わない形には、できません。")
def numbers_are_neither_made_nor_lost() -> None:
    with pytest.raises(RuntimeError, match="invalid for input of size"):
        torch.zeros(4, 2).reshape(3, 3)


@claim("ブロードキャストでは、右にそろえて、同じ数か1なら計算できます。")
def sizes_meet_from_the_right() -> None:
    assert (torch.zeros(4, 1, 3) + torch.zeros(2, 3)).shape == (4, 2, 3)
    with pytest.raises(RuntimeError, match="must match"):
        torch.zeros(2, 3) + torch.zeros(2)
