"""What エラー博物館 says."""

from __future__ import annotations

import torch
from torch import nn

from neuron import Neuron
from tests.book.claims import claims_of

claim = claims_of("beyond/errors")
x, t = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0]])


@claim("同じデータで2回`backward()`を呼んだだけなのに、勾配が2倍になりました。")
def gradients_add_up() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    nn.MSELoss()(model(x), t).backward()
    once = model.layer1.bias.grad.clone()
    nn.MSELoss()(model(x), t).backward()
    assert torch.equal(model.layer1.bias.grad, 2 * once)
