"""部品ごとにまとめた図。まとまりの中は、開くと見える別の図になる。"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import torch

from neuron.drawing.grouping import Part, base_of, parts_of
from neuron.drawing.heat import dead_of, shades
from neuron.drawing.naming import PARTLY
from neuron.drawing.numbers import digits, norm_of, number, size
from neuron.drawing.record import Box, GraphError, Output, Trace
from neuron.drawing.sheet import LIMIT, Edge, Item, Line, Sheet
from neuron.drawing.words import shape_sent, title_of, value_of
from neuron.picture import Picture

# 1つのページは1つのカーネルで動くので、この番号はページの中で重ならない。
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Inside:
    """開くと見える、まとまり1つの中。``name`` は、HTML の id。"""

    name: str
    title: str
    shown: Folded


@dataclass(frozen=True)
class Folded:
    """部品ごとの図。箱を押すと、下に、その中の図が開く。"""

    picture: Picture
    insides: tuple[Inside, ...]

    def __repr__(self) -> str:
        """図を表示できないところでは、言葉で示す。"""
        return repr(self.picture)

    def _repr_html_(self) -> str:
        insides = "".join(
            f'<details id="{each.name}"><summary>{escape(each.title)}の中</summary>'
            f"{each.shown._repr_html_()}</details>"
            for each in self.insides
        )
        return f'<div class="neuron-folded">{self.picture._repr_html_()}{insides}</div>'


def fold(trace: Trace, depth: int, *, heat: bool) -> Folded:
    """深さ ``depth`` の部品ごとの図。``heat`` なら、勾配が大きい箱ほど濃く塗る。

    Raises:
        GraphError: 部品の呼び出しが記録されていない、``depth`` が 0 以上の整数でない、または
            まとめても箱が多すぎるとき。

    """
    if not isinstance(depth, int) or isinstance(depth, bool) or depth < 0:
        raise GraphError(f"depth には、0 以上の整数を渡してください。渡された値: {depth!r}")
    base = base_of(trace.boxes)
    parts = parts_of(trace.boxes, range(len(trace.boxes)), base if depth else 0, base + depth or 1)
    return _Level(trace.boxes, parts, heat=heat).folded("部品ごとにまとめた計算グラフ")


class _Level:
    """図1枚になる、まとまりの集まり。"""

    def __init__(self, boxes: Sequence[Box], parts: Sequence[Part], *, heat: bool) -> None:
        self._boxes = boxes
        self.parts = parts
        self._heat = heat
        self._whose = {index: place for place, part in enumerate(parts) for index in part.boxes}
        self.outside: dict[int, int] = {}  # 外の箱の番号から、図の箱の番号へ
        self._edges = self._find_edges()

    def folded(self, title: str) -> Folded:
        insides = []
        items = []
        for part, shade in zip(self.parts, self._shades(), strict=True):
            inside = self._inside(part)
            insides += [inside] if inside is not None else []
            given = self._boxes[part.boxes[0]].given and part.call is None
            kind = "group" if inside is not None else "given" if given else ""
            opens = inside.name if inside is not None else ""
            source = self._is_source(part)
            items.append(Item(self._text(part), kind, round=source, opens=opens, shade=shade))
        for index in self.outside:
            lines = [Line(title_of(self._boxes[index])), Line(f"値 {value_of(self._boxes[index])}")]
            items.append(Item(lines, "given", round=True))
        said = "".join(f"{'、'.join(line.text for line in item.lines)}。" for item in items)
        return Folded(Sheet(items, self._edges).picture(title, said), tuple(insides))

    def _shades(self) -> list[float]:
        if not self._heat:
            return [0.0] * len(self.parts)
        return shades([self._result(part).gradient for part in self.parts])

    def _inside(self, part: Part) -> Inside | None:
        """まとまりの中の図。くり返しなら、終わりの1回。読めないほど多ければ、描かない。"""
        once = part.rounds[-1] if part.rounds else (part,)
        if len(once) > 1:
            level = _Level(self._boxes, once, heat=self._heat)
        elif once[0].call is not None:
            above = once[0].level
            inside = parts_of(self._boxes, once[0].boxes, above, above + 1)
            level = _Level(self._boxes, inside, heat=self._heat)
        else:
            return None
        if len(level.parts) + len(level.outside) > LIMIT:
            return None
        title = self._name(part)
        return Inside(f"neuron-part-{next(_numbers)}", title, level.folded(f"{title}の中"))

    def _find_edges(self) -> list[Edge]:
        """まとまりのあいだの矢印。同じところへ行くものは、1本にする。"""
        found: dict[tuple[int, int], list[str]] = {}
        for head, part in enumerate(self.parts):
            for index in part.boxes:
                for arrow in self._boxes[index].arrows:
                    tail = self._whose.get(arrow.target)
                    if tail is None:
                        count = len(self.parts) + len(self.outside)
                        tail = self.outside.setdefault(arrow.target, count)
                    if tail != head:
                        shape = shape_sent(self._boxes, arrow)
                        found.setdefault((tail, head), []).append(shape)
        return [
            Edge(tail, head, place, tuple(each for each in dict.fromkeys(shapes) if each)[:2])
            for place, ((tail, head), shapes) in enumerate(found.items())
        ]

    def _is_source(self, part: Part) -> bool:
        return not part.is_group and not self._boxes[part.boxes[0]].arrows

    def _name(self, part: Part) -> str:
        if self._is_whole(part):
            return title_of(self._boxes[part.boxes[0]])
        if part.rounds:
            names = dict.fromkeys(self._kind(each) for each in part.rounds[0])
            shown = "、".join([*names][:3]) + ("など" if len(names) > 3 else "")
            return f"{shown} ×{len(part.rounds)}"
        if part.call is not None:
            return f"{part.call.name} {part.call.kind}".strip()
        return title_of(self._boxes[part.boxes[0]])

    def _is_whole(self, part: Part) -> bool:
        """名前のある値の全体か。形を変えて何度も使われていても、値は1つ。"""
        box = self._boxes[part.boxes[0]]
        return box.given and not part.is_group and bool(box.label) and PARTLY not in box.label

    def _kind(self, part: Part) -> str:
        return part.call.kind if part.call is not None else title_of(self._boxes[part.boxes[0]])

    def _text(self, part: Part) -> list[Line]:
        given = self._boxes[part.boxes[0]].given and not part.is_group
        result = self._result(part)
        lines = [Line(self._name(part))]
        if part.rounds and len(part.rounds[0]) == 1:
            calls = [each[0].call for each in part.rounds]
            names = [*dict.fromkeys(call.name for call in calls if call is not None and call.name)]
            if names:
                lines.append(Line("〜".join(dict.fromkeys((names[0], names[-1]))), "name"))
        lines.append(Line(f"値 {number(result.value)}"))
        if not given:
            lines.append(Line(f"勾配 {size(result.gradient)}"))
        if dead := sum(dead_of(self._boxes[index]) for index in part.boxes):
            lines.append(Line(f"いつも0の出力 {dead}個"))
        return [*lines, *self._parameters(part)]

    def _parameters(self, part: Part) -> list[Line]:
        """中にあるパラメーターの個数と、その勾配の大きさ。"""
        if not part.is_group:
            return []
        inside = [self._boxes[index] for index in part.boxes]
        leaves = [box.outputs[0] for box in inside if box.name == "AccumulateGrad" and box.outputs]
        if not leaves:
            return []
        count = sum(torch.Size(leaf.shape or ()).numel() for leaf in leaves)
        lines = [Line(f"パラメーター {count:,}個")]
        norms = [norm_of(leaf.gradient) for leaf in leaves if leaf.gradient is not None]
        if norms:
            lines.append(Line(f"その勾配 大きさ {digits(sum(n * n for n in norms) ** 0.5)}"))
        return lines

    def _result(self, part: Part) -> Output:
        """まとまりの結果：外で使われる値。なければ、最後に計算された値。"""
        members = set(part.rounds[-1][-1].boxes if part.rounds else part.boxes)
        used = (
            self._boxes[arrow.target].outputs[arrow.output]
            for index, box in enumerate(self._boxes)
            if index not in members
            for arrow in box.arrows
            if arrow.target in members and arrow.output < len(self._boxes[arrow.target].outputs)
        )
        last = self._boxes[min(members)].outputs  # 箱は逆伝播の順に並んでいる
        return next(used, last[0] if last else Output(None, None, None))
