"""torchviz に見せる、計算グラフの写し。

torchviz は、保存された値を何度も読み、同じテンソルの箱を1つにまとめ、None で止まる。写しには、
1度だけ読んだ値を、1つずつ別の箱になるように持たせる。
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.autograd.graph import Node

from neuron.drawing.backward import is_recomputed
from neuron.drawing.torch_api import SAVED, base_of, look_like_part, saved
from neuron.drawing.watching import leaf_of


class StandIns:
    """節とテンソルの写しを作る。"""

    def __init__(self, nodes: Sequence[Node], *, show_saved: bool) -> None:
        """``show_saved`` なら、保存されたテンソルも写す。"""
        self._nodes: dict[Node | None, Any] = {
            node: type(type(node).__name__, (), {})() for node in nodes
        }
        self.left_out = ""
        for node in nodes:
            copy = self._nodes[node]
            copy.next_functions = tuple((self._nodes.get(n), nr) for n, nr in node.next_functions)
            if (leaf := leaf_of(node)) is not None:
                copy.variable = leaf
            if show_saved:
                self._copy_saved(node, copy)

    def of_tensor(self, tensor: torch.Tensor) -> Any:
        """出力のテンソルの写し。"""
        copy: Any = type("Tensor", (), {})()
        copy.size = tensor.size
        copy.grad_fn = self._nodes.get(tensor.grad_fn)
        base = base_of(tensor)
        look_like_part(copy, tensor, self.of_tensor(base) if base is not None else None)
        return copy

    def _copy_saved(self, node: Node, copy: Any) -> None:
        if is_recomputed(node):
            self.left_out = "あとで作り直される値（チェックポイント）は、描いていない。"
            return
        for name, value in saved(node):
            setattr(copy, f"{SAVED}{name}", _alias(value))
        if hasattr(node, "saved_tensors"):  # 自作の Function
            copy.saved_tensors = [_alias(each) for each in node.saved_tensors if each is not None]


def _alias(value: Any) -> Any:
    """同じ値の、別のテンソル。"""
    if isinstance(value, tuple):
        return tuple(map(_alias, value))
    return value.detach() if isinstance(value, torch.Tensor) else None
