"""逆伝播で読んだ勾配と、順伝播で見た値を合わせて、箱にする。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.autograd.graph import Node

from neuron.drawing.backward import Gradients, Run
from neuron.drawing.naming import Names
from neuron.drawing.record import Arrow, Box, Call, Output
from neuron.drawing.torch_api import outputs_of, storage_of
from neuron.drawing.watching import Made, Module, leaf_of, watch


class Assembly:
    """箱を1つずつ作る。"""

    def __init__(
        self,
        nodes: Sequence[Node],
        outputs: Sequence[torch.Tensor],
        run: Run,
        values: watch | None,
        names: Names,
    ) -> None:
        """どの節も、逆伝播の順に並んでいる。"""
        self.names = names
        self._run = run
        self._numbers = {node: number for number, node in enumerate(nodes)}
        self._seen: dict[Node, Made] = {}
        if values is not None:
            self._seen = {node: made for node in nodes if (made := values.made(node)) is not None}
        order = sorted(self._seen, key=lambda node: self._seen[node].order)
        self._made = {node: number for number, node in enumerate(order, 1)}
        self._leaves = self._leaf_values()
        self._users: dict[Node, list[Node]] = {}
        for node in order:
            for used, _ in node.next_functions:
                if used is not None:
                    self._users.setdefault(used, []).append(node)
        self._given: dict[tuple[object, ...], tuple[int, Box]] = {}  # 箱の番号と、箱
        self._calls: dict[int, Call] = {}
        for node in order:  # 使われた順に番号をつける
            self._arrows_to_given(self._seen[node])
        self._results: dict[Node, dict[int, torch.Tensor]] = {}
        for output in outputs:  # 自作の Function の結果でも、渡された出力なら値がわかる
            if output.grad_fn is not None:
                result = self._results.setdefault(output.grad_fn, {})
                result[output.output_nr] = output.detach()
        self._sums = self._sums_of_arrows(nodes)

    def box(self, node: Node, saved: dict[str, Any], slopes: Gradients) -> Box:
        """節を箱にする。"""
        leaf = leaf_of(node)
        labels = self.names.of_node(node, leaf)
        made = self._seen.get(node)
        return Box(
            name=type(node).__name__,
            label="、".join(labels.values()),
            order=self._run.order.get(node),
            made=self._made.get(node),
            outputs=self._outputs(node, leaf, labels),
            saved=saved,
            arrows=(
                *self._arrows(node, slopes),
                *(self._arrows_to_given(made) if made is not None else ()),
            ),
            calls=self._calls_of(self._inside(node, leaf)),
            parameter=isinstance(leaf, nn.Parameter),
        )

    def _inside(self, node: Node, leaf: torch.Tensor | None) -> Sequence[Module]:
        """どの部品の中の計算か。パラメーターは、それを使う計算のすべてを中に持つ部品にある。"""
        if isinstance(leaf, nn.Parameter):
            return _common([self._seen[user].calls for user in self._users.get(node, ())])
        made = self._seen.get(node)
        return made.calls if made is not None else ()

    def given_boxes(self) -> tuple[Box, ...]:
        """勾配を求めない値の箱を、使われた順に並べる。"""
        return tuple(box for _, box in self._given.values())

    def _leaf_values(self) -> dict[int, torch.Tensor | None]:
        """葉の、順伝播のときの値。計算の途中で書き換えられていたら、決められない。"""
        found: dict[int, torch.Tensor | None] = {}
        for node, made in self._seen.items():
            used = {id(leaf_of(each)) for each, _ in node.next_functions if each is not None}
            for leaf, value in made.leaves:
                if id(leaf) in used and found.setdefault(id(leaf), value) is not value:
                    found[id(leaf)] = None
        return found

    def _values(self, node: Node, leaf: torch.Tensor | None) -> dict[int, torch.Tensor]:
        if leaf is not None:
            value = self._leaves.get(id(leaf))
            return {} if value is None else {0: value}
        made = self._seen.get(node)
        if made is None:
            return self._results.get(node, {})
        fits = [tuple(each.shape) for each in outputs_of(node)]
        return {
            nr: value
            for nr, value in made.values.items()
            if nr < len(fits) and tuple(value.shape) == fits[nr]
        }

    def _outputs(
        self, node: Node, leaf: torch.Tensor | None, labels: dict[int, str]
    ) -> tuple[Output, ...]:
        values = self._values(node, leaf)
        gradients = self._run.arrived.get(node, ())
        count = max([len(gradients), *(nr + 1 for nr in (*values, *labels))], default=0)
        found = []
        for nr in range(count):
            value = values.get(nr)
            gradient = gradients[nr] if nr < len(gradients) else None
            known = value if value is not None else gradient
            shape = None if known is None else tuple(known.shape)
            total = self._sums.get((node, nr))
            changed = total is not None and gradient is not None and _differ(total, gradient)
            label = labels.get(nr, "")
            found.append(Output(shape, value, gradient, label, total if changed else None))
        return tuple(found)

    def _sums_of_arrows(self, nodes: Sequence[Node]) -> dict[tuple[Node, int], torch.Tensor]:
        """矢印が運んだ勾配の合計。届いた勾配と違えば、フックが書き換えている。"""
        found: dict[tuple[Node, int], torch.Tensor] = {}
        for node in nodes:
            sent = self._run.sent.get(node, ())
            for gradient, (target, nr) in zip(sent, node.next_functions, strict=False):
                if gradient is not None and target is not None:
                    end = (target, nr)
                    found[end] = found[end] + gradient if end in found else gradient
        for node, results in self._results.items():  # 出発点には、はじめの勾配も足される
            for nr in results:
                found.pop((node, nr), None)
        return found

    def _arrows(self, node: Node, slopes: Gradients) -> list[Arrow]:
        sent = self._run.sent.get(node, ())
        found = []
        for place, (target, output) in enumerate(node.next_functions):
            if target is None:
                continue
            gradient = sent[place] if place < len(sent) else None
            slope = slopes[place] if place < len(slopes) else None
            derivative = None
            if gradient is not None and slope is not None and gradient.numel() == 1:
                (arrived,) = self._run.arrived[node]
                assert arrived is not None  # its own gradient came from it
                if not (gradient.is_complex() or arrived.is_complex()):
                    derivative = slope.item()
            found.append(Arrow(self._numbers[target], gradient, derivative, output))
        return found

    def _arrows_to_given(self, made: Made) -> list[Arrow]:
        found = []
        for tensor, value in made.given:
            place: tuple[object, ...] = (
                storage_of(tensor),
                tensor.layout,
                tensor.shape,
                tensor.dtype,
                id(value),
            )
            if tensor.layout is torch.strided:
                place += (tensor.storage_offset(), tensor.stride())
            if place not in self._given:
                label = self.names.of_given(tensor)
                own = label if self.names.are_of(tensor) else ""
                output = Output(tuple(value.shape), value, None, own)
                calls = self._calls_of(_outside(made.calls, tensor))
                box = Box("", label, None, None, (output,), {}, (), calls, True)
                self._given[place] = len(self._numbers) + len(self._given), box
            number, _ = self._given[place]
            found.append(Arrow(number, None, None))
        return found

    def _calls_of(self, calls: Sequence[Module]) -> tuple[Call, ...]:
        found = []
        for each in calls:
            if each.number not in self._calls:
                name = self.names.of_module(each.module())
                self._calls[each.number] = Call(name, each.kind, each.number)
            found.append(self._calls[each.number])
        return tuple(found)


def _common(calls: Sequence[Sequence[Module]]) -> Sequence[Module]:
    """どの呼び出しの並びにも共通な、はじめの部分。"""
    found = []
    for same in zip(*calls, strict=False):
        if any(each is not same[0] for each in same):
            break
        found.append(same[0])
    return found


def _outside(calls: Sequence[Module], tensor: torch.Tensor) -> Sequence[Module]:
    """部品に渡された値なら、渡した側の部品。部品の中で作られた値なら、その部品。"""
    for depth, call in enumerate(calls):
        if storage_of(tensor) in call.inputs:
            return calls[:depth]
    return calls


def _differ(total: torch.Tensor, gradient: torch.Tensor) -> bool:
    total, gradient = total.to_dense(), gradient.to_dense()
    if total.shape != gradient.shape or torch.equal(total, gradient):
        return False
    near = 1e-2 if gradient.dtype in (torch.float16, torch.bfloat16) else 1e-3
    finite = gradient[torch.isfinite(gradient)]
    scale = finite.abs().max().item() if finite.numel() else 0
    return not torch.allclose(total, gradient, near, near * scale, equal_nan=True)
