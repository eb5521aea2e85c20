"""What 勾配とbackward says."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch import nn

from neuron import Neuron, by_hand
from tests.book.claims import claims_of

claim = claims_of("lesson/gradients")
X, T = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0]])
mse = nn.MSELoss()


def neuron() -> Neuron:
    """The neuron of the book."""
    return Neuron(weight=[[0.6, -0.2]], bias=[0.8])


@claim("だから、重みと同じ形です。")
def a_gradient_has_the_shape_of_its_weight() -> None:
    model = Neuron(3, 5)
    model(torch.randn(4, 3)).sum().backward()
    assert [p.grad.shape for p in model.parameters()] == [p.shape for p in model.parameters()]


@claim("損失の`backward()`を1回呼ぶと、すべてのパラメーターの勾配が`grad`に入ります。")
def one_call_fills_every_grad() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    assert all(p.grad is None for p in model.parameters())
    mse(model(X), T).backward()
    assert all(p.grad is not None for p in model.parameters())


@claim("PyTorchがしたのも、区間ごとの微分係数の掛け算でした。")
def torch_multiplies_alike() -> None:
    model = neuron()
    mse(model(X), T).backward()
    hand = by_hand.backward((1.0, 2.0), (0.6, -0.2), 0.8, 1.0)
    assert torch.allclose(model.layer1.weight.grad, torch.tensor([hand.dL_dw]))


@claim("変わるのは`grad`だけです。")
def backward_moves_nothing() -> None:
    model = neuron()
    mse(model(X), T).backward()
    assert torch.equal(model.layer1.weight, torch.tensor([[0.6, -0.2]]))
    assert torch.equal(model.layer1.bias, torch.tensor([0.8]))
    assert model.layer1.weight.grad is not None


@claim("足してしまうと、損失が増える向きに動きます。")
def adding_goes_uphill() -> None:
    model = neuron()
    before = mse(model(X), T)
    before.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * parameter.grad
    assert mse(model(X), T) > before


@claim("{torch}`torch.no_grad`で囲むのは、直す計算まで記録しないためです。")
def an_update_that_is_recorded_is_refused() -> None:
    model = neuron()
    mse(model(X), T).backward()
    with pytest.raises(RuntimeError, match="leaf Variable"):
        for parameter in model.parameters():
            parameter -= 0.1 * parameter.grad


@claim("重みを直しても、`grad`は書き変わりません。")
def a_gradient_is_stale_after_a_step() -> None:
    model = neuron()
    mse(model(X), T).backward()
    old = model.layer1.weight.grad.clone()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    assert torch.equal(model.layer1.weight.grad, old)
    fresh = Neuron(weight=model.layer1.weight.detach(), bias=model.layer1.bias.detach())
    mse(fresh(X), T).backward()
    assert not torch.allclose(fresh.layer1.weight.grad, old)


@claim("`grad`は、上書きではなく足し算です。")
def a_second_call_adds() -> None:
    model = neuron()
    mse(model(X), T).backward()
    once = model.layer1.weight.grad.clone()
    mse(model(X), T).backward()
    assert torch.allclose(model.layer1.weight.grad, 2 * once)


@claim("何回かの`backward()`の勾配を、合計したいことがあるからです。")
def parts_add_up_to_the_whole() -> None:
    whole, parts = neuron(), neuron()
    x, t = torch.randn(6, 2), torch.randn(6, 1)
    nn.functional.mse_loss(whole(x), t, reduction="sum").backward()
    for rows in (slice(0, 2), slice(2, 6)):
        nn.functional.mse_loss(parts(x[rows]), t[rows], reduction="sum").backward()
    assert torch.allclose(parts.layer1.weight.grad, whole.layer1.weight.grad, atol=1e-5)


@claim("消してから測ると、正しい値に戻りました。")
def zero_grad_forgets() -> None:
    model = neuron()
    mse(model(X), T).backward()
    once = model.layer1.weight.grad.clone()
    model.zero_grad()
    assert model.layer1.weight.grad is None
    mse(model(X), T).backward()
    assert torch.equal(model.layer1.weight.grad, once)


@claim("PyTorch 2.0より前の`zero_grad()`は、`None`ではなく0で埋めていました。")
def zero_grad_can_still_fill_with_zeros() -> None:
    assert inspect.signature(nn.Module.zero_grad).parameters["set_to_none"].default is True
    model = neuron()
    mse(model(X), T).backward()
    model.zero_grad(set_to_none=False)
    assert (model.layer1.weight.grad == 0).all()


@claim("その値は、`backward()`が1回終わると捨てられます。")
def saved_values_are_freed() -> None:
    y = torch.tensor(1.0, requires_grad=True).tanh()
    y.backward()
    with pytest.raises(RuntimeError, match="already been freed"):
        print(y.grad_fn._saved_result)


@claim("足し算だけのような、途中の値の要らない計算なら、2回呼んでもエラーになりません。")
def a_sum_can_be_walked_twice() -> None:
    leaf = torch.tensor(1.0, requires_grad=True)
    y = leaf + 1
    y.backward()
    y.backward()
    assert leaf.grad == 2


@claim("2回使うときは、1回目を`backward(retain_graph=True)`として、途中の値を残します。")
def a_kept_graph_can_be_walked_twice() -> None:
    leaf = torch.tensor(1.0, requires_grad=True)
    y = leaf**2
    y.backward(retain_graph=True)
    y.backward()
    assert leaf.grad == 4
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


@claim("入力が0なら、重みをどう変えても $u$ は変わりません。")
def a_zero_input_hides_its_weight() -> None:
    sums = {by_hand.weighted_sum((0.0, 2.0), (w1, -0.2), 0.8) for w1 in (-9.0, 0.0, 0.6, 9.0)}
    assert len(sums) == 1


@claim("損失が平均なので、勾配も1件ずつの勾配の平均になります。")
def a_mean_has_the_mean_of_gradients() -> None:
    model, x, t = neuron(), torch.randn(5, 2), torch.randn(5, 1)
    each = []
    for row, target in zip(x, t, strict=True):
        (slope,) = torch.autograd.grad(mse(model(row[None]), target[None]), model.layer1.bias)
        each.append(slope)
    (whole,) = torch.autograd.grad(mse(model(x), t), model.layer1.bias)
    assert torch.allclose(whole, torch.stack(each).mean(0), atol=1e-6)


@claim("ほかの区間の式は、活性化関数を替えても同じです。")
def only_the_middle_changes() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8], activation=nn.Sigmoid())
    mse(model(X), T).backward()
    y = model(X).detach()
    assert torch.allclose(model.layer1.weight.grad, 2 * (y - T) * y * (1 - y) * X)


@claim("勾配も同じになり、同じだけ変わるので、いつまでも同じ値のままです。")
def twins_have_one_gradient() -> None:
    layers = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    for parameter in layers.parameters():
        nn.init.constant_(parameter, 0.5)
    mse(layers(torch.randn(9, 2)), torch.randn(9, 1)).backward()
    first, second = layers[0].weight.grad
    assert torch.allclose(first, second)


@claim(
    "`backward`を書かずに済んだのは、順伝播の記録から、どの区間を掛ければよいかがわかるからです。"
)
def without_the_record_there_is_no_way_back() -> None:
    mse(neuron()(X), T).backward()
    with torch.no_grad():
        unrecorded = mse(neuron()(X), T)
    with pytest.raises(RuntimeError, match="does not require grad"):
        unrecorded.backward()
