"""テンソルの名前と、部品の名前。"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn
from torch.autograd.graph import Node

from neuron.drawing.torch_api import storage_of

PARTLY = "の一部"


class Names:
    """テンソルの名前と、部品の名前。"""

    def __init__(
        self,
        params: nn.Module | Mapping[str, torch.Tensor] | None,
        names: Mapping[str, torch.Tensor],
    ) -> None:
        """``names`` の名前は、``params`` の名前より優先される。"""
        self._names = names
        tensors: dict[str, torch.Tensor] = {}
        self._modules: dict[nn.Module, str] = {}
        if isinstance(params, nn.Module):
            tensors = dict(params.named_parameters()) | dict(params.named_buffers())
            self._modules = {module: name for name, module in params.named_modules()}
        elif params is not None:
            tensors = dict(params)
        self._tensors = tensors | dict(names)
        self._used: set[str] = set()

    def of_node(self, node: Node, leaf: torch.Tensor | None) -> dict[int, str]:
        """節の結果の、出力の番号ごとの名前。"""
        found: dict[int, list[str]] = {}
        for name, tensor in self._tensors.items():
            if tensor is leaf if leaf is not None else tensor.grad_fn is node:
                found.setdefault(tensor.output_nr if leaf is None else 0, []).append(name)
        for names in found.values():
            self._used.update(names)
        # 同じ値に、パラメーターの名前とつけた名前があれば、つけた名前だけにする。
        return {nr: "、".join(self._chosen(names)) for nr, names in found.items()}

    def of_given(self, tensor: torch.Tensor) -> str:
        """勾配を求めない値の名前。同じ数の一部を使っていれば、そう書く。"""
        found = [name for name, named in self._tensors.items() if _holds(named, tensor)]
        self._used.update(found)
        return "、".join(
            name if _is_whole(self._tensors[name], tensor) else f"{name}{PARTLY}"
            for name in self._chosen(found)
        )

    def are_of(self, tensor: torch.Tensor) -> bool:
        """名前が、同じ数を使う別の形のテンソルでなく、このテンソルについているか。"""
        return any(each is tensor for each in self._tensors.values())

    def of_module(self, module: nn.Module | None) -> str:
        """部品の名前。名前がわからなければ、空になる。"""
        return self._modules.get(module, "") if module is not None else ""

    def missing(self) -> tuple[str, ...]:
        """使われなかった ``names`` の名前。"""
        return tuple(name for name in self._names if name not in self._used)

    def _chosen(self, names: list[str]) -> list[str]:
        return [name for name in names if name in self._names] or names


def _holds(whole: torch.Tensor, part: torch.Tensor) -> bool:
    """``part`` の数が ``whole`` の中にあるか。1つのテンソルを分けたものどうしは、区別する。"""
    if storage_of(whole) != storage_of(part):
        return False
    if part.layout is not torch.strided or part.dtype != whole.dtype:
        return True
    return all(_has(whole, end) for end in _ends(part))


def _is_whole(whole: torch.Tensor, part: torch.Tensor) -> bool:
    if part.layout is not torch.strided:
        return True
    return part.numel() >= whole.numel() and _ends(part) == _ends(whole)


def _ends(tensor: torch.Tensor) -> tuple[int, int]:
    """はじめと終わりの数の、記憶領域の中の場所。"""
    first = int(tensor.storage_offset())
    sizes = zip(tensor.shape, map(int, tensor.stride()), strict=True)
    return first, first + sum((size - 1) * step for size, step in sizes)


def _has(tensor: torch.Tensor, place: int) -> bool:
    """記憶領域の中のその場所に、``tensor`` の数があるか。"""
    rest = place - tensor.storage_offset()
    for step, size in sorted(zip(tensor.stride(), tensor.shape, strict=True), reverse=True):
        if step:
            rest -= step * max(0, min(rest // step, size - 1))
    return rest == 0
