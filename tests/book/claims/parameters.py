"""What テンソルとパラメーター says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from neuron import Neuron
from tests.book.claims import claims_of

claim = claims_of("lesson/parameters")
X = torch.tensor([[1.0, 2.0]])
RIGHT = [[0.6, -0.2]]


@claim("作るたびに、乱数で決まります。")
def weights_are_random() -> None:
    weights = [nn.Linear(2, 1).weight for _ in range(10)]
    assert all(not torch.equal(weights[0], other) for other in weights[1:])


@claim("{torch}`torch.equal`は、並び方と値がすべて同じかどうかを調べます。")
def equal_compares_shape_and_values() -> None:
    assert torch.equal(torch.ones(2), torch.ones(2))
    assert not torch.equal(torch.ones(2), torch.ones(1, 2))
    assert not torch.equal(torch.ones(2), torch.tensor([1.0, 1.1]))


@claim("NumPyの小数は、ふつう64ビットです。")
def numpy_has_64_bits() -> None:
    assert np.array([0.6]).dtype == np.float64


@claim("一方、PyTorchの標準の小数は32ビットです。")
def torch_has_32_bits() -> None:
    assert torch.tensor([0.6]).dtype == torch.float32 == torch.get_default_dtype()


@claim("数1つのテンソルからは、`item()`で、ふつうのPythonの数を取り出せます。")
def item_gives_a_number() -> None:
    assert type(torch.tensor([[0.5]]).item()) is float
    with pytest.raises(RuntimeError):
        torch.ones(2).item()


@claim("1行が、ニューロン1つ分の重みです。")
def a_row_is_a_neuron() -> None:
    layer = nn.Linear(2, 3)
    alone = X @ layer.weight[1] + layer.bias[1]
    assert torch.allclose(layer(X)[:, 1], alone)


@claim("部品は、入れられたパラメーターの形を調べません。")
def a_layer_takes_any_shape() -> None:
    layer = nn.Linear(2, 1)
    layer.weight = nn.Parameter(torch.zeros(5, 7))
    assert layer.weight.shape == (5, 7)


@claim("形を調べるのは、計算するときです。")
def the_shape_matters_when_it_computes() -> None:
    layer = nn.Linear(2, 1)
    layer.weight = nn.Parameter(torch.tensor([[0.6], [-0.2]]))
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        layer(X)


@claim("そこで、この本のパッケージの`Neuron`には、入れるときに形を調べる仕組みを足してあります。")
def our_neuron_checks_at_once() -> None:
    with pytest.raises(ValueError, match="行と列が逆です"):
        Neuron(weight=[[0.6], [-0.2]], bias=[0.8])


@claim("{torch}`nn.Parameter`は、`requires_grad=True`という印のついたテンソルです。")
def a_parameter_is_marked() -> None:
    parameter = nn.Parameter(torch.tensor([0.8]))
    assert isinstance(parameter, torch.Tensor)
    assert parameter.requires_grad


@claim("`copy_`のように`_`で終わる名前は、そのテンソル自身を書き換えます。")
def an_underscore_writes_in_place() -> None:
    tensor = torch.ones(2)
    assert tensor.copy_(torch.zeros(2)) is tensor
    assert tensor.add_(1) is tensor
    assert tensor.tolist() == [1, 1]


@claim("{torch}`torch.no_grad`は、その中の計算を記録しない指定です。")
def no_grad_leaves_no_record() -> None:
    with torch.no_grad():
        y = Neuron()(X)
    assert y.grad_fn is None


@claim("箱ごと取り替えると、学習の係は古い箱を見たままになり、新しい箱を直してくれません。")
def a_new_parameter_is_not_trained() -> None:
    model = Neuron(weight=RIGHT, bias=[0.8])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.layer1.weight = nn.Parameter(torch.tensor(RIGHT))
    nn.functional.mse_loss(model(X), torch.tensor([[1.0]])).backward()
    optimizer.step()
    assert torch.equal(model.layer1.weight, torch.tensor(RIGHT))
    assert model.layer1.bias != 0.8


@claim("学習の準備をしたあとで値を変えるなら、こちらを使います。")
def a_copied_value_is_trained() -> None:
    model = Neuron()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with torch.no_grad():
        model.layer1.weight.copy_(torch.tensor(RIGHT))
    nn.functional.mse_loss(model(X), torch.tensor([[5.0]])).backward()
    optimizer.step()
    assert not torch.equal(model.layer1.weight, torch.tensor(RIGHT))


@claim("辞書に入るのは、パラメーターと、バッファー（buffer）です。")
def a_state_holds_buffers_too() -> None:
    norm = nn.BatchNorm1d(2)
    named = {name for name, _ in norm.named_parameters()} | {
        name for name, _ in norm.named_buffers()
    }
    assert set(norm.state_dict()) == named
    assert "running_mean" in named


@claim("このニューロンにはありません。")
def a_neuron_has_no_buffer() -> None:
    assert list(Neuron().buffers()) == []


@claim("辞書の値は、モデルと同じメモリーを見ています。")
def a_state_shares_memory() -> None:
    model = Neuron()
    assert model.state_dict()["layer1.weight"].data_ptr() == model.layer1.weight.data_ptr()


@claim("あとでモデルの値を書き換えると、辞書の値も変わります。")
def a_state_changes_with_its_model() -> None:
    model = Neuron(weight=RIGHT, bias=[0.8])
    saved = model.state_dict()
    nn.init.zeros_(model.layer1.bias)
    assert saved["layer1.bias"] == 0


@claim("変える対象そのものなので、`requires_grad=True`がついています。")
def parameters_are_the_things_themselves() -> None:
    model = Neuron()
    weight, bias = model.parameters()
    assert weight is model.layer1.weight and bias is model.layer1.bias
    assert weight.requires_grad and bias.requires_grad
    assert not any(value.requires_grad for value in model.state_dict().values())


@claim(
    "入力の数を $n$ とすると、範囲は $-\\frac{1}{\\sqrt{n}}$ から $\\frac{1}{\\sqrt{n}}$ までです。"
)
def weights_fill_their_range() -> None:
    torch.manual_seed(0)
    for n in (1, 2, 9):
        layer = nn.Linear(n, 5000)
        values = torch.cat([layer.weight.detach().flatten(), layer.bias.detach()]) * n**0.5
        assert values.abs().max() <= 1
        assert values.min() < -0.99 and values.max() > 0.99


@claim(
    "{torch}`torch.manual_seed`で決めておくと、同じ環境では、もう一度実行しても同じ値になります。"
)
def a_seed_repeats_the_values() -> None:
    runs = []
    for _ in range(2):
        torch.manual_seed(0)
        runs.append(torch.rand(100))
    assert torch.equal(*runs)


@claim("どのデータでも、2つのニューロンの答えは同じです。")
def twins_answer_alike() -> None:
    twins = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    for parameter in twins.parameters():
        nn.init.constant_(parameter, 0.5)
    y = twins(torch.randn(1000, 2))
    assert torch.equal(y[:, 0], y[:, 1])


@claim("困ったことに、学習しても双子のままです。")
def twins_stay_twins() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    for parameter in model.parameters():
        nn.init.constant_(parameter, 0.5)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, t = torch.randn(20, 2), torch.randn(20, 1)
    for _ in range(50):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), t).backward()
        optimizer.step()
    first, second = model[0].weight
    assert torch.allclose(first, second)
    assert not torch.allclose(first, torch.full((2,), 0.5))


@claim("ニューロンが1つだけの場合と、バイアスだけを0にする場合には、この問題は起きません。")
def random_weights_break_the_symmetry() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    for layer in (model[0], model[2]):
        nn.init.zeros_(layer.bias)
    model(X).backward()
    first, second = model[0].weight.grad
    assert not torch.allclose(first, second)


@claim("値が写されるので、あとで`model`を変えても、写した先は変わりません。")
def loading_copies() -> None:
    model, other = Neuron(weight=RIGHT, bias=[0.8]), Neuron()
    other.load_state_dict(model.state_dict())
    nn.init.zeros_(model.layer1.bias)
    assert torch.equal(other.layer1.bias, torch.tensor([0.8]))


@claim("tanhのグラフは、原点のまわりに半回転させても同じ形です。")
def tanh_turned_is_tanh() -> None:
    u = torch.linspace(-5, 5, 101)
    assert torch.allclose(torch.tanh(-u), -torch.tanh(u))
    assert not torch.allclose(torch.sigmoid(-u), -torch.sigmoid(u))
