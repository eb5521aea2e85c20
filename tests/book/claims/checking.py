"""What 勾配を疑う says."""

from __future__ import annotations

import math

import torch

from neuron import by_hand
from tests.book.claims import claims_of

claim = claims_of("beyond/checking")
EXACT = by_hand.backward((1.0, 2.0), (0.6, -0.2), 0.8, 1.0).dL_dw[0]


def error(h: float) -> float:
    """How far the central difference is from the truth."""

    def loss(w1: float) -> float:
        return by_hand.squared_error(by_hand.forward((1.0, 2.0), (w1, -0.2), 0.8).y, 1.0)

    return abs((loss(0.6 + h) - loss(0.6 - h)) / (2 * h) - EXACT)


@claim("中心差分では $h^2$ に比例するので、$h$ を10分の1にすると、およそ100分の1になります。")
def a_tenth_of_the_width_a_hundredth_of_the_error() -> None:
    assert all(95 < error(h) / error(h / 10) < 105 for h in (0.1, 0.01))


@claim("2つの誤差がつり合うのは、64ビットの小数では、$h$ が10のマイナス5乗か6乗のあたりです。")
def the_errors_balance() -> None:
    def typical(k: int) -> float:
        return sum(error(m * 10.0**-k) for m in (1, 1.1, 1.2, 1.3, 1.4)) / 5

    best = min(range(1, 12), key=typical)
    assert best in (5, 6)


@claim("記録のないテンソルは、計算の結果であっても葉とみなされます。")
def a_result_without_a_record_is_a_leaf() -> None:
    assert (torch.ones(2) * 3).is_leaf
    assert not (torch.ones(2, requires_grad=True) * 3).is_leaf


@claim("{torch}`torch.no_grad`のなかでは、どの計算も記録されません。")
def no_grad_records_nothing() -> None:
    w = torch.tensor(0.6, requires_grad=True)
    with torch.no_grad():
        assert not any(y.requires_grad for y in (w * 2, torch.tanh(w), w + 1))


@claim("`requires_grad_(False)`は、葉の印を外します。")
def the_mark_is_taken_off() -> None:
    b = torch.tensor(0.8, requires_grad=True)
    assert b.requires_grad
    assert not b.requires_grad_(False).requires_grad


@claim("片方を書き換えると、もう片方も変わります。")
def a_detached_value_is_the_same_place() -> None:
    y = torch.tanh(torch.tensor([0.6], requires_grad=True))
    y.detach().fill_(5.0)
    assert y.item() == 5.0


@claim("ちょうど半分になりました。")
def half_is_forgotten() -> None:
    w = torch.tensor([0.6, -0.2], dtype=torch.float64, requires_grad=True)
    (w * w.detach()).sum().backward()
    assert torch.equal(w.grad, w.detach())


@claim("打ち切り誤差は、前進差分では $h$ に、中心差分では $h^2$ に比例するからです。")
def forward_differences_shrink_slowly() -> None:
    def forward_error(h: float) -> float:
        return abs((math.tanh(1 + h) - math.tanh(1)) / h - (1 - math.tanh(1) ** 2))

    assert abs(forward_error(1e-2) / forward_error(1e-3) - 10) < 0.5


@claim("中心差分は、左の傾き 0 と右の傾き 1 の平均で 0.5 になります。")
def relu_at_its_corner() -> None:
    relu, h = torch.relu, 0.125
    assert (relu(torch.tensor(h)) - relu(torch.tensor(-h))).item() / (2 * h) == 0.5


@claim("`backward()`のあとで`grad`に勾配が残るのは、葉だけです。")
def only_leaves_keep_their_gradient() -> None:
    leaf = torch.tensor(0.6, requires_grad=True)
    middle, kept = leaf * 2, leaf * 3
    kept.retain_grad()
    (middle + kept).tanh().backward()
    assert leaf.grad is not None
    assert not middle.is_leaf and middle.retains_grad is False
    assert kept.grad is not None


@claim(
    "`float64`（64ビットの小数）を指定したのは、"
    "標準の32ビットの小数では丸め誤差が大きすぎるためです。"
)
def single_precision_is_too_coarse() -> None:
    def measured(dtype: torch.dtype) -> float:
        x, h = torch.tensor(1.0, dtype=dtype), 1e-6
        return ((torch.tanh(x + h) - torch.tanh(x - h)) / (2 * h)).item()

    exact = 1 - math.tanh(1) ** 2
    assert abs(measured(torch.float64) - exact) < 1e-8
    assert abs(measured(torch.float32) - exact) > 1e-3
