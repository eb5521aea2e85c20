"""図1枚：箱と矢印の置き場所を Graphviz に決めてもらい、SVG にする。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from neuron.drawing.graphviz import render
from neuron.drawing.record import GraphError
from neuron.picture import Picture
from neuron.stages import badge

MARGIN = 11  # 角の番号のため
LINE = 15  # 行の高さ。長さの単位は、どれも px
LIMIT = 500  # これより多い箱は、1枚では読めない
WIDE = 1.02  # 全角の文字の幅（文字の大きさに対して）
NARROW = 0.66  # 半角の文字の幅。よく使われる書体のうち、広いほうに合わせる
WIDTHS = dict.fromkeys("MWmw@%—…", WIDE) | dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&<>", 0.8)

# サイトの CSS がないところ（Jupyter など）での色。CSS があれば、そちらが優先される。
PLAIN_BOX, PLAIN_EDGE, PLAIN_TEXT = "#fff", 'stroke="#666"', 'fill="#222"'
PLAIN_HEAT = 'fill="var(--neuron-b, #b4500b)"'
PLAIN_LINE, PLAIN_INK = 'fill="none" stroke="currentColor"', 'fill="currentColor"'


@dataclass(frozen=True)
class Line:
    """箱の中の1行。``kind`` は CSS のクラス。"""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Item:
    """図の箱。

    ``opens`` があれば、押すとその id のところが開く。``shade`` は、塗る色の濃さ。``plain`` は、
    サイトの CSS がないところでの色。
    """

    lines: Sequence[Line]
    classes: str
    stage: int = 0
    round: bool = False
    opens: str = ""
    shade: float = 0
    plain: str = PLAIN_BOX


@dataclass(frozen=True)
class Edge:
    """矢印。``tail`` の箱から ``head`` の箱の、左から ``place`` 番目の入り口へ引く。

    ``pointed`` でなければ、先のない線になる。
    """

    tail: int
    head: int
    place: int
    label: tuple[str, ...] = ()
    pointed: bool = True
    dotted: bool = False


@dataclass(frozen=True)
class Spot:
    """箱か矢印の置き場所。``points`` は矢印の通る点、``label`` はその文字の中心。"""

    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    points: tuple[tuple[float, float], ...] = ()
    label: tuple[float, float] | None = None


@dataclass
class Sheet:
    """図1枚の、箱と矢印。"""

    items: Sequence[Item]
    edges: Sequence[Edge]
    tight: bool = False
    size: tuple[float, float] = (0, 0)
    boxes: list[Spot] = field(default_factory=list)
    arrows: list[Spot] = field(default_factory=list)

    def picture(self, title: str, description: str) -> Picture:
        """並べて、SVG にする。

        Raises:
            GraphError: 箱が多すぎて、読める図にならないとき。

        """
        if len(self.items) > LIMIT:
            raise GraphError(
                f"図の箱が {LIMIT} を超えました（{len(self.items)} 個）。"
                "flow.draw(record, depth=1) のように深さを決めると、部品ごとにまとめて描きます。"
            )
        self._arrange()
        edges = (_edge(edge, spot) for edge, spot in zip(self.edges, self.arrows, strict=True))
        boxes = (_box(item, spot) for item, spot in zip(self.items, self.boxes, strict=True))
        width, height = (length + 2 * MARGIN for length in self.size)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="neuron-flow" '
            f'viewBox="{-MARGIN} {-MARGIN} {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" '
            f'font-size="12" text-anchor="middle">{"".join((*edges, *boxes))}</svg>'
        )
        return Picture.from_svg(svg, title, description)

    def _arrange(self) -> None:
        """箱と矢印を Graphviz に置いてもらう。文字の幅はここで測り、Graphviz には任せない。"""
        spacing = "nodesep=0.12 ranksep=0.22" if self.tight else "nodesep=0.2 ranksep=0.3"
        source = [
            f"digraph {{ graph [{spacing} ordering=in]; node [shape=box fixedsize=true label=x];",
            'edge [fontname="Courier New" fontsize=12];',
        ]
        for index, item in enumerate(self.items):
            width = max(width_of(line.text) for line in item.lines) + 16
            height = LINE * len(item.lines) + 8
            source.append(f"n{index} [width={width / 72:.4f} height={height / 72:.4f}];")
        for edge in self.edges:
            text = r"\n".join("0" * _letters(line) for line in edge.label)
            end = "" if edge.pointed else " dir=none"
            known = f'key="{edge.place}" label="{text}"{end}'
            source.append(f"n{edge.tail} -> n{edge.head} [{known}];")
        self._read(render("\n".join([*source, "}"]), "plain"))

    def _read(self, plain: str) -> None:
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
        self.size = (width, height)
        self.boxes = [boxes[f"n{index}"] for index in range(len(self.items))]
        self.arrows = [edges[f"n{edge.tail}", f"n{edge.head}"].pop(0) for edge in self.edges]


def width_of(text: str) -> float:
    """12px で書いた文字の、およその幅。"""
    return 12 * sum(WIDTHS.get(each, NARROW if ord(each) < 0x2500 else WIDE) for each in text)


def _letters(line: str) -> int:
    """Graphviz に渡す、同じ幅になる半角の文字の数。"""
    return sum(1 if ord(letter) < 0x2500 else 2 for letter in line)


def _box(item: Item, spot: Spot) -> str:
    left, top = spot.x - spot.width / 2, spot.y - spot.height / 2
    first = spot.y - LINE * (len(item.lines) - 1) / 2 + 4
    texts = _text(spot.x, first, item.lines, PLAIN_TEXT)
    shape = f'rx="{spot.height / 2:.0f}"' if item.round else 'rx="4"'
    place = f'x="{left:.1f}" y="{top:.1f}" width="{spot.width:.1f}" height="{spot.height:.1f}"'
    shade = f' fill-opacity="{item.shade:.2f}"' if item.shade else ""
    heat = f'<rect class="heat" {place} {shape} {PLAIN_HEAT}{shade}/>' if shade else ""
    drawn = f'<rect {place} {shape} fill="{item.plain}" {PLAIN_EDGE}/>{heat}{texts}'
    if item.opens:
        drawn = f'<a href="#{item.opens}">{drawn}</a>'
    mark = badge(left, top + spot.height, item.stage)  # 矢印の先は、箱の上の辺に来る
    return f'<g class="box {item.classes}">{drawn}</g>{mark}'


def _edge(edge: Edge, spot: Spot) -> str:
    (x0, y0), *rest = spot.points
    path = f"M{x0:.1f} {y0:.1f}C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in rest)
    (x1, y1), (x2, y2) = spot.points[-2:]
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1
    dx, dy = 6 * (x2 - x1) / length, 6 * (y2 - y1) / length
    tip = f"M{x2 + dx:.1f} {y2 + dy:.1f}L{x2 - dy / 2:.1f} {y2 + dx / 2:.1f}"
    head = f"{tip} {x2 + dy / 2:.1f} {y2 - dx / 2:.1f}Z"
    texts = ""
    if edge.label and spot.label is not None:
        x, y = spot.label
        first = y - LINE * (len(edge.label) - 1) / 2 + 4
        texts = _text(x, first, [Line(text) for text in edge.label], PLAIN_INK)
    end = f'<path class="head" d="{head}" {PLAIN_INK}/>' if edge.pointed else ""
    dashes = ' stroke-dasharray="2 4"' if edge.dotted else ""
    return f'<g class="edge"><path d="{path}" {PLAIN_LINE}{dashes}/>{end}{texts}</g>'


def _text(x: float, first: float, lines: Sequence[Line], color: str) -> str:
    found = []
    for place, line in enumerate(lines):
        kind = f' class="{line.kind}"' if line.kind else ""
        at = f'x="{x:.1f}" y="{first + LINE * place:.1f}"'
        found.append(f"<text {at}{kind} {color}>{escape(line.text)}</text>")
    return "".join(found)
