"""What the appendix says of mathematics and activations."""

from __future__ import annotations

import torch
from torch import nn

from tests.book.claims import claims_of

math_page = claims_of("appendix/math")
activations = claims_of("appendix/activations")


@math_page("PyTorchも、1つの値が何か所でも使われるときは、`backward()`の中でこの足し算をします。")
def two_ways_are_summed() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    (x**2 * (3 * x)).backward()
    assert x.grad == 36


@activations("重み付き和だけを何段重ねても、全体はやはり1つの重み付き和です。")
def layers_without_a_curve_are_one() -> None:
    layers = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 3), nn.Linear(3, 1)).double()
    x = torch.randn(9, 2, dtype=torch.float64)
    bias = layers(torch.zeros(1, 2, dtype=torch.float64))
    weight = layers(torch.eye(2, dtype=torch.float64)) - bias
    assert torch.allclose(layers(x), x @ weight + bias)


@activations("合計が1になるので、確率として読めます。")
def softmax_sums_to_one_along_dim() -> None:
    p = nn.Softmax(dim=1)(torch.randn(4, 5))
    assert torch.allclose(p.sum(1), torch.ones(4))
    assert not torch.allclose(p.sum(0), torch.ones(5))


@activations("`LogSoftmax`だけは、割合の対数を返すので、合計は1になりません。")
def log_softmax_does_not() -> None:
    x = torch.randn(4, 5)
    assert torch.allclose(nn.LogSoftmax(1)(x).exp(), nn.Softmax(1)(x))
    assert (nn.LogSoftmax(1)(x).sum(1) < 0).all()


@activations(
    "損失に{torch}`nn.CrossEntropyLoss`を使うときは、"
    "損失がSoftmaxを含んでいるので、最後の層には入れません。"
)
def cross_entropy_holds_softmax() -> None:
    x, t = torch.randn(4, 5), torch.tensor([0, 1, 2, 3])
    loss = nn.CrossEntropyLoss()
    assert torch.allclose(loss(x, t), nn.NLLLoss()(nn.LogSoftmax(1)(x), t))
    assert not torch.allclose(loss(nn.Softmax(1)(x), t), loss(x, t))


@activations("活性化関数の`PReLU`（ピーレル）も、負の側の傾きを学習で決めます。")
def prelu_has_a_parameter() -> None:
    assert [p.item() for p in nn.PReLU().parameters()] == [0.25]


@activations("シグモイド関数の出力は、どんな入力でも0と1のあいだです。")
def sigmoid_stays_inside() -> None:
    y = torch.sigmoid(torch.linspace(-30, 30, 601, dtype=torch.float64))
    assert (y > 0).all() and (y < 1).all()


@activations("シグモイド関数の高さを2倍にして1だけ下げると、$-1$ から1になります。")
def tanh_is_a_stretched_sigmoid() -> None:
    u = torch.linspace(-4, 4, 81, dtype=torch.float64)
    assert torch.allclose(2 * torch.sigmoid(2 * u) - 1, torch.tanh(u))
