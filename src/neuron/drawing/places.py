"""記録の中の、1つの数の場所。"""

from __future__ import annotations

from typing import NamedTuple

import torch

from neuron.drawing.record import GraphError, Trace

WHOLE = -1  # 要素1つではなく、値の全体


class Place(NamedTuple):
    """箱の結果の要素1つ。``number`` は、平らに並べたときの番号か ``WHOLE``。"""

    box: int
    output: int
    number: int


def place_of(record: Trace, what: torch.Tensor | str, index: int | tuple[int, ...]) -> Place:
    """テンソルか名前と、要素の番号から、場所を決める。

    Raises:
        GraphError: 記録にないとき、流れこむ数がない値のとき、番号が形に合わないとき。

    """
    if not record.nodes:
        raise GraphError("この記録は、はじめから数1つずつなので、flow.draw で描いてください。")
    box, output = _result(record, what)
    if not record.boxes[box].arrows:
        raise GraphError("葉や入力の値には、流れこむ数がありません。計算の結果を渡してください。")
    shape = record.boxes[box].outputs[output].shape or ()
    numbers = index if isinstance(index, tuple) else (index,)
    fits = len(numbers) == len(shape) and all(
        isinstance(each, int) and -length <= each < length
        for each, length in zip(numbers, shape, strict=True)
    )
    if not fits:
        raise GraphError(f"index {index!r} は、形 {shape} の中の1つの数を指していません。")
    number = 0
    for each, length in zip(numbers, shape, strict=True):
        number = number * length + each % length
    return Place(box, output, number)


def _result(record: Trace, what: object) -> tuple[int, int]:
    if isinstance(what, torch.Tensor):
        for number, node in enumerate(record.nodes):
            if node is what.grad_fn:
                return number, what.output_nr
        if what.grad_fn is None:
            raise GraphError(
                "葉や入力の値には、流れこむ数がありません。計算の結果を渡してください。"
            )
        raise GraphError("このテンソルは、この記録の計算グラフにありません。")
    names: dict[str, tuple[int, int]] = {}
    for number, box in enumerate(record.boxes):
        for output, result in enumerate(box.outputs):
            for name in filter(None, (result.label or box.label).split("、")):
                names.setdefault(name, (number, output))
    if not isinstance(what, str) or what not in names:
        known = "、".join(names) or "なし"
        raise GraphError(f"記録に {what!r} という名前はありません。ある名前: {known}")
    return names[what]
