"""What リバースモードとVJP says."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch import nn
from torch.func import jacfwd, jacrev, vjp
from torch.utils.flop_counter import FlopCounterMode

from tests.book.claims import claims_of

claim = claims_of("beyond/reverse_mode")


def multiplications(work: Callable[..., object], *inputs: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work(*inputs)
    return counter.get_total_flops() // 2


def times(jacobian: Callable, n: int, m: int) -> float:
    first, second, x = torch.randn(8, n), torch.randn(m, 8), torch.ones(n, 1)

    def g(x: torch.Tensor) -> torch.Tensor:
        return second @ torch.tanh(first @ x)

    return multiplications(jacobian(g), x) / multiplications(g, x)


def backward_cost(layers: int) -> float:
    model, x = nn.Sequential(*(nn.Linear(8, 8) for _ in range(layers))), torch.ones(4, 8)
    return multiplications(model(x).sum().backward) / multiplications(model, x)


@claim("出力が1つなら、逆向きは順伝播の2倍で済みました。")
def reverse_costs_two() -> None:
    assert times(jacrev, 64, 1) == 2


@claim("出力が増えると、そのたびに1回ずつ増えます。")
def reverse_costs_one_more_an_output() -> None:
    assert [times(jacrev, 8, m) for m in (1, 2, 8)] == [2, 3, 9]


@claim("前向きは、入力1つにつき1回です。")
def forward_costs_one_an_input() -> None:
    assert times(jacfwd, 64, 1) - times(jacfwd, 63, 1) == 1


@claim("それに足される2回は、順伝播です。")
def forward_costs_two_more() -> None:
    assert [times(jacfwd, n, 1) - n for n in (1, 8, 64)] == [2, 2, 2]


@claim("入力が1つで出力が64個なら、前向きのほうが、ずっと少なくて済みます。")
def forward_is_better_the_other_way_around() -> None:
    assert 10 * times(jacfwd, 1, 64) < times(jacrev, 1, 64)


@claim("1回のVJPで、2本の矢印の両方に渡す値が求まります。")
def one_vjp_feeds_both_arrows() -> None:
    _, pull_back = vjp(torch.mul, torch.tensor(3.0), torch.tensor(5.0))
    assert [value.item() for value in pull_back(torch.tensor(1.0))] == [5.0, 3.0]


@claim("重みの勾配を求めるのに1回、前の層へ渡す値を求めるのに1回です。")
def two_products_a_layer() -> None:
    assert backward_cost(5) * 5 - backward_cost(4) * 4 == 2


@claim("最初の層だけは、渡す相手がありません。")
def one_product_for_the_first_layer() -> None:
    assert backward_cost(1) == 1


@claim("それでも、2倍を超えることはありません。")
def never_more_than_two() -> None:
    assert all(backward_cost(n) == (2 * n - 1) / n < 2 for n in (1, 2, 4, 16, 64))
