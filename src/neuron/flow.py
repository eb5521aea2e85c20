"""計算グラフの記録から作る、値と勾配の図、表、一歩ずつの図。

箱は計算1つ。上から下へ値が、下から上へ勾配が流れる。配置は Graphviz が決め、図はここで書く。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from neuron.graph import render
from neuron.picture import Picture
from neuron.stages import badge, stage_of
from neuron.trace import Arrow, Box, Numbers, Trace

UNKNOWN = "不明"
MARGIN = 11  # 角の番号のため
LINE = 15  # 行の高さ。長さの単位は、どれも px
WIDE = 1.02  # 全角の文字の幅（文字の大きさに対して）
NARROW = 0.66  # 半角の文字の幅。よく使われる書体のうち、広いほうに合わせる


def draw(trace: Trace) -> Picture:
    """箱ごとに区間の番号と値と勾配と順番、矢印ごとに連鎖律の積を書いた図。"""
    texts = [_full_text(box) for box in trace.boxes]
    layout = _layout(trace, [_size(lines) for lines in texts], labels=True)
    body = [_edge(spot, label) for spot, label in zip(layout.edges, _products(trace), strict=True)]
    for box, spot, lines in zip(trace.boxes, layout.boxes, texts, strict=True):
        stage = stage_of(box.name)
        body.append(_box(box, spot, lines, f"stage-{stage}"))
        body.append(badge(spot.x - spot.width / 2, spot.y - spot.height / 2, stage))
    title = "値と勾配を書きこんだ計算グラフ"
    return _picture(layout, "".join(body), title, describe(trace))


def describe(trace: Trace) -> str:
    """図と同じことを、逆伝播の順に言葉で述べる。"""
    sentences = []
    for box in trace.boxes:
        order = f"{box.order}番目、" if box.order is not None else ""
        sentences.append(
            f"{order}{title_of(box)}: 値 {of(box, 'value')}、勾配 {of(box, 'gradient')}。"
        )
    return "".join(sentences)


class Table:
    """記録の表。図と同じ事実を、逆伝播の順に並べる。"""

    def __init__(self, trace: Trace) -> None:
        """``trace`` の箱を行にする。"""
        self.trace = trace

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
        for box in self.trace.boxes:
            sent = "、".join(
                f"{title_of(self.trace.boxes[arrow.target])}へ {product(box, arrow)}"
                for arrow in box.arrows
            )
            order = "—" if box.order is None else str(box.order)
            values = (of(box, "value"), of(box, "gradient"))
            yield (order, title_of(box), box.name, *values, sent or "（葉なので、ここで終わり）")


def table(trace: Trace) -> Table:
    """記録を表にする。"""
    return Table(trace)


@dataclass(frozen=True)
class Steps:
    """一歩ずつの図。JavaScript があればボタンで1枚ずつめくり、なければ小さく並ぶ。"""

    pictures: tuple[Picture, ...]

    def __repr__(self) -> str:
        """図を表示できないところでは、言葉で並べる。"""
        return "\n".join(picture.title for picture in self.pictures)

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li><figure>{picture.svg}<figcaption>{escape(picture.title)}</figcaption></figure></li>"
            for picture in self.pictures
        )
        return f'<ol class="neuron-steps">{items}</ol>'


def steps(trace: Trace) -> Steps:
    """順伝播を計算の順に、続けて逆伝播を動いた順に、1枚ずつの図にする。"""
    made = sorted((box for box in trace.boxes if box.made is not None), key=lambda box: box.made)
    ran = [box for box in trace.boxes if box.order is not None]
    layout = _layout(trace, [_size(_step_text(box, "value")) for box in trace.boxes], labels=False)
    start = {id(box) for box in trace.boxes if not box.arrows}  # 葉の値は、はじめから決まっている
    moments = [("順伝播", "value", made, number) for number in range(len(made))]
    moments += [("逆伝播", "gradient", ran, number) for number in range(len(ran))]
    pictures = []
    for phase, kind, sequence, number in moments:
        now = sequence[number]
        done = {id(box) for box in sequence[: number + 1]}
        if kind == "value":
            done |= start
        title = (
            f"{phase} {number + 1}/{len(sequence)}　{title_of(now)}の{KINDS[kind]} {of(now, kind)}"
        )
        body = [_edge(spot, ()) for spot in layout.edges]
        for box, spot in zip(trace.boxes, layout.boxes, strict=True):
            reached = id(box) in done
            state = "now" if box is now else "done" if reached else "later"
            lines = _step_text(box, kind) if reached else [title_of(box)]
            body.append(_box(box, spot, lines, f"stage-{stage_of(box.name)} {state}"))
        pictures.append(_picture(layout, "".join(body), title, _progress(trace, done, kind)))
    return Steps(tuple(pictures))


KINDS = {"value": "値", "gradient": "勾配"}


def _progress(trace: Trace, done: set[int], kind: str) -> str:
    known = [f"{title_of(box)} {of(box, kind)}" for box in trace.boxes if id(box) in done]
    return f"ここまでに求まった{KINDS[kind]}: {'、'.join(known)}。"


def title_of(box: Box) -> str:
    """箱の名前。名づけられていなければ、計算の名前から末尾の Backward を除いたもの。"""
    return box.label or re.sub(r"Backward\d*$", "", box.name)


def of(box: Box, kind: str) -> str:
    """箱の値（value）か勾配（gradient）を、表示する文字にする。"""
    return "、".join(number(getattr(output, kind)) for output in box.outputs) or UNKNOWN


def product(box: Box, arrow: Arrow) -> str:
    """矢印の上の連鎖律の積。数1つでないところは、送った勾配だけ。"""
    (output,) = box.outputs if len(box.outputs) == 1 else (None,)
    if arrow.derivative is None or output is None or output.gradient is None:
        return number(arrow.gradient)
    factors = f"{number(output.gradient)} × {number(arrow.derivative)}"
    return f"{factors} = {number(arrow.gradient)}"


def number(value: Numbers | None) -> str:
    """小数第4位までの文字列。並びは4個まで書き、それより多ければ個数だけを書く。"""
    if value is None:
        return UNKNOWN
    values = _flat(value)
    if len(values) > 4:
        return f"{len(values)}個の数"
    shown = [f"{item:.4f}" for item in values]
    shown = [re.sub(r"^-(0\.0+)$", r"\1", item).replace("-", "−") for item in shown]
    return shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"


def _flat(value: Numbers) -> list[float]:
    if not isinstance(value, list):
        return [value]
    return [item for part in value for item in _flat(part)]


def _full_text(box: Box) -> list[str]:
    lines = [title_of(box), box.name, f"値 {of(box, 'value')}", f"勾配 {of(box, 'gradient')}"]
    if box.order is not None:
        lines.append(f"順番 {box.order}")
    return lines if box.label else lines[1:]


def _step_text(box: Box, kind: str) -> list[str]:
    return [title_of(box), of(box, kind)]


def _products(trace: Trace) -> list[tuple[str, ...]]:
    found = []
    for box in trace.boxes:
        for arrow in box.arrows:
            factors, equals, result = product(box, arrow).partition(" = ")
            found.append((f"↑ {factors}", f"= {result}") if equals else (f"↑ {factors}",))
    return found


@dataclass(frozen=True)
class Spot:
    """箱か矢印の置き場所。``points`` は矢印の通る点、``label`` はその文字の中心。"""

    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    points: tuple[tuple[float, float], ...] = ()
    label: tuple[float, float] | None = None


@dataclass(frozen=True)
class Layout:
    """Graphviz が決めた配置。"""

    width: float
    height: float
    boxes: tuple[Spot, ...]
    edges: tuple[Spot, ...]


def _width(text: str, size: float) -> float:
    return size * sum(NARROW if ord(letter) < 0x2500 else WIDE for letter in text)


def _size(lines: list[str]) -> tuple[float, float]:
    return max(_width(line, 12) for line in lines) + 16, LINE * len(lines) + 8


def _layout(trace: Trace, sizes: list[tuple[float, float]], *, labels: bool) -> Layout:
    """箱と矢印を Graphviz に置いてもらう。文字の幅はここで測り、Graphviz には任せない。"""
    spacing = "nodesep=0.2 ranksep=0.3" if labels else "nodesep=0.12 ranksep=0.22"
    source = [f"digraph {{ graph [{spacing} ordering=in]; node [shape=box fixedsize=true label=x];"]
    source.append('edge [fontname="Courier New" fontsize=12];')
    for index, (width, height) in enumerate(sizes):
        source.append(f"n{index} [width={width / 72:.4f} height={height / 72:.4f}];")
    products = iter(_products(trace))
    for index, box in enumerate(trace.boxes):
        for place, arrow in enumerate(box.arrows):
            lines = next(products)
            text = r"\n".join("0" * len(line) for line in lines) if labels else ""
            source.append(f'n{arrow.target} -> n{index} [key="{place}" label="{text}"];')
    return _read(render("\n".join([*source, "}"]), "plain"), trace)


def _read(plain: str, trace: Trace) -> Layout:
    """Graphviz の plain 形式（1行に1つ、単位はインチ、原点は左下）を読む。"""
    graph, *rows = (line.split() for line in plain.splitlines())
    width, height = 72 * float(graph[2]), 72 * float(graph[3])
    boxes: dict[str, Spot] = {}
    edges: dict[tuple[str, str], list[Spot]] = {}
    for kind, *words in rows:
        if kind == "node":
            x, y, w, h = (72 * float(word) for word in words[1:5])
            boxes[words[0]] = Spot(x, height - y, w, h)
        elif kind == "edge":
            count = int(words[2])
            flat = [72 * float(word) for word in words[3 : 3 + 2 * count]]
            points = tuple((x, height - y) for x, y in zip(flat[::2], flat[1::2], strict=True))
            rest = words[3 + 2 * count :]
            place = None
            if len(rest) == 5:
                place = (72 * float(rest[1]), height - 72 * float(rest[2]))
            edges.setdefault((words[0], words[1]), []).append(Spot(points=points, label=place))
    ordered = [
        edges[f"n{arrow.target}", f"n{index}"].pop(0)
        for index, box in enumerate(trace.boxes)
        for arrow in box.arrows
    ]
    return Layout(width, height, tuple(boxes[f"n{i}"] for i in range(len(boxes))), tuple(ordered))


def _picture(layout: Layout, body: str, title: str, description: str) -> Picture:
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="neuron-flow" '
        f'viewBox="{-MARGIN} {-MARGIN} {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" '
        f'font-size="12" text-anchor="middle">{body}</svg>'
    )
    return Picture.from_svg(svg, title, description)


# サイトの CSS がないところ（Jupyter など）での色。CSS があれば、そちらが優先される。
PLAIN_BOX, PLAIN_LINE = 'fill="#fff" stroke="#666"', 'fill="none" stroke="#666"'


def _box(box: Box, spot: Spot, lines: list[str], classes: str) -> str:
    left, top = spot.x - spot.width / 2, spot.y - spot.height / 2
    first = spot.y - LINE * (len(lines) - 1) / 2 + 4
    texts = _text(spot.x, first, lines).replace(f">{box.name}<", f' class="name">{box.name}<')
    shape = 'rx="4"' if box.arrows else f'rx="{spot.height / 2:.0f}"'
    return (
        f'<g class="box {classes}"><rect x="{left:.1f}" y="{top:.1f}" '
        f'width="{spot.width:.1f}" height="{spot.height:.1f}" {shape} {PLAIN_BOX}/>{texts}</g>'
    )


def _edge(spot: Spot, label: tuple[str, ...]) -> str:
    (x0, y0), *rest = spot.points
    path = f"M{x0:.1f} {y0:.1f}C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in rest)
    (x1, y1), (x2, y2) = spot.points[-2:]
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1
    dx, dy = 6 * (x2 - x1) / length, 6 * (y2 - y1) / length
    tip = f"M{x2 + dx:.1f} {y2 + dy:.1f}L{x2 - dy / 2:.1f} {y2 + dx / 2:.1f}"
    head = f"{tip} {x2 + dy / 2:.1f} {y2 - dx / 2:.1f}Z"
    texts = ""
    if label and spot.label is not None:
        x, y = spot.label
        first = y - LINE * (len(label) - 1) / 2 + 4
        texts = _text(x, first, label)
    lines = f'<path d="{path}" {PLAIN_LINE}/><path class="head" d="{head}"/>'
    return f'<g class="edge">{lines}{texts}</g>'


def _text(x: float, first: float, lines: Sequence[str]) -> str:
    return "".join(
        f'<text x="{x:.1f}" y="{first + LINE * place:.1f}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    )
