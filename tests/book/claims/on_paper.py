"""What 紙の上のニューロン says."""

from __future__ import annotations

import math
from fractions import Fraction as F

import torch

from neuron import by_hand
from tests.book.claims import claims_of

claim = claims_of("lesson/on_paper")
SPREAD = [k / 10 for k in range(-150, 151)]


def points(clouds: int, bags: int) -> F:
    """The points of a day, without any rounding."""
    return F("0.6") * clouds - F("0.2") * bags + F("0.8")


@claim("たとえば、快晴で荷物が4つの日は、ちょうど境目の上です。")
def four_bags_on_a_clear_day() -> None:
    assert points(0, 4) == 0


@claim("答えが変わるのは、バイアスまで足した $u$ が0を超えるところです。")
def the_sign_changes_where_u_does() -> None:
    assert all((math.tanh(u) > 0) == (u > 0) for u in SPREAD)


@claim("重みと入力の積の和でいえば、−0.8を超えるところです。")
def the_bias_is_no_threshold() -> None:
    for products in (-0.81, -0.79, 0.0, 0.79, 0.81):
        assert (math.tanh(products + 0.8) > 0) == (products > -0.8)


@claim("決定境界の上では、点数がちょうど0になります。")
def points_are_zero_at_the_boundary() -> None:
    on_it = [(clouds, 3 * clouds + 4) for clouds in range(5)]
    assert all(points(*day) == 0 for day in on_it)
    assert all(points(clouds, bags + 1) < 0 < points(clouds, bags - 1) for clouds, bags in on_it)


@claim("雲が真っ黒で手ぶらの日は2.0点、くもりで荷物が20個の日は−2.6点。")
def points_have_no_end() -> None:
    assert (points(2, 0), points(1, 20)) == (F("2.0"), F("-2.6"))


@claim("重みを0.6から0.61に変えても、答えは1のままです。")
def a_step_does_not_feel_a_small_change() -> None:
    step = [1 if w * 1 - 0.2 * 2 + 0.8 > 0 else -1 for w in (0.6, 0.61)]
    assert step == [1, 1]


@claim("実線の曲線なら、答えは−1と1のあいだに収まります。")
def tanh_stays_between_its_ends() -> None:
    assert all(-1 < math.tanh(u) < 1 for u in SPREAD)


@claim("そのうえ、$u$ を少し動かせば、答えも少し動きます。")
def tanh_moves_a_little() -> None:
    moved = [math.tanh(u + 0.001) - math.tanh(u) for u in SPREAD]
    assert all(0 < each < 0.001 for each in moved)


@claim("$e$ は約 $2.718$ の定数です。")
def e_is_about_that() -> None:
    assert round(math.e, 3) == 2.718


@claim("$e^{-u}$ は、1を $e^{u}$ で割った数です。")
def a_negative_power_divides() -> None:
    assert all(math.isclose(math.exp(-u), 1 / math.exp(u)) for u in SPREAD)


@claim(
    "最後に`round`で丸めたのは、コンピューターの小数が2進数で、"
    "$0.6$ や $0.2$ をぴったりとは表せないためです。"
)
def floats_are_not_exact() -> None:
    assert F(0.6) != F("0.6")
    assert F(0.2) != F("0.2")


@claim("tanhは、$u = 1$ ではまだ1に届きません。")
def tanh_of_one_is_below_one() -> None:
    assert math.tanh(1) < 1


@claim("荷物の重みは負なので、荷物が減ると、下げられる分が減ります。")
def fewer_bags_more_points() -> None:
    assert points(1, 1) > points(1, 2)


@claim("重みが0でないかぎり、その入力を変えれば点数も変わります。")
def an_input_counts_unless_its_weight_is_zero() -> None:
    for w in (-3.0, -0.2, 0.6, 3.0):
        assert by_hand.weighted_sum([2.0], [w], 0.8) != by_hand.weighted_sum([1.0], [w], 0.8)
    assert by_hand.weighted_sum([2.0], [0.0], 0.8) == by_hand.weighted_sum([1.0], [0.0], 0.8)


@claim("$\\tanh(u) = 0$ になるのは、$u = 0$ のときだけです。")
def tanh_is_zero_only_at_zero() -> None:
    assert [u for u in SPREAD if math.tanh(u) == 0] == [0]


@claim("tanhは符号を変えないので、$u$ の符号だけを考えれば足ります。")
def tanh_keeps_the_sign() -> None:
    assert all(math.copysign(1, math.tanh(u)) == math.copysign(1, u) for u in SPREAD)


@claim("なめらかな曲線に通すのは、答えを−1と1のあいだに収め、少しずつ直せるようにするためです。")
def tanh_has_a_slope_and_a_step_has_none() -> None:
    u = torch.tensor([-2.0, -0.5, 0.5, 2.0], requires_grad=True)
    (slope,) = torch.autograd.grad(torch.tanh(u).sum(), u)
    (flat,) = torch.autograd.grad(torch.sign(u).sum(), u)
    assert (slope > 0).all()
    assert (flat == 0).all()


@claim(
    "両方が1のときだけ出力が正になり、ほかの3通りでは負になるように、重みとバイアスを決めてください。"
)
def a_neuron_can_and() -> None:
    for x1 in (0.0, 1.0):
        for x2 in (0.0, 1.0):
            y = by_hand.forward((x1, x2), (1.0, 1.0), -1.5).y
            assert (y > 0) == (x1 == x2 == 1)
            assert y != 0


@claim("どちらも同じ向きに効くので、出力は大きくなります。")
def both_changes_raise_the_output() -> None:
    assert points(1, 2) < min(points(2, 2), points(1, 1)) < points(2, 1)
