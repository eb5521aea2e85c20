"""What 連鎖律 says."""

from __future__ import annotations

import math

import sympy

from neuron import by_hand
from tests.book.claims import claims_of

claim = claims_of("lesson/chain")
X, W, B, T = (1.0, 2.0), (0.6, -0.2), 0.8, 1.0
HAND = by_hand.backward(X, W, B, T)
u, y, t = sympy.symbols("u y t")


def loss(w1: float = 0.6, w2: float = -0.2, b: float = B, x: tuple[float, float] = X) -> float:
    """The loss of the book's neuron, with some of its numbers moved."""
    return by_hand.squared_error(by_hand.forward(x, (w1, w2), b).y, T)


@claim("$w_2$ には $x_2 = 2$ が掛かっているので、2倍になります。")
def u_moves_twice_as_far() -> None:
    moved = by_hand.weighted_sum(X, (0.6, 0.8), B) - by_hand.weighted_sum(X, (0.6, -0.2), B)
    assert math.isclose(moved, 2)


@claim("ところが $y$ では、ゆれが半分より小さく縮みます。")
def the_nudge_shrinks_on_the_curve() -> None:
    before, after = (by_hand.forward(X, (0.6, w2), B) for w2 in (-0.2, -0.199))
    assert math.isclose(after.u - before.u, 0.002)
    assert 0 < after.y - before.y < 0.5 * (after.u - before.u)


@claim("そして損失は、逆向きにゆれました。")
def the_loss_goes_the_other_way() -> None:
    assert loss(w2=-0.199) < loss()


@claim("見積もりは、少しずつ外れていきます。")
def an_estimate_is_for_small_nudges() -> None:
    nudges = (0.01, 0.1, 0.2, 0.3, 0.5)
    errors = [abs(loss(w2=-0.2 + n) - loss() - HAND.dL_dw[1] * n) for n in nudges]
    assert errors == sorted(errors)
    assert errors[0] < 0.001 < errors[-1]


@claim("分数の掛け算では、となりどうしの分母と分子が約分されるからです。")
def neighbours_cancel() -> None:
    L, Y, U, W2 = sympy.symbols("L Y U W2", nonzero=True)
    assert (L / Y) * (Y / U) * (U / W2) == L / W2


@claim("だから、微分係数も掛け算でつながります。")
def slopes_multiply() -> None:
    h = 1e-6
    measured = (loss(w2=-0.2 + h) - loss(w2=-0.2 - h)) / (2 * h)
    assert math.isclose(measured, HAND.dL_dy * HAND.dy_du * HAND.du_dw[1], rel_tol=1e-6)


@claim("$y$ が動けば外れも同じだけ動くので、$x$ を外れに置き換えるだけです。")
def the_error_moves_as_the_output_does() -> None:
    assert sympy.diff(y - t, y) == 1
    assert sympy.expand(sympy.diff((y - t) ** 2, y)) == sympy.expand(2 * (y - t))


@claim("出力 $y$ だけで書けるのです。")
def one_minus_y_squared() -> None:
    difference = sympy.diff(sympy.tanh(u), u) - (1 - sympy.tanh(u) ** 2)
    assert sympy.simplify(difference) == 0


@claim("$e^u$ は、微分しても $e^u$ のままです。")
def exp_is_its_own_slope() -> None:
    assert sympy.diff(sympy.exp(u), u) == sympy.exp(u)


@claim("$e^{-u}$ を微分すると、符号が変わります。")
def exp_of_minus_changes_its_sign() -> None:
    assert sympy.diff(sympy.exp(-u), u) == -sympy.exp(-u)


@claim("そのため、$s$ の導関数は $c$、$c$ の導関数は $s$ です。")
def numerator_and_denominator_swap() -> None:
    s, c = sympy.exp(u) - sympy.exp(-u), sympy.exp(u) + sympy.exp(-u)
    assert sympy.diff(s, u) == c
    assert sympy.diff(c, u) == s


@claim("重みの倍率は、相手の入力です。")
def a_weight_moves_by_its_input() -> None:
    assert HAND.du_dw == X


@claim("バイアスには何も掛かっていないので、倍率は1です。")
def a_bias_moves_as_it_is() -> None:
    assert HAND.du_db == 1


@claim("最初の2つの積は、3つのパラメーターに共通です。")
def the_first_two_factors_are_shared() -> None:
    shared = HAND.dL_dy * HAND.dy_du
    assert (HAND.dL_dw[0] / X[0], HAND.dL_dw[1] / X[1], HAND.dL_db) == (shared, shared, shared)


@claim("$w_2$ の勾配が $w_1$ の2倍なのは、入力 $x_2$ が $x_1$ の2倍だからです。")
def the_ratio_is_that_of_the_inputs() -> None:
    for x in ((1.0, 2.0), (1.0, 3.0), (2.0, 1.0)):
        hand = by_hand.backward(x, W, B, T)
        assert math.isclose(hand.dL_dw[1] / hand.dL_dw[0], x[1] / x[0])


@claim("今朝は3つとも負なので、どれも少し増やすと損失が減ります。")
def a_little_more_of_each_helps() -> None:
    assert max(*HAND.dL_dw, HAND.dL_db) < 0
    assert max(loss(w1=0.601), loss(w2=-0.199), loss(b=0.801)) < loss()


@claim("正なら増え、負なら減ります。")
def the_sign_tells_the_way() -> None:
    for target in (-1.0, 1.0):
        slopes = by_hand.backward(X, W, B, target)
        before, after = ((math.tanh(1 + h) - target) ** 2 for h in (0.0, 1e-4))
        assert (slopes.dL_db > 0) == (after > before)


@claim("荷物の重みがいちばんよく効きます。")
def the_second_weight_counts_most() -> None:
    assert abs(HAND.dL_dw[1]) > max(abs(HAND.dL_dw[0]), abs(HAND.dL_db))


@claim("少し増やすと損失は減りますが、増やしすぎると、正解を飛びこえて跳ね上がります。")
def too_much_is_worse() -> None:
    at, little, much = ((max(1 + more, 0) - 4) ** 2 for more in (0, 0.1, 20))
    assert little < at < much


@claim("まん中の傾き1の、半分より小さくなりました。")
def the_slope_has_halved() -> None:
    assert HAND.dy_du < 0.5 * (1 - math.tanh(0) ** 2)


@claim("勾配が教えるのは、いまいる場所のすぐ近くのことだけです。")
def a_gradient_is_about_here() -> None:
    def relu_loss(more: float) -> float:
        return (max(1 + more, 0) - 4) ** 2

    near, far = (relu_loss(more) - relu_loss(0) for more in (1e-3, 20.0))
    assert math.isclose(near, -6 * 1e-3, rel_tol=1e-3)
    assert far > 0
