"""What 傾きと自動微分 says."""

from __future__ import annotations

import pytest
import sympy
import torch

from tests.book.claims import claims_of

claim = claims_of("lesson/slope")
x, h = sympy.symbols("x h")
POINTS = torch.linspace(-6, 6, 121, dtype=torch.float64)


def slopes(function, at: torch.Tensor = POINTS) -> torch.Tensor:
    """The derivative of a function of one number, at many points."""
    at = at.clone().requires_grad_()
    (found,) = torch.autograd.grad(function(at).sum(), at)
    return found


@claim("まっすぐな坂なら、割り算1回で求まります。")
def a_line_has_one_slope() -> None:
    ratios = {((3 * (a + b) + 1) - (3 * a + 1)) / b for a in (-2, 0, 5) for b in (1, 2, 4)}
    assert ratios == {3}


@claim("ところが、tanhのような曲線の傾きは、場所によって変わります。")
def a_curve_has_many() -> None:
    assert slopes(torch.tanh).unique().numel() > 50


@claim("縦に0.21、横に0.1進むので、0.21を0.1で割りました。")
def the_secant_by_hand() -> None:
    assert sympy.Rational("1.1") ** 2 - 1 == sympy.Rational("0.21")
    assert sympy.Rational("0.21") / sympy.Rational("0.1") == sympy.Rational("2.1")


@claim("残念ながら、0では割れません。")
def nothing_divides_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        ((1 + 0.0) ** 2 - 1**2) / 0.0


@claim("これなら $h$ をいくらでも0に近づけられ、行き着く先は $2x$ です。")
def the_secant_goes_to_two_x() -> None:
    secant = sympy.cancel(((x + h) ** 2 - x**2) / h)
    assert secant == 2 * x + h
    assert sympy.limit(secant, h, 0) == 2 * x


@claim("ここから先の計算が記録されます。")
def a_mark_starts_the_record() -> None:
    marked = torch.tensor(1.0, requires_grad=True)
    assert (marked + 1).grad_fn is not None
    assert (torch.tensor(1.0) + 1).grad_fn is None


@claim("答えは、入力の`grad`に入ります。")
def the_answer_is_in_grad() -> None:
    leaf = torch.tensor(1.0, requires_grad=True)
    assert leaf.grad is None
    (leaf**2).backward()
    assert leaf.grad == 2


@claim("どの点でも、$2x$ と同じです。")
def everywhere_two_x() -> None:
    assert torch.equal(slopes(lambda a: a**2), 2 * POINTS)


@claim("谷底の $x = 0$ では、傾きも0になります。")
def flat_at_the_bottom() -> None:
    assert slopes(lambda a: a**2, torch.zeros(1)) == 0


@claim("迷っているところほど、点数の小さな差が答えを大きく変えます。")
def tanh_is_steepest_in_the_middle() -> None:
    found = slopes(torch.tanh)
    assert POINTS[found.argmax()].abs() < 1e-9
    right = found[POINTS >= 0]
    assert (right.diff() < 0).all()


@claim("tanhとシグモイド関数は、両端で平らになります。")
def both_ends_are_flat() -> None:
    for function in (torch.tanh, torch.sigmoid):
        found = slopes(function)
        assert found[0] < 0.01 and found[-1] < 0.01


@claim("ReLUの傾きは、負の側で0、正の側で1です。")
def relu_has_two_slopes() -> None:
    found = slopes(torch.relu)
    assert (found[POINTS < -1e-9] == 0).all()
    assert (found[POINTS > 1e-9] == 1).all()


@claim("角の $x = 0$ には接線がありませんが、PyTorchは傾きを0とします。")
def relu_at_its_corner() -> None:
    assert slopes(torch.relu, torch.zeros(1)) == 0
    relu = sympy.Max(x, 0)
    assert sympy.limit(relu / x, x, 0, "+") == 1
    assert sympy.limit(relu / x, x, 0, "-") == 0


@claim("LeakyReLUは、負の側にもわずかな傾きを残します。")
def leaky_relu_keeps_a_slope() -> None:
    found = slopes(torch.nn.LeakyReLU())
    assert (found[POINTS < -1e-9] == 0.01).all()


@claim("階段の傾きは、段差のほかではどこも0です。")
def steps_are_flat() -> None:
    away = POINTS[POINTS.abs() > 1e-6]
    assert (torch.sign(away + 1e-9) == torch.sign(away - 1e-9)).all()
    assert (slopes(torch.sign) == 0).all()


@claim("山の頂上でも、平らな段の途中でも、傾きは0です。")
def flat_is_not_lowest() -> None:
    at = torch.zeros(1)
    for hill in (lambda a: -(a**2), lambda a: a**3):
        assert slopes(hill, at) == 0
        assert hill(at - 0.1) < hill(at)


@claim("近づく先が1つに決まらないので、角には接線がありません。")
def a_corner_has_two_slopes() -> None:
    relu = sympy.Max(x, 0)
    right, left = (sympy.limit(relu.subs(x, h) / h, h, 0, side) for side in "+-")
    assert (right, left) == (1, 0)
