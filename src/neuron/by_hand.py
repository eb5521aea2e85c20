"""1つのニューロンの手計算。PyTorch を使わず、紙に書く式をそのまま書く。

記号は本と同じ：入力 x、重み w、バイアス b、重み付き和 u、出力 y、正解 t、損失 L。
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Forward:
    """順伝播の途中と結果。"""

    u: float
    y: float


@dataclass(frozen=True)
class Backward:
    """連鎖律の各区間の微分係数と、それを掛け合わせた勾配。"""

    dL_dy: float
    dy_du: float
    dL_du: float
    du_dw: tuple[float, ...]
    du_db: float
    dL_dw: tuple[float, ...]
    dL_db: float


def weighted_sum(x: Sequence[float], w: Sequence[float], b: float) -> float:
    """重み付き和 u = w₁x₁ + w₂x₂ + … + b を返す。

    Raises:
        ValueError: 入力と重みの数が違うとき。

    """
    if len(x) != len(w):
        raise ValueError(f"入力は {len(x)} 個、重みは {len(w)} 個です。同じ数にしてください。")
    return sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) + b


def forward(x: Sequence[float], w: Sequence[float], b: float) -> Forward:
    """重み付き和 u と、出力 y = tanh(u) を返す。"""
    u = weighted_sum(x, w, b)
    return Forward(u=u, y=math.tanh(u))


def squared_error(y: float, t: float) -> float:
    """損失 L = (y − t)² を返す。"""
    return (y - t) ** 2


def backward(x: Sequence[float], w: Sequence[float], b: float, t: float) -> Backward:
    """損失から出力、重み付き和、パラメーターへと戻りながら、微分係数を掛け合わせる。"""
    y = forward(x, w, b).y

    dL_dy = 2 * (y - t)
    dy_du = 1 - y**2
    dL_du = dL_dy * dy_du

    du_dw = tuple(x)
    du_db = 1.0
    return Backward(
        dL_dy=dL_dy,
        dy_du=dy_du,
        dL_du=dL_du,
        du_dw=du_dw,
        du_db=du_db,
        dL_dw=tuple(dL_du * factor for factor in du_dw),
        dL_db=dL_du * du_db,
    )
