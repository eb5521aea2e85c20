"""計算グラフの記録の形。値も勾配も、テンソルのまま持つ。"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.autograd.graph import Node


class GraphError(ValueError):
    """計算グラフを調べられない、または描けない理由を伝えるエラー。"""


@dataclass(frozen=True, eq=False)
class Output:
    """計算の結果1つ。見ていなかった ``value`` と、届かなかった ``gradient`` は None になる。

    勾配を求めない値の ``label`` は、形を変えずに使われたときだけ入る。
    ``sum`` は、フックが勾配を書き換えたときの、書き換える前の勾配。
    """

    shape: tuple[int, ...] | None
    value: torch.Tensor | None
    gradient: torch.Tensor | None
    label: str = ""
    sum: torch.Tensor | None = None


@dataclass(frozen=True, eq=False)
class Arrow:
    """逆向きの矢印。``target`` は送り先の箱の番号（0 から）、``gradient`` は送った勾配。

    ``derivative`` は、出力も送り先も数1つのときの、その区間だけの微分係数。
    ``output`` は、送り先の箱の何番目の出力へ送ったか。
    """

    target: int
    gradient: torch.Tensor | None
    derivative: float | None
    output: int = 0


@dataclass(frozen=True, eq=False)
class Call:
    """部品（``nn.Module``）の呼び出し1回。``number`` は、呼ばれた順番。"""

    name: str
    kind: str
    number: int


@dataclass(frozen=True, eq=False)
class Box:
    """逆向きの計算か、勾配を受け取る葉か、勾配を求めない値（入力や正解）1つ。

    ``order`` は逆伝播、``made`` は順伝播で動いた順番（1 から）。``calls`` は、外側から順に、
    どの部品の中で計算されたか。勾配を求めない値は、``given`` が真で、``name`` が空になる。
    ``parameter`` は、モデルのパラメーターか。``note`` は、ほかに書きそえること。
    """

    name: str
    label: str
    order: int | None
    made: int | None
    outputs: tuple[Output, ...]
    saved: dict[str, torch.Tensor | float]
    arrows: tuple[Arrow, ...]
    calls: tuple[Call, ...] = ()
    given: bool = False
    parameter: bool = False
    note: str = ""


@dataclass(frozen=True, eq=False)
class Trace:
    """計算グラフの記録。箱は逆伝播の順に並び、先頭が出発点。勾配を求めない値は、終わりに並ぶ。

    ``missing`` は、このグラフになかった名前。``nodes`` は、箱の順に並んだ autograd の節。
    """

    boxes: tuple[Box, ...]
    missing: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()
