"""What 損失 says."""

from __future__ import annotations

import warnings

import sympy
import torch
from torch import nn

from neuron import Neuron, by_hand
from tests.book.claims import claims_of

claim = claims_of("lesson/loss")
Y = by_hand.forward((1.0, 2.0), (0.6, -0.2), 0.8).y
mse = nn.MSELoss()


def mismatched(outputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The loss of shapes that differ, without the warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mse(outputs, target)


@claim("符号が逆なので、打ち消し合って消えてしまいます。")
def errors_cancel() -> None:
    assert -0.5 + 0.5 == 0


@claim("傾きは、どこまで近づいても1か−1のままです。")
def an_absolute_value_has_two_slopes() -> None:
    error = torch.tensor([-1.0, -1e-9, 1e-9, 1.0], requires_grad=True)
    (slope,) = torch.autograd.grad(error.abs().sum(), error)
    assert slope.tolist() == [-1, -1, 1, 1]


@claim("前のページで見たとおり、傾きは外れに比例します。")
def a_square_has_a_slope_like_the_error() -> None:
    error = torch.linspace(-3, 3, 13, requires_grad=True)
    (slope,) = torch.autograd.grad((error**2).sum(), error)
    assert torch.equal(slope, 2 * error)


@claim("おまけに、2倍外れると罰は4倍なので、大外れをとくに嫌います。")
def twice_the_error_four_times_the_loss() -> None:
    assert by_hand.squared_error(2.0, 0.0) == 4 * by_hand.squared_error(1.0, 0.0)


@claim("今日のように、データが1件で出力が1つなら、差の2乗そのものです。")
def one_value_is_not_averaged() -> None:
    assert mse(torch.tensor([[3.0]]), torch.tensor([[1.0]])) == 4


@claim("{torch}`nn.MSELoss`は、差の2乗を平均します。")
def mse_is_a_mean() -> None:
    y, t = torch.randn(7, 3), torch.randn(7, 3)
    assert torch.allclose(mse(y, t), ((y - t) ** 2).sum() / 21)


@claim("$\\tanh(u)$ が1になるような $u$ は、ないからです。")
def nothing_makes_tanh_one() -> None:
    u = sympy.symbols("u", real=True)
    assert (
        sympy.solveset(
            sympy.exp(u) - sympy.exp(-u) - (sympy.exp(u) + sympy.exp(-u)), u, sympy.S.Reals
        )
        == sympy.S.EmptySet
    )


@claim("点数をどれだけ上げても、1より小さいままです。")
def tanh_is_always_below_one() -> None:
    assert all(sympy.tanh(u).evalf(2000) < 1 for u in (1, 10, 100, 1000))


@claim("それでも、損失はいくらでも0に近づけられます。")
def the_loss_goes_to_zero() -> None:
    u = sympy.symbols("u")
    assert sympy.limit((sympy.tanh(u) - 1) ** 2, u, sympy.oo) == 0


@claim("今朝の答えは、符号だけを見れば当たっています。")
def the_sign_is_right() -> None:
    assert Y > 0


@claim("それでも損失は0ではありません。")
def the_loss_is_not_zero() -> None:
    assert by_hand.squared_error(Y, 1.0) > 0.05


@claim("1件のときは、たまたま同じ値になります。")
def one_example_hides_the_mistake() -> None:
    y = Neuron()(torch.tensor([[1.0, 2.0]]))
    assert mismatched(y, torch.tensor([1.0])) == mse(y, torch.tensor([[1.0]]))


@claim("1次元は、横に並んだ1行とみなされます。")
def one_dimension_is_a_row() -> None:
    column, flat = torch.zeros(2, 1), torch.tensor([0.0, 1.0])
    assert torch.equal(column - flat, column - flat.reshape(1, 2))
    assert (column - flat).shape == (2, 2)


@claim("出力と正解が同じ数なのに、形が違うだけで損失が0になりません。")
def equal_numbers_and_a_loss() -> None:
    same = torch.tensor([[0.0], [1.0]])
    assert mse(same, same) == 0
    assert mismatched(same, same.flatten()) == 0.5


@claim("しかも、エラーにはなりません。")
def it_only_warns() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mse(torch.zeros(2, 1), torch.zeros(2))
    assert [each.category for each in caught] == [UserWarning]


@claim("正解から遠ざかるので、ずっと大きくなります。")
def a_dry_day_costs_more() -> None:
    assert by_hand.squared_error(Y, -1.0) > 50 * by_hand.squared_error(Y, 1.0)


@claim("2乗するのは、外れが打ち消し合わず、外れに比例した傾きが得られるからです。")
def squares_do_not_cancel() -> None:
    error = torch.tensor([-0.5, 0.5], requires_grad=True)
    (slope,) = torch.autograd.grad((error**2).sum(), error)
    assert (error**2).sum() > 0 == error.sum()
    assert torch.equal(slope, 2 * error)


@claim("行と列の両方に引き伸ばされ、すべての組み合わせの差が並びます。")
def a_column_and_a_row_make_a_grid() -> None:
    column, flat = torch.tensor([[1.0], [2.0]]), torch.tensor([10.0, 20.0])
    assert (column - flat).tolist() == [[a - b for b in (10, 20)] for a in (1, 2)]
