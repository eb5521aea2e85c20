"""ページに埋め込む図。画面の明暗に色が従い、読み上げソフトが内容を読める SVG にする。"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# 図の中では目印の色で描き、あとで CSS の変数に置き換える。後ろの色は、サイトの CSS がないところ
# （Jupyter など）での色。currentColor は周りの文字の色なので、明るくても暗くても読める。
INK, MUTED, GRID, FUNCTION, DERIVATIVE = "#010101", "#010102", "#010103", "#010104", "#010105"
VARIABLES = {
    INK: "var(--neuron-ink, currentColor)",
    MUTED: "var(--neuron-muted, color-mix(in srgb, currentColor 75%, transparent))",
    GRID: "var(--neuron-grid, color-mix(in srgb, currentColor 20%, transparent))",
    FUNCTION: "var(--neuron-a, color-mix(in srgb, currentColor 30%, #2389e0))",
    DERIVATIVE: "var(--neuron-b, color-mix(in srgb, currentColor 30%, #e07020))",
}

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # 文字を文字のまま残す
    "svg.hashsalt": "neuron",  # 実行のたびに id が変わらないように
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": GRID,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
}


READABLE = 12  # 画面で読める、いちばん小さな文字（px）

# 1つのページは1つのカーネルで動くので、この番号はページの中で重ならない。
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Picture:
    """SVG の図。``title`` と ``description`` は、図を見ない人に読み上げられる。"""

    svg: str
    title: str
    description: str

    def __repr__(self) -> str:
        """図を表示できないところでは、言葉で示す。"""
        return f"<図：{self.title}。{self.description}>"

    def _repr_html_(self) -> str:
        return f'<div class="neuron-picture" style="overflow-x:auto">{self.svg}</div>'

    @classmethod
    def from_svg(cls, svg: str, title: str, description: str) -> Picture:
        """プログラムが書いた SVG を、HTML に埋め込める形に整える。

        - XML 宣言や作成日時を除く。ページ全体に効いてしまう ``<style>`` も除く。
        - 使われていない id を除き、残りには図の通し番号をつけて、ほかの図と重ならないようにする。
        - ``title`` と ``desc`` を、読み上げのために加える。
        """
        svg = svg[svg.index("<svg") :]
        svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.S)
        svg = re.sub(r"<title>.*?</title>|<defs>\s*</defs>", "", svg, flags=re.S)
        svg = re.sub(r">\s+<", "><", svg).strip()
        for color, variable in VARIABLES.items():
            svg = svg.replace(color, variable)
        used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
        used &= set(re.findall(r' id="([^"]+)"', svg))  # ほかは、図の外を指している
        number = next(_numbers)
        svg = re.sub(r' id="([^"]+)"', lambda id_: id_[0] if id_[1] in used else "", svg)
        svg = re.sub(
            r'( id="|url\(#|href="#)([^")]+)',
            lambda place: f"{place[1]}p{number}-{place[2]}" if place[2] in used else place[0],
            svg,
        )
        head, body = svg.split(">", 1)
        head += _at_least(svg)
        names = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        role = "group" if "<a " in body else "img"  # 中に押せるものがあれば、1枚の絵ではない
        return cls(f'{" ".join(head.split())} role="{role}">{names}{body}', title, description)

    @classmethod
    def from_figure(cls, figure: Figure, title: str, description: str) -> Picture:
        """Matplotlib の図から作る。図は ``STYLE`` を使って描いておく。"""
        import matplotlib as mpl  # SVG だけを使う組み立てに、読み込みを待たせない

        buffer = StringIO()
        with mpl.rc_context(STYLE):
            figure.savefig(buffer, format="svg", transparent=True)
        svg = buffer.getvalue().replace("<svg ", '<svg stroke-linejoin="round" ')
        svg = re.sub(r' transform="rotate\(-0 [^"]*"', "", svg)
        svg = re.sub(r' d="([^"]*)"', _shortened, svg)
        svg = re.sub(r' (?:[xy]|height|transform)="[^"]*"', _rounded, svg)
        return cls.from_svg(svg, title, description)


def _shortened(drawn: re.Match[str]) -> str:
    """折れ線を、前の点からの差で、小数第2位まで書く。閉じた形の、まっすぐ続く辺は1本にする。

    動くのは線の太さの数十分の1までで、見た目は変わらない。
    """
    moves = re.findall(r"([A-Za-z])([^A-Za-z]*)", drawn[1])
    if {name for name, _ in moves} - {"M", "L", "z"}:
        return drawn[0]
    closed = moves[-1][0] == "z"
    written: list[tuple[str, int, int]] = []
    here, start = (0, 0), (0, 0)
    for name, place in moves:
        if name == "z":
            written.append(("z", 0, 0))
            here = start
            continue
        x, y = (round(100 * float(number)) for number in place.split())
        if name == "M":
            written.append(("M", x, y))
            start = x, y
        else:
            dx, dy = x - here[0], y - here[1]
            last, lx, ly = written[-1]
            bend = abs(dx * ly - dy * lx) / (math.hypot(lx + dx, ly + dy) or 1)
            if closed and last == "l" and bend <= 1 and dx * lx + dy * ly > 0:
                written[-1] = "l", lx + dx, ly + dy
            else:
                written.append(("l", dx, dy))
        here = x, y
    steps = (name if name == "z" else f"{name}{x / 100:g} {y / 100:g}" for name, x, y in written)
    return f' d="{"".join(steps).replace(" -", "-")}"'


def _rounded(placed: re.Match[str]) -> str:
    """文字や印の置き場所を、折れ線と同じ、小数第2位までで書く。"""
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{round(float(number[0]), 2):g}", placed[0])


def _at_least(svg: str) -> str:
    """これより縮めると、いちばん小さな文字が読めなくなる、図の幅。"""
    width = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+)', svg)
    sizes = [float(size) for size in re.findall(r"font(?:-size)?[:=][ \"]*([\d.]+)", svg)]
    if not width or not sizes:
        return ""
    return f' style="min-width:{math.ceil(float(width[1]) * READABLE / min(sizes))}px"'


@dataclass(frozen=True)
class Gallery:
    """並べて見せる図。画面の幅に合わせて折り返す。"""

    pictures: tuple[Picture, ...]

    def __repr__(self) -> str:
        """図を表示できないところでは、言葉で並べる。"""
        return "\n".join(map(repr, self.pictures))

    def _repr_html_(self) -> str:
        pictures = "".join(picture._repr_html_() for picture in self.pictures)
        return f'<div class="neuron-gallery">{pictures}</div>'
