"""計算グラフの記録から作る、値と勾配の図、表、一歩ずつの図。

箱は計算1つ。上から下へ値が、下から上へ勾配が流れる。配置は Graphviz が決め、図はここで書く。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from neuron.drawing.numbers import number, shape_of, size
from neuron.drawing.record import Arrow, Box, GraphError, Output, Trace
from neuron.drawing.sheet import Edge, Item, Line, Sheet
from neuron.picture import Picture
from neuron.stages import stages_of

LEAF_END, GIVEN_END = "（葉なので、ここで終わり）", "（勾配を求めない値）"


def draw(trace: Trace) -> Picture:
    """箱ごとに区間の番号と値と勾配と順番、矢印ごとに形と連鎖律の積を書いた図。"""
    boxes = _checked(trace).boxes
    items = _items(boxes, [_full_text(box) for box in boxes])
    edges = [
        Edge(arrow.target, index, place, _label(boxes, box, arrow))
        for index, box in enumerate(boxes)
        for place, arrow in enumerate(box.arrows)
    ]
    return Sheet(items, edges).picture("値と勾配を書きこんだ計算グラフ", describe(trace))


def describe(trace: Trace) -> str:
    """図と同じことを、逆伝播の順に言葉で述べる。"""
    sentences = []
    for box in _checked(trace).boxes:
        order = f"{box.order}番目、" if box.order is not None else ""
        facts = f"値 {value_of(box)}" + ("" if box.given else f"、勾配 {gradient_of(box)}")
        sentences.append(f"{order}{title_of(box)}: {facts}。")
    if trace.missing:
        sentences.append(f"このグラフにない名前: {'、'.join(trace.missing)}。")
    return "".join(sentences)


class Table:
    """記録の表。図と同じ事実を、逆伝播の順に並べる。"""

    def __init__(self, trace: Trace) -> None:
        """``trace`` の箱を行にする。"""
        self.trace = _checked(trace)

    def __repr__(self) -> str:
        """表を表示できないところでは、行を文字で並べる。"""
        return "\n".join("  ".join(row) for row in self._rows())

    def _repr_html_(self) -> str:
        heads = ("順番", "計算", "grad_fn", "値", "届いた勾配", "送った勾配")
        head = "".join(f'<th scope="col">{name}</th>' for name in heads)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._rows()
        )
        return (
            '<details class="neuron-table"><summary>図の内容を表で見る</summary>'
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
        )

    def _rows(self) -> Iterator[tuple[str, ...]]:
        boxes = self.trace.boxes
        for box in boxes:
            sent = "、".join(
                f"{title_of(boxes[arrow.target], arrow.output)}へ {product(box, arrow)}"
                for arrow in box.arrows
                if not boxes[arrow.target].given
            )
            order = "—" if box.order is None else str(box.order)
            values = (value_of(box), "—" if box.given else gradient_of(box))
            end = GIVEN_END if box.given else LEAF_END
            yield (order, title_of(box), box.name or "—", *values, sent or end)


def table(trace: Trace) -> Table:
    """記録を表にする。"""
    return Table(trace)


@dataclass(frozen=True)
class Steps:
    """一歩ずつの図。``moments`` は、段階と、いま計算した箱の番号と、それを述べる文。

    JavaScript があれば、ボタンで1歩ずつ進む。なければ、図の下に文が並ぶ。
    """

    picture: Picture
    moments: tuple[tuple[str, int, str], ...]

    def __repr__(self) -> str:
        """図を表示できないところでは、言葉で並べる。"""
        return "\n".join(text for _, _, text in self.moments)

    def _repr_html_(self) -> str:
        items = "".join(
            f'<li data-phase="{phase}" data-box="{box}">{escape(text)}</li>'
            for phase, box, text in self.moments
        )
        picture = self.picture._repr_html_()
        return f'<div class="neuron-steps">{picture}<ol>{items}</ol></div>'


def steps(trace: Trace) -> Steps:
    """順伝播を計算の順に、続けて逆伝播を動いた順に、1歩ずつ見る図にする。"""
    boxes = _checked(trace).boxes
    made = sorted((i for i, box in enumerate(boxes) if box.made is not None), key=_made(boxes))
    ran = [i for i, box in enumerate(boxes) if box.order is not None]
    moments = []
    for phase, name, sequence in (("value", "順伝播", made), ("gradient", "逆伝播", ran)):
        for place, index in enumerate(sequence, 1):
            box = boxes[index]
            said = f"値 {value_of(box)}" if phase == "value" else f"勾配 {gradient_of(box)}"
            text = f"{name} {place}/{len(sequence)}　{title_of(box)}の{said}"
            moments.append((phase, index, text))
    items = _items(boxes, [_step_text(box) for box in boxes])
    edges = [
        Edge(arrow.target, index, place)
        for index, box in enumerate(boxes)
        for place, arrow in enumerate(box.arrows)
    ]
    picture = Sheet(items, edges, tight=True).picture("一歩ずつの計算グラフ", describe(trace))
    return Steps(picture, tuple(moments))


def _made(boxes: tuple[Box, ...]):
    return lambda index: boxes[index].made


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


def _label(boxes: tuple[Box, ...], box: Box, arrow: Arrow) -> tuple[str, ...]:
    target = boxes[arrow.target]
    output = target.outputs[arrow.output] if arrow.output < len(target.outputs) else None
    shape = ""
    if output is not None and output.shape is not None:
        known = output.value if output.value is not None else output.gradient
        shape = shape_of(output.shape, None if known is None else known.dtype)
    lines = (shape,) if shape else ()
    if target.given:
        return lines
    factors, equals, result = product(box, arrow).partition(" = ")
    return (*lines, f"↑ {factors}", *([f"= {result}"] if equals else []))


def _items(boxes: Sequence[Box], texts: Sequence[list[Line]]) -> list[Item]:
    calculated = [box for box in boxes if not box.given]  # 勾配を求めない値は、終わりに並ぶ
    names = [box.name for box in calculated]
    arrows = [[a.target for a in box.arrows if not boxes[a.target].given] for box in calculated]
    stages = [*stages_of(names, arrows), *[0] * (len(boxes) - len(names))]
    return [
        Item(lines, "given" if box.given else f"stage-{stage}", stage, round=not box.arrows)
        for box, lines, stage in zip(boxes, texts, stages, strict=True)
    ]


def _full_text(box: Box) -> list[Line]:
    lines = [Line(title_of(box))] if box.label or box.given else []
    if box.name:
        lines.append(Line(box.name, "name"))
    lines.append(Line(f"値 {value_of(box)}"))
    if not box.given:
        lines.append(Line(f"勾配 {gradient_of(box)}"))
    if box.order is not None:
        lines.append(Line(f"順番 {box.order}"))
    return lines


def _step_text(box: Box) -> list[Line]:
    lines = [Line(title_of(box)), Line(f"値 {value_of(box)}", "value")]
    return lines if box.given else [*lines, Line(f"勾配 {gradient_of(box)}", "gradient")]


def _checked(trace: object) -> Trace:
    if not isinstance(trace, Trace):
        raise GraphError(
            "trace(…) の記録を渡してください（例: flow.draw(trace(loss, values))）。"
            f"渡されたのは {type(trace).__name__} です。"
        )
    return trace
