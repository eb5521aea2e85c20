"""ニューロンの層を重ねたモデル。"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from neuron.checks import checked_count
from neuron.model import Neuron


class MLP(nn.Module):
    """`Neuron` の層を順に重ねた、多層パーセプトロン。

    ``MLP(2, 3, 1)`` は、入力が2つ、隠れ層のニューロンが3つ、出力が1つのモデルです。

    Raises:
        TypeError: 個数が整数でないとき。
        ValueError: 個数が1つしかない、または 1 より小さいとき。

    """

    def __init__(self, *features: int) -> None:
        """入力の数と、層ごとのニューロンの数を、入力に近い順に受け取る。"""
        super().__init__()
        if len(features) < 2:
            raise ValueError(
                "MLP には、入力の数と、層ごとのニューロンの数を渡します"
                f"（例: MLP(2, 3, 1)）。渡された値: {features}"
            )
        for number, count in enumerate(features, 1):
            checked_count(f"MLP の {number} 番目の数", count)
        layers = (Neuron(n, m) for n, m in pairwise(features))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """前の層の出力を、次の層の入力にする。"""
        return self.layers(x)
