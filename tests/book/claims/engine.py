"""What 自作 autograd says."""

from __future__ import annotations

import inspect

import torch

from neuron import engine
from neuron.engine import Value
from tests.book.claims import claims_of

claim = claims_of("beyond/engine")


@claim("自動微分の仕組みを、100行ほどのPythonで作ります。")
def the_engine_is_short() -> None:
    lines = [line for line in inspect.getsource(engine).splitlines() if line.strip()]
    assert 80 <= len(lines) <= 120


@claim("ここで作る仕組みはPyTorchを使いません。")
def the_engine_needs_no_torch() -> None:
    assert "torch" not in vars(engine)


@claim("足し算では、どちらを動かしても結果が同じだけ動きます。")
def a_sum_passes_both() -> None:
    assert [slope for _, slope in (Value(2.0) + Value(5.0)).parents] == [1.0, 1.0]


@claim("もとの数は、結果より必ず先に作られます。")
def parents_are_older() -> None:
    y = (Value(0.6) * 2.0 + Value(0.8)).tanh() ** 2
    assert all(parent.number < v.number for v in y.graph() for parent, _ in v.parents)


@claim("グラフは残るので、`backward`を何度でも呼べます。")
def the_graph_stays() -> None:
    x = Value(2.0)
    y = x**2
    y.backward()
    first = x.grad
    y.backward()
    assert x.grad > first > 0


@claim("もう1回足すごとに、その差はほぼ2倍に開きます。")
def the_difference_doubles() -> None:
    ratios = [(2 ** (n + 1) - 2) / (2 * n) for n in (10, 11)]
    assert 1.7 < ratios[1] / ratios[0] < 2


@claim("PyTorchで、`requires_grad`のない値がグラフに入らないのと同じです。")
def plain_numbers_have_no_arrow() -> None:
    marked, plain = torch.tensor(0.6, requires_grad=True), torch.tensor(2.0)
    assert [node is None for node, _ in (marked * plain).grad_fn.next_functions] == [False, True]
    assert len((Value(0.6) * 2.0).parents) == 1
