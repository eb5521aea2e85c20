"""What 順伝播 says."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from neuron import Neuron
from tests.book.claims import claims_of

claim = claims_of("lesson/forward")
X = torch.tensor([[1.0, 2.0]])
WINDY = torch.tensor([[0.0, 5.0]])


def neuron(activation: nn.Module | None = None) -> Neuron:
    """The neuron of the book."""
    return Neuron(weight=[[0.6, -0.2]], bias=[0.8], activation=activation)


@claim("整数のままでは、種類が合わず、エラーが出ます。")
def integers_are_refused() -> None:
    with pytest.raises(RuntimeError, match="same dtype"):
        neuron()(torch.tensor([[1, 2]]))


@claim("モデルを関数のように呼ぶと、`forward`が実行されます。")
def calling_runs_forward() -> None:
    model = neuron()
    assert torch.equal(model(X), model.forward(X))


@claim(
    "`forward`を直接呼ばずに`model(...)`と書くのは、前後に差しこまれた処理も一緒に動かすためです。"
)
def only_a_call_runs_hooks() -> None:
    model, ran = neuron(), []
    model.register_forward_hook(lambda *_: ran.append("hook"))
    model.forward(X)
    assert ran == []
    model(X)
    assert ran == ["hook"]


@claim("丸めの差を除いて同じなら、Trueになります。")
def allclose_forgives_rounding() -> None:
    one, other = torch.tensor(0.1 + 0.2), torch.tensor(0.3) + 1e-8
    assert torch.allclose(one, other)
    assert not torch.allclose(one, other + 0.001)


@claim("最後に通したのは、活性化関数tanhです。")
def the_last_was_tanh() -> None:
    assert neuron()(X).grad_fn.name() == "TanhBackward0"


@claim("それは、点数 $u$ を作った計算です。")
def addmm_made_the_points() -> None:
    assert neuron().layer1(X).grad_fn.name() == "AddmmBackward0"


@claim("行どうしは影響し合いません。")
def rows_do_not_meet() -> None:
    model, days = neuron(), torch.randn(6, 2)
    alone = torch.cat([model(day[None]) for day in days])
    assert torch.allclose(model(days), alone)


@claim("それでも出力が正なのは、バイアスの心配性が効いているからです。")
def the_bias_speaks_alone() -> None:
    nothing = torch.zeros(1, 2)
    assert neuron()(nothing) > 0
    assert Neuron(weight=[[0.6, -0.2]], bias=[0.0])(nothing) == 0


@claim("3行目で、はじめて「置いていく」が出ました。")
def five_bags_stay_dry() -> None:
    assert [y > 0 for y in neuron()(torch.tensor([[1.0, 2], [0, 0], [0, 5]]))] == [1, 1, 0]


@claim("最後の次元の長さが`in_features`と同じならよいからです。")
def the_last_dimension_counts() -> None:
    assert neuron()(torch.zeros(3, 4, 2)).shape == (3, 4, 1)
    with pytest.raises(RuntimeError):
        neuron()(torch.zeros(2, 3))


@claim("出力も1次元になります。")
def one_dimension_gives_one() -> None:
    assert neuron()(torch.tensor([1.0, 2.0])).shape == (1,)


@claim("列の数が`in_features`と違うと、掛け算ができません。")
def a_column_too_many() -> None:
    with pytest.raises(RuntimeError, match="1x3 and 2x1"):
        neuron()(torch.tensor([[1.0, 2.0, 3.0]]))


@claim("掛け算のために行と列を入れ替えたので、`2x1`と書かれています。")
def mat2_is_the_turned_weight() -> None:
    assert tuple(neuron().layer1.weight.T.shape) == (2, 1)


@claim("`Neuron`は、`activation`に渡した部品をそのまま使います。")
def the_activation_is_the_one_given() -> None:
    given = nn.ReLU()
    assert neuron(given).activation is given


@claim("tanhは負、シグモイド関数は0.5より小さい正の数、ReLUは0です。")
def answers_on_a_day_below_zero() -> None:
    assert neuron()(WINDY) < 0
    assert 0 < neuron(nn.Sigmoid())(WINDY) < 0.5
    assert neuron(nn.ReLU())(WINDY) == 0


@claim("LeakyReLUは、ほんの少しだけ負の数を漏らします。")
def leaky_relu_leaks() -> None:
    assert -0.01 < neuron(nn.LeakyReLU())(WINDY) < 0


@claim("バイアスは、すべての行に足されます。")
def the_bias_goes_to_every_row() -> None:
    layer, x = nn.Linear(2, 3), torch.randn(5, 2)
    assert torch.allclose(layer(x) - x @ layer.weight.T, layer.bias.expand(5, 3), atol=1e-6)


@claim("負にもなるので、確率とは読めません。")
def tanh_is_no_probability() -> None:
    assert neuron()(WINDY) < 0


@claim("確率として使うのは、0と1のあいだに収まるシグモイド関数の出力です。")
def a_sigmoid_stays_between_zero_and_one() -> None:
    y = torch.sigmoid(torch.linspace(-30, 30, 601, dtype=torch.float64))
    assert ((y > 0) & (y < 1)).all()


@claim(
    "小数は丸めの分だけわずかに違うことがあるので、`==`ではなく{torch}`torch.allclose`で比べます。"
)
def rounding_makes_equal_things_differ() -> None:
    one, other = torch.tensor([0.1]).double() + 0.2, torch.tensor([0.3]).double()
    assert not torch.equal(one, other)
    assert torch.allclose(one, other)


@claim("バッチになっても、同じコードのまま動くからです。")
def one_day_or_many() -> None:
    assert [neuron()(torch.zeros(days, 2)).shape for days in (1, 7)] == [(1, 1), (7, 1)]


@claim("件数は変わらず、列だけが入力の数からニューロンの数に変わります。")
def only_the_columns_change() -> None:
    assert [Neuron(2, n)(torch.zeros(5, 2)).shape for n in (1, 3, 9)] == [(5, 1), (5, 3), (5, 9)]
