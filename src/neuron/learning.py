"""学習：勾配と逆の向きに、パラメーターを少しずつ動かす。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.func import functional_call, stack_module_state


@dataclass(frozen=True)
class Step:
    """ある歩数での、パラメーターと損失。"""

    parameters: dict[str, torch.Tensor]
    loss: float


def learn(
    model: nn.Module,
    x: torch.Tensor,
    t: torch.Tensor,
    lr: float,
    steps: int,
) -> list[Step]:
    """``model`` を ``steps`` 歩だけ学習し、はじめの状態と、1歩ごとの状態を返す。"""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), t)
        loss.backward()
        path.append(_now(model, loss))
        optimizer.step()
    with torch.no_grad():
        path.append(_now(model, nn.functional.mse_loss(model(x), t)))
    return path


def _now(model: nn.Module, loss: torch.Tensor) -> Step:
    parameters = {name: p.detach().clone() for name, p in model.named_parameters()}
    return Step(parameters, loss.item())


def learn_together(
    models: Sequence[nn.Module], x: torch.Tensor, t: torch.Tensor, lr: float, steps: int
) -> torch.Tensor:
    """同じ形の ``models`` を別々に、ただし一度の計算でまとめて学習し、最後の損失を並べて返す。

    1つずつ `learn` で学習したときと同じ値に、ずっと早く着く。``models`` の値は変わらない。
    """
    parameters, _ = stack_module_state(models)

    def losses() -> torch.Tensor:
        y = torch.vmap(lambda values: functional_call(models[0], values, x))(parameters)
        return (y - t).square().flatten(1).mean(1)

    optimizer = torch.optim.SGD(parameters.values(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        losses().sum().backward()
        optimizer.step()
    return losses().detach()
