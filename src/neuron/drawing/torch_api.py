"""PyTorch が公には言わない名前のうち、計算グラフの記録に要るもの。ほかのモジュールには書かない。

新しい PyTorch で名前が変わると、``tests/neuron/test_torch_api.py``が、なくなった名前を言う。
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch._C._autograd import _get_sequence_nr
from torch._C._functorch import maybe_current_level
from torch.autograd.graph import Node
from torch.utils._python_dispatch import TorchDispatchMode as DispatchMode

__all__ = ["DispatchMode"]

SAVED, RAW_SAVED = "_saved_", "_raw_saved_"

next_number = _get_sequence_nr
"""次に作られる節の番号を返す。"""


def number_of(node: Node) -> int:
    """節の番号。あとから作られた節ほど大きい。"""
    number: int = node._sequence_nr()
    return number


def outputs_of(node: Node) -> Any:
    """節の結果の、それぞれの形と型。値はない。"""
    return node._input_metadata


def base_of(tensor: torch.Tensor) -> torch.Tensor | None:
    """一部を取り出したテンソルの、もとのテンソル。"""
    return tensor._base


def look_like_part(copy: Any, tensor: torch.Tensor, base: Any) -> None:
    """テンソルの写しに、もとのテンソルの写し``base``を教える。torchviz がたずねる。"""
    copy._is_view, copy._base = tensor._is_view, base


def storage_of(tensor: torch.Tensor) -> int:
    """テンソルの数が入っている記憶領域。形を変えても、同じところを指す。"""
    strided = tensor.layout is torch.strided
    return tensor.untyped_storage()._cdata if strided else id(tensor)


def is_mutable(func: Any) -> bool:
    """渡されたテンソルを書き換える演算か。"""
    found: bool = func._schema.is_mutable
    return found


def is_transforming() -> bool:
    """``torch.vmap``や``torch.func.grad``の中か。"""
    return maybe_current_level() is not None


def saved(node: Node) -> Iterator[tuple[str, Any]]:
    """逆伝播のために保存された値と、その名前。名前の順に返す。"""
    for attribute in sorted(dir(node)):
        if attribute.startswith(SAVED):
            yield attribute.removeprefix(SAVED), getattr(node, attribute)


def raw_saved(node: Node) -> Iterator[Any]:
    """保存された値の入れもの。値は取り出さない。"""
    for attribute in dir(node):
        if attribute.startswith(RAW_SAVED):
            value = getattr(node, attribute)
            yield from value if isinstance(value, tuple) else (value,)
