"""勾配消失を測る。深さの違うネットワークで、最初の層に届いた勾配の大きさを比べる。"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from neuron.activations import create


def stack(activation: str, depth: int, width: int = 32, gain: float | None = None) -> nn.Sequential:
    """層と活性化関数を ``depth`` 回重ねる。重みのばらつきは ``gain / √width`` にする。

    ``gain`` を渡さなければ、PyTorch がその活性化関数に勧める値、なければ 1 にする。
    """
    if gain is None:
        gain = _recommended(activation)
    layers: list[nn.Module] = []
    for _ in range(depth):
        layer = nn.Linear(width, width)
        nn.init.normal_(layer.weight, std=gain / width**0.5)
        nn.init.zeros_(layer.bias)
        layers += [layer, create(activation)]
    return nn.Sequential(*layers)


def first_gradient(model: nn.Sequential) -> float:
    """乱数の入力を流して逆伝播を行い、最初の層の重みの勾配の大きさを返す。"""
    first: Any = model[0]
    x = torch.randn(32, first.in_features)
    model(x).square().mean().backward()
    return first.weight.grad.norm().item()


def _recommended(activation: str) -> float:
    name: Any = {"LeakyReLU": "leaky_relu"}.get(activation, activation.lower())
    try:
        return nn.init.calculate_gain(name)
    except ValueError:  # ELU や GELU には、勧める値がない
        return 1.0
