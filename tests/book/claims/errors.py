"""What エラー博物館 says."""

from __future__ import annotations

import warnings

import torch
from torch import nn

from neuron import Neuron
from tests.book.claims import claims_of

claim = claims_of("beyond/errors")
grad = claims_of("appendix/errors_grad")
data = claims_of("appendix/errors_data")
shape = claims_of("appendix/errors_shape")
x, t = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0]])


@claim("同じデータで呼んだだけなのに、勾配が2倍になりました。")
def gradients_add_up() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    nn.MSELoss()(model(x), t).backward()
    once = model.layer1.bias.grad.clone()
    nn.MSELoss()(model(x), t).backward()
    assert torch.equal(model.layer1.bias.grad, 2 * once)


@claim("形だけを直しても、たまった勾配に押されて答えが1と−1に張りつき、損失は0.01で止まります。")
def gradients_that_pile_up_push_to_the_ends() -> None:
    inputs, target = torch.tensor([[1.0, 2.0], [1.0, -2.0]]), torch.tensor([[0.9], [-0.9]])
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(200):
        loss = ((model(inputs) - target) ** 2).mean()
        loss.backward()
        optimizer.step()
    assert torch.allclose(model(inputs), torch.tensor([[1.0], [-1.0]]), atol=1e-4)
    assert abs(loss.item() - 0.01) < 1e-4


@claim("`grad`は上書きではなく、足し算です。")
def grad_is_a_sum() -> None:
    w = torch.tensor(2.0, requires_grad=True)
    (3 * w).backward()
    (5 * w).backward()
    assert w.grad == 8


@grad("パラメーターには、何も届きません。")
def a_mark_on_the_loss_reaches_nobody() -> None:
    model = Neuron()
    with torch.no_grad():
        loss = nn.MSELoss()(model(x), t)
    loss.requires_grad = True
    loss.backward()
    assert all(parameter.grad is None for parameter in model.parameters())


@grad("何回たどっても、はじめと同じ勾配が足されるだけです。")
def a_kept_graph_gives_the_same_again() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    loss = nn.MSELoss()(model(x), t)
    loss.backward(retain_graph=True)
    first = model.layer1.weight.grad.clone()
    with torch.no_grad():
        model.layer1.bias.copy_(torch.tensor([-5.0]))
    loss.backward()
    assert torch.allclose(model.layer1.weight.grad, 2 * first)


@grad("けれども、新しい`w`は葉ではなくなり、次の`backward()`で`grad`が`None`になります。")
def a_new_w_is_no_leaf() -> None:
    w = torch.tensor(1.0, requires_grad=True)
    (w**2).backward()
    w = w - 0.1 * w.grad
    assert not w.is_leaf
    (w**2).backward()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert w.grad is None


@grad("それに0を掛けると、nanになります。")
def infinity_by_nothing() -> None:
    assert torch.isnan(torch.tensor(torch.inf) * 0)


@data("けれども、合わない名前は読み込まれず、乱数の重みのまま残ります。")
def what_does_not_fit_stays() -> None:
    model = Neuron()
    before = model.layer1.weight.detach().clone()
    model.load_state_dict({"module.layer1.weight": torch.zeros(1, 2)}, strict=False)
    assert torch.equal(model.layer1.weight, before)
    assert before.any()


@shape("`reshape`で形だけを合わせると、エラーは消えますが、手がかりが混ざります。")
def reshaping_mixes_the_features() -> None:
    days = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert days.reshape(3, 2)[1].tolist() == [3, 4]
