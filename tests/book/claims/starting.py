"""What はじめ方を選ぶ says."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
import torch
from torch import nn

from neuron import depth
from tests.book.claims import claims_of

claim = claims_of("practice/starting")
Norm = Callable[[int], nn.Module]


def size(values: torch.Tensor) -> float:
    return values.square().mean().sqrt().item()


@cache
def at_last(activation: str, gain: float) -> float:
    """The size of the values after twenty layers, in the middle of nine seeds."""
    found = []
    for seed in range(9):
        torch.manual_seed(seed)
        model = depth.stack(activation, 20, width=100, gain=gain)
        found.append(size(model(torch.randn(200, 100))))
    return sorted(found)[4]


def default(layers: int) -> nn.Sequential:
    model = depth.stack("ReLU", layers, width=100)
    for layer in model[::2]:
        layer.reset_parameters()
    return model


@cache
def data() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    x = torch.randn(100, 2)
    return x, torch.sign(x[:, :1] * x[:, 1:])


@cache
def learned(seed: int, *, he: bool = False, norm: Norm | None = None) -> tuple[float, nn.Module]:
    """The loss after a hundred steps of the page, and the model."""
    torch.manual_seed(seed)
    parts: list[nn.Module] = []
    for n in (2, *[32] * 9):
        layer = nn.Linear(n, 32)
        if he:
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
        parts += [layer, *([norm(32)] if norm else []), nn.ReLU()]
    model = nn.Sequential(*parts, nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    for _ in range(100):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(data()[0]), data()[1])
        loss.backward()
        optimizer.step()
    return loss.item(), model


@claim("入力の数 $n$ の平方根に比例して、大きくなります。")
def sums_grow_as_the_root() -> None:
    for n in (9, 100, 900):
        torch.manual_seed(2)
        u = torch.randn(2000, n) @ torch.randn(n, 200)
        assert size(u) == pytest.approx(n**0.5, rel=0.08)


@claim("違う番号どうしの積は、正と負が同じくらい出るので、平均すると消えます。")
def products_of_two_cancel() -> None:
    torch.manual_seed(0)
    w, x = torch.randn(2, 1_000_000, 2, dtype=torch.float64)
    terms = w * x
    assert abs((terms[:, 0] * terms[:, 1]).mean()) < 0.01
    assert terms.square().mean().item() == pytest.approx(1, abs=0.02)


@claim("それなら、重みをはじめから $1/\\sqrt{n}$ 倍にしておけば、大きさは変わりません。")
def the_root_takes_it_back() -> None:
    torch.manual_seed(0)
    assert size(torch.randn(2000, 300) @ torch.randn(300, 200) / 300**0.5) == pytest.approx(
        1, rel=0.05
    )


@claim("倍率が0.5では、値が段ごとに縮んで消えていきます。")
def a_small_gain_vanishes() -> None:
    assert at_last("Tanh", 0.5) < 1e-5 < 0.1 < at_last("Tanh", 5 / 3)


@claim("tanhの平らなところまで押し込まれているので、こんどは傾きが消えます。")
def a_large_gain_flattens() -> None:
    slopes = []
    for gain in (5 / 3, 5):
        torch.manual_seed(0)
        h = depth.stack("Tanh", 20, width=100, gain=gain)(torch.randn(200, 100))
        slopes.append((1 - h**2).median().item())
    assert slopes[1] < 0.1 < 0.3 < slopes[0]


@claim("半分の値が0になり、残りの半分は変わりません。")
def relu_halves_the_squares() -> None:
    torch.manual_seed(0)
    x = torch.randn(1_000_000)
    y = torch.relu(x)
    assert (y == 0).double().mean().item() == pytest.approx(0.5, abs=0.01)
    assert y.square().mean().item() == pytest.approx(0.5, abs=0.01)


@claim("1では消え、2では爆発します。")
def relu_needs_the_root_of_two() -> None:
    assert at_last("ReLU", 1) < 0.01
    assert 0.3 < at_last("ReLU", 2**0.5) < 3
    assert at_last("ReLU", 2) > 100


@claim("逆伝播では、勾配が層を逆向きに通るので、足し合わせるのは、出力の数だけの値です。")
def a_gradient_is_a_sum_over_the_outputs() -> None:
    torch.manual_seed(0)
    x = torch.randn(1000, 50, requires_grad=True)
    weight = torch.randn(400, 50)
    (gradient,) = torch.autograd.grad(x @ weight.T, x, torch.randn(1000, 400))
    assert size(gradient) == pytest.approx(400**0.5, rel=0.05)


@claim("ReLUに要る $\\sqrt{2}$ の、半分にも届きません。")
def the_default_is_the_root_of_a_third() -> None:
    torch.manual_seed(0)
    gain = size(nn.Linear(1000, 1000).weight) * 1000**0.5
    assert gain == pytest.approx(3**-0.5, rel=0.01)
    assert gain < 2**0.5 / 2


@claim("標準の初期値では、どの入力にもほとんど同じ値が出ました。")
def the_default_forgets_its_input() -> None:
    for seed in range(5):
        torch.manual_seed(seed)
        x = torch.randn(200, 100)
        h, he = default(20)(x), depth.stack("ReLU", 20, width=100)(x)
        assert size(h - h.mean(dim=0)) < 1e-4 * size(h)
        assert size(he - he.mean(dim=0)) > 0.1 * size(he)


@claim("入力の分が消え、どの入力にも共通のバイアスの分だけが残ります。")
def only_the_biases_are_left() -> None:
    torch.manual_seed(0)
    model, x = default(20), torch.randn(200, 100)
    assert size(model(x)) > 0.01
    for layer in model[::2]:
        nn.init.zeros_(layer.bias)
    assert size(model(x)) < 1e-4


@claim("標準の初期値では、全部に平均を答えるところまでしか進めませんでした。")
def the_default_learns_only_the_mean() -> None:
    spread = data()[1].var(correction=0).item()
    for seed in range(3):
        assert learned(seed)[0] == pytest.approx(spread, abs=0.01)
        assert learned(seed, he=True)[0] < 0.4 * spread


@claim("はじめ方を選ばなくても、Heの初期値より速く学びました。")
def normalised_layers_learn_faster() -> None:
    for seed in range(3):
        assert learned(seed, norm=nn.BatchNorm1d)[0] < 0.2 * learned(seed, he=True)[0]


@claim("どちらの層にも、そろえたあとに掛ける数と足す数があり、学習で動きます。")
def both_have_a_factor_and_a_shift() -> None:
    for layer in (nn.BatchNorm1d(4), nn.LayerNorm(4)):
        names = [name for name, _ in layer.named_parameters()]
        assert names == ["weight", "bias"]
        assert torch.equal(layer.weight, torch.ones(4))
        assert torch.equal(layer.bias, torch.zeros(4))


@claim("{torch}`nn.BatchNorm1d`の答えは、一緒に渡したほかのデータで変わります。")
def a_batch_is_seen_together() -> None:
    torch.manual_seed(0)
    x = torch.randn(5, 3)
    norm = nn.BatchNorm1d(3)
    assert not torch.allclose(norm(x)[:2], norm(x[:2]))
    assert torch.allclose(norm.eval()(x)[:2], norm(x[:2]))


@claim("覚えている平均は、1回ごとに、新しい平均のほうへ1割だけ近づきます。")
def a_tenth_of_the_way() -> None:
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(3)
    for _ in range(3):
        x, before = torch.randn(8, 3) + 5, norm.running_mean.clone()
        norm(x)
        assert torch.allclose(norm.running_mean, before + 0.1 * (x.mean(dim=0) - before))


@claim(
    "`eval()`を忘れると、答えが隣のデータに左右されるうえ、評価のデータから平均を覚えてしまいます。"
)
def training_goes_on_without_gradients() -> None:
    norm = nn.BatchNorm1d(2)
    with torch.no_grad():
        norm(torch.full((4, 2), 7.0))
        assert norm.running_mean.max() > 0
        kept = norm.eval().running_mean.clone()
        norm(torch.full((4, 2), 9.0))
    assert torch.equal(norm.running_mean, kept)


@claim("{torch}`nn.LayerNorm`は1件の中だけを見るので、モードで変わりません。")
def a_layer_norm_has_one_mode() -> None:
    torch.manual_seed(0)
    x, norm = torch.randn(5, 3), nn.LayerNorm(3)
    assert torch.allclose(norm(x)[:2], norm(x[:2]))
    assert torch.equal(norm.train()(x), norm.eval()(x))


@claim("ReLUでは、重みを割ると、出力も同じだけ割られます。")
def relu_keeps_the_scale() -> None:
    torch.manual_seed(0)
    x = torch.randn(100)
    assert torch.allclose(torch.relu(x / 3), torch.relu(x) / 3)
    assert not torch.allclose(torch.tanh(x / 3), torch.tanh(x) / 3)
