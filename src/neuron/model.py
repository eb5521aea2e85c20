"""PyTorch で書いたニューロン。"""

from __future__ import annotations

import torch
from torch import nn

from neuron.checks import Values, checked_activation, checked_count, checked_values


class Neuron(nn.Module):
    """重み付き和を計算し、活性化関数に通すニューロン。

    ``weight`` の形は（out_features, in_features）、``bias`` の形は（out_features）です。
    渡さなければ、``nn.Linear`` が乱数で決めます。

    Raises:
        TypeError: 値が数でない、または活性化関数が ``nn.Module`` でないとき。
        ValueError: 形が合わない、または NaN か無限大が含まれるとき。

    """

    def __init__(
        self,
        in_features: int = 2,
        out_features: int = 1,
        activation: nn.Module | None = None,
        *,
        weight: Values | None = None,
        bias: Values | None = None,
    ) -> None:
        """部品を用意する。``activation`` を渡さなければ tanh になる。"""
        super().__init__()
        in_features = checked_count("in_features", in_features)
        out_features = checked_count("out_features", out_features)
        self.layer1 = nn.Linear(in_features, out_features)
        self.activation = checked_activation(nn.Tanh() if activation is None else activation)
        if weight is not None:
            self.layer1.weight = checked_values("weight", weight, (out_features, in_features))
        if bias is not None:
            self.layer1.bias = checked_values("bias", bias, (out_features,))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """形（…, in_features）の入力から、形（…, out_features）の出力を計算する。"""
        u = self.layer1(x)
        y = self.activation(u)
        return y
