"""箱と矢印のことを、短い言葉にする。"""

from __future__ import annotations

import re
from collections.abc import Sequence

from neuron.drawing.numbers import number, shape_of, size
from neuron.drawing.record import Arrow, Box, Output


def title_of(box: Box, output: int | None = None) -> str:
    """箱の名前。名づけられていなければ、計算の名前から末尾の Backward を除いたもの。

    結果がいくつもある計算では、``output`` 番目の結果の名前。
    """
    if output is not None and output < len(box.outputs) and box.outputs[output].label:
        return box.outputs[output].label
    return box.label or re.sub(r"Backward\d*$", "", box.name) or "定数"


def value_of(box: Box) -> str:
    """箱の値を、表示する文字にする。"""
    return "、".join(number(output.value) for output in box.outputs) or number(None)


def gradient_of(box: Box) -> str:
    """箱に届いた勾配を、表示する文字にする。フックが書き換えていれば、前の値も書く。"""
    return "、".join(map(_gradient, box.outputs)) or size(None)


def _gradient(output: Output) -> str:
    hooked = "" if output.sum is None else f"（フックの前は {size(output.sum)}）"
    return size(output.gradient) + hooked


def product(box: Box, arrow: Arrow) -> str:
    """矢印の上の連鎖律の積。数1つでないところは、送った勾配だけ。"""
    (output,) = box.outputs if len(box.outputs) == 1 else (None,)
    if arrow.derivative is None or output is None or output.gradient is None:
        return size(arrow.gradient)
    factors = f"{number(output.gradient)} × {number(arrow.derivative)}"
    return f"{factors} = {number(arrow.gradient)}"


def shape_sent(boxes: Sequence[Box], arrow: Arrow) -> str:
    """矢印を通る値の形。数1つか、わからなければ、空になる。"""
    target = boxes[arrow.target]
    output = target.outputs[arrow.output] if arrow.output < len(target.outputs) else None
    if output is None or output.shape is None:
        return ""
    known = output.value if output.value is not None else output.gradient
    return shape_of(output.shape, None if known is None else known.dtype)
