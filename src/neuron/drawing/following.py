"""1つの数を追う：テンソルの要素1つに流れこむ数だけの、小さな計算グラフ。

節に、その要素だけが 1 の勾配を渡すと、流れこむ数ごとの微分係数が返る。0 でないところが道になる。
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Any

import torch
from torch.autograd.graph import Node

from neuron.drawing.backward import is_recomputed, reason
from neuron.drawing.numbers import digits
from neuron.drawing.places import WHOLE, Place
from neuron.drawing.record import Arrow, Box, GraphError, Output, Trace
from neuron.drawing.sheet import LIMIT
from neuron.drawing.torch_api import outputs_of
from neuron.drawing.watching import leaf_of
from neuron.drawing.words import title_of

# 数を動かすだけの計算。名前がついていなければ、箱にしない。
MOVES = ("T", "Transpose", "Permute", "View", "UnsafeView", "Expand", "Select", "Slice", "Squeeze",
         "Unsqueeze", "Unbind", "Split", "Cat", "Stack", "Clone", "Alias")  # fmt: skip
ELEMENTWISE = ("AddBackward0", "SubBackward0", "MulBackward0", "DivBackward0", "PowBackward1")
MATRIX = ("MmBackward0", "AddmmBackward0")


@dataclass
class Step:
    """追った数1つ。``sent`` は流れこむ数とその微分係数で、``note`` は、そこで終わる理由など。"""

    sent: list[tuple[Place, float | None]]
    note: str = ""


class Follower:
    """記録の中の1つの数を追う。"""

    def __init__(self, record: Trace) -> None:
        """``record`` は、節を持つ記録。"""
        self._boxes, self._nodes = record.boxes, record.nodes
        self._numbers = {node: number for number, node in enumerate(record.nodes)}

    def follow(self, start: Place) -> Trace:
        """``start`` に流れこむ数の記録。勾配は、``start`` を通って届く分になる。"""
        steps: dict[Place, Step] = {}
        parts = {start: self._arrived(start)}
        waiting = [start]  # 送り先の箱は、いつも後ろにあるので、届く分がそろってから動く
        while waiting:
            place = heappop(waiting)
            step = steps[place] = self._step(place, first=place == start)
            for target, derivative in step.sent:
                if target not in parts:
                    parts[target] = 0.0
                    heappush(waiting, target)
                if len(parts) > LIMIT:
                    raise GraphError(
                        f"流れこむ数が {LIMIT} 個を超えたので、図にできません。"
                        "もっと入力に近い値を追うか、小さなモデルで試してください。"
                    )
                parts[target] += parts[place] * (derivative or 0.0)
        numbers = {place: number for number, place in enumerate(steps)}
        boxes = []
        for place, step in steps.items():
            arrows = tuple(
                Arrow(numbers[target], _tensor(parts[place] * slope), slope)
                if slope is not None
                else Arrow(numbers[target], None, None)
                for target, slope in step.sent
            )
            boxes.append(self._box(place, step, arrows, parts[place], parts[start]))
        ran = [box for box in boxes if box.order is not None]
        order = {id(box): number for number, box in enumerate(ran, 1)}
        return Trace(tuple(replace(box, order=order.get(id(box))) for box in boxes))

    def _arrived(self, place: Place) -> float:
        output = self._boxes[place.box].outputs[place.output]
        if output.gradient is None:
            raise GraphError("この値には勾配が届いていないので、追えません。")
        return _real(output.gradient.to_dense().flatten()[place.number]).item()

    def _step(self, place: Place, *, first: bool = False) -> Step:
        """1つの数に、じかに流れこむ数。"""
        box = self._boxes[place.box]
        if box.given:
            return Step([], "値の全体" if place.number == WHOLE else "")
        node = self._nodes[place.box]
        if note := self._end(box, node, place.output, first=first):
            return Step([], note)
        if leaf_of(node) is not None:
            return Step([])
        found, unclear = [], False
        for target, row in self._rows(place):
            unclear |= bool(row.isnan().any())
            for number in row.nonzero().flatten().tolist():
                found.append((self._past_moves(target._replace(number=number)), row[number].item()))
        if unclear:
            return Step([], "微分係数が nan なので、ここまで")
        given = [
            (Place(arrow.target, 0, number), None)
            for arrow in box.arrows
            if self._boxes[arrow.target].given
            for number in self._given_numbers(place, arrow)
        ]
        return Step([*found, *given], "" if found else "微分係数が0なので、ここまで")

    def _end(self, box: Box, node: Node, output: int, *, first: bool) -> str:
        """ここより先を追えない理由。追えるなら空。"""
        if box.order is None:
            return "勾配が届かないので、ここまで"
        if box.outputs[output].sum is not None and not first:
            return "フックが勾配を書き換えるので、ここまで"
        if leaf_of(node) is None and not callable(node):
            return "自作の Function なので、ここまで"
        if is_recomputed(node):
            return "チェックポイントの中なので、ここまで"
        return ""

    def _rows(self, place: Place) -> Iterator[tuple[Place, torch.Tensor]]:
        """この要素の、入力ごとの微分係数。"""
        node: Any = self._nodes[place.box]
        starts = [
            torch.zeros(tuple(each.shape), dtype=each.dtype, device=each.device)
            for each in outputs_of(node)
        ]
        starts[place.output].view(-1)[place.number] = 1
        try:
            with torch.no_grad():
                result = node(*starts)
        except RuntimeError as error:
            raise GraphError(reason(error)) from error
        results = result if isinstance(result, tuple) else (result,)
        for row, (target, output) in zip(results, node.next_functions, strict=False):
            if row is None or target is None:
                continue
            shape = tuple(outputs_of(target)[output].shape)
            row = _real(row.to_dense()).sum_to_size(shape)  # 広げた入力では、足し合わせる
            yield Place(self._numbers[target], output, 0), row.flatten()

    def _past_moves(self, place: Place) -> Place:
        """数を動かすだけの計算を通り抜けた先。"""
        while True:
            box = self._boxes[place.box]
            moves = box.name.rstrip("0123456789").removesuffix("Backward") in MOVES
            sent = self._step(place).sent if moves and not box.label else []
            if len(sent) != 1 or sent[0][1] != 1:
                return place
            place = sent[0][0]

    def _given_numbers(self, place: Place, arrow: Arrow) -> list[int]:
        """勾配を求めない値のうち、この要素の計算に使われたもの。わからなければ全体。"""
        box, value = self._boxes[place.box], self._boxes[arrow.target].outputs[0].value
        shape = box.outputs[place.output].shape
        if value is None or shape is None:
            return [WHOLE]
        numbers = torch.arange(value.numel()).reshape(value.shape)
        if box.name in ELEMENTWISE:
            return [int(torch.broadcast_to(numbers, shape).flatten()[place.number])]
        if box.name in MATRIX:
            row, column = divmod(place.number, shape[1])
            for name in ("self", "mat1", "mat2"):
                saved = box.saved.get(name)
                if isinstance(saved, torch.Tensor) and torch.equal(saved, value):
                    line = numbers[:, column] if name == "mat2" else numbers[row]
                    return [int(each) for each in line]
        return [0] if value.numel() == 1 else [WHOLE]

    def _box(
        self, place: Place, step: Step, arrows: tuple[Arrow, ...], part: float, start: float
    ) -> Box:
        box, note = self._boxes[place.box], step.note
        output = box.outputs[place.output]
        if place.number == WHOLE:
            return replace(box, note=note)
        value = None if output.value is None else output.value.to_dense().flatten()[place.number]
        label = title_of(box, place.output)
        if box.given and not output.label:  # 形を変えて使われているかもしれない
            label += "の1つ" if output.shape else ""
        elif output.shape:
            where = torch.unravel_index(torch.tensor(place.number), output.shape)
            label += str([int(each) for each in where])
        gradient = None
        if box.order is not None:
            gradient, whole = _tensor(part), self._arrived(place)
            assert output.gradient is not None  # it arrived
            near = max(1e-3, 2 * torch.finfo(output.gradient.dtype).eps)  # 16ビットの丸めは粗い
            if not math.isclose(part, whole, rel_tol=near, abs_tol=1e-3 * near * abs(start)):
                other = f"ほかの道も合わせると {digits(whole)}"
                note = f"{other}、{note}" if note else other
        outputs = (Output((), value, gradient),)
        return replace(box, label=label, outputs=outputs, saved={}, arrows=arrows, note=note)


def _real(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.is_complex():
        raise GraphError("複素数の計算を通るので、1つの数としては追えません。")
    return tensor


def _tensor(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64)
