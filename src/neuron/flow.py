"""計算グラフの記録から作る、値と勾配の図、表、一歩ずつの図。

箱は計算1つ。上から下へ値が、下から上へ勾配が流れる。配置は Graphviz が決め、図はここで書く。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, overload

import torch

from neuron.drawing.folding import Folded, fold
from neuron.drawing.following import Follower
from neuron.drawing.heat import dead_of, shades
from neuron.drawing.places import place_of
from neuron.drawing.record import Arrow, Box, GraphError, Trace
from neuron.drawing.sheet import Edge, Item, Line, Sheet
from neuron.drawing.words import gradient_of, product, shape_sent, title_of, value_of
from neuron.picture import Picture
from neuron.stages import stages_of

LEAF_END, GIVEN_END = "（葉なので、ここで終わり）", "（勾配を求めない値）"


@overload
def draw(trace: Trace, *, heat: bool = False) -> Picture: ...
@overload
def draw(trace: Trace, depth: int, *, heat: bool = False) -> Folded: ...
def draw(trace: Trace, depth: int | None = None, *, heat: bool = False) -> Picture | Folded:
    """箱ごとに区間の番号と値と勾配と順番、矢印ごとに形と連鎖律の積を書いた図。

    ``depth`` を渡すと、モデルの中のその深さまでの部品ごとに、箱をまとめる。0 なら、モデルが1つの
    箱になる。続けて同じ形の部品があれば「×12」のように1つにし、箱を押すと中の図が開く。
    ``heat`` を真にすると、届いた勾配が大きい箱ほど濃く塗る。濃さは、大きさの対数に比例する。
    """
    boxes = _checked(trace).boxes
    if depth is not None:
        return fold(trace, depth, heat=heat)
    items = _items(boxes, [_full_text(box) for box in boxes])
    if heat:
        arrived = [box.outputs[0].gradient if box.outputs else None for box in boxes]
        items = [replace(item, shade=s) for item, s in zip(items, shades(arrived), strict=True)]
    return Sheet(items, _edges(boxes, labels=True)).picture(
        "値と勾配を書きこんだ計算グラフ", describe(trace)
    )


def follow(trace: Trace, what: torch.Tensor | str, index: int | tuple[int, ...] = ()) -> Trace:
    """``what``（テンソルか名前）の ``index`` の数1つに流れこむ、数だけの記録。図や表にできる。

    勾配は、その数を通って届く分。微分係数が 0 の道は入らない。追えないところには理由を書く。

    Raises:
        GraphError: 記録にその数がない、流れこむ数が多すぎる、グラフが捨てられたとき。

    """
    return Follower(_checked(trace)).follow(place_of(trace, what, index))


def compare(before: Trace, after: Trace) -> Picture:
    """同じ計算の2つの記録（直す前と後など）を1枚にした図。値と勾配を「前 → 後」と書く。

    Raises:
        GraphError: 2つの記録の、計算のつながりが違うとき。

    """
    shapes = [
        [(box.name, [(arrow.target, arrow.output) for arrow in box.arrows]) for box in each.boxes]
        for each in (_checked(before), _checked(after))
    ]
    if shapes[0] != shapes[1]:
        raise GraphError("2つの記録は、計算のつながりが違うので、並べられません。")
    boxes = before.boxes
    texts = [_both(first, second) for first, second in zip(boxes, after.boxes, strict=True)]
    said = "".join(f"{'、'.join(line.text for line in lines)}。" for lines in texts)
    return Sheet(_items(boxes, texts), _edges(boxes), tight=True).picture(
        "2つの計算グラフの比較", said
    )


def _both(before: Box, after: Box) -> list[Line]:
    lines = [Line(title_of(before))]
    pairs = [("値", value_of(before), value_of(after))]
    if not before.given:
        pairs.append(("勾配", gradient_of(before), gradient_of(after)))
    for name, first, second in pairs:
        lines.append(Line(f"{name} {first}" + (f" → {second}" if second != first else "")))
    return lines


def describe(trace: Trace) -> str:
    """図と同じことを、逆伝播の順に言葉で述べる。"""
    sentences = []
    for box in _checked(trace).boxes:
        order = f"{box.order}番目、" if box.order is not None else ""
        facts = f"値 {value_of(box)}" + ("" if box.given else f"、勾配 {gradient_of(box)}")
        facts += f"、いつも0の出力 {dead}個" if (dead := dead_of(box)) else ""
        facts += f"、{box.note}" if box.note else ""
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
            '<details class="neuron-table" style="overflow-x:auto">'
            f"<summary>図の内容を表で見る</summary><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
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
    picture = Sheet(items, _edges(boxes), tight=True).picture(
        "一歩ずつの計算グラフ", describe(trace)
    )
    return Steps(picture, tuple(moments))


def _made(boxes: tuple[Box, ...]) -> Callable[[int], Any]:
    return lambda index: boxes[index].made


def _edges(boxes: Sequence[Box], *, labels: bool = False) -> list[Edge]:
    return [
        Edge(arrow.target, index, place, _label(boxes, box, arrow) if labels else ())
        for index, box in enumerate(boxes)
        for place, arrow in enumerate(box.arrows)
    ]


def _label(boxes: Sequence[Box], box: Box, arrow: Arrow) -> tuple[str, ...]:
    shape = shape_sent(boxes, arrow)
    lines = (shape,) if shape else ()
    if boxes[arrow.target].given:
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
    if dead := dead_of(box):
        lines.append(Line(f"いつも0の出力 {dead}個"))
    ends = [box.note, "" if box.order is None else f"順番 {box.order}"]
    return [*lines, *(Line(text) for text in ends if text)]


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
