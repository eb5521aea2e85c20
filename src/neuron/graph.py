"""計算グラフの図。torchviz が書いたグラフを、どの環境でも同じ SVG にする。"""

from __future__ import annotations

import re
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import nn
from torch.autograd.graph import Node
from torchviz import make_dot

from neuron.drawing.backward import reason
from neuron.drawing.record import GraphError
from neuron.drawing.stand_ins import StandIns
from neuron.picture import Picture
from neuron.stages import badge, stage_of, stages_of
from neuron.trace import nodes_of

# torchviz の色が表す箱の種類と、SVG に書かれる色。
COLORS = {
    "lightblue": ("parameter", "lightblue"),
    "lightgrey": ("function", "lightgrey"),
    "darkolivegreen1": ("output", "#caff70"),
    "darkolivegreen3": ("view", "#a2cd5a"),
    "orange": ("saved", "orange"),
}
INK = "var(--neuron-ink, #222)"
LINE = "var(--neuron-ink, currentColor)"  # 箱の外の線は、サイトでなければ、まわりの文字と同じ色


LIMIT = 500  # これより多い箱は、1枚では読めない


def draw(
    output: torch.Tensor | Sequence[torch.Tensor],
    *,
    params: nn.Module | Mapping[str, torch.Tensor] | None = None,
    names: Mapping[str, torch.Tensor] | None = None,
    show_saved: bool = False,
) -> Picture:
    """出力または損失 ``output`` の計算グラフを描く。出力は、いくつか並べてもよい。

    ``params`` にモデルか、名前からテンソルへの辞書を渡すと、パラメーターの箱に名前がつく。
    入力などの名前は ``names`` に渡す。``show_saved`` を真にすると、逆伝播のために保存された
    テンソルも描く。

    Raises:
        GraphError: 計算グラフがない、大きすぎる、保存された値がもうない、または図を描く
            プログラムが動かないとき。

    """
    nodes = nodes_of(output)
    if len(nodes) > LIMIT:
        raise GraphError(
            f"計算グラフの箱が {LIMIT} を超えました（{len(nodes)} 個）。"
            "層やデータを減らすか、途中の値から描くか、"
            "flow.draw(trace(…), depth=1) で部品ごとにまとめてください。"
        )
    named = dict(params.named_parameters()) if isinstance(params, nn.Module) else dict(params or {})
    try:
        stand_ins = StandIns(nodes, show_saved=show_saved)
        outputs = (output,) if isinstance(output, torch.Tensor) else tuple(output)
        shown = tuple(map(stand_ins.of_tensor, outputs))
        dot = make_dot(shown, params=named | dict(names or {}), show_saved=show_saved)
    except RuntimeError as error:  # 保存された値は、もう捨てられているか、書き換えられている
        raise GraphError(reason(error)) from error
    dot.node_attr["fontname"] = "Courier New"  # ほかの等幅の書体では、文字が箱からはみ出す
    dot.graph_attr.update(bgcolor="transparent", pad="0.2")  # 角の番号のための余白
    source = _renumbered(dot.source)
    description = _description(source) + stand_ins.left_out
    return Picture.from_svg(
        _marked(_colored(render(source)), numbered=_numbered(nodes)), "計算グラフ", description
    )


def render(source: str, form: str = "svg") -> str:
    """DOT 言語の文字列を SVG（または ``form``）にする。プログラムは、この Python の環境にある。

    Raises:
        GraphError: プログラムがない、または失敗したとき。

    """
    program = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    try:
        run = subprocess.run(
            [program, f"-T{form}"], input=source, capture_output=True, check=True, encoding="utf-8"
        )
    except OSError as error:
        raise GraphError(
            f"図を描くプログラム {program.name} が見つかりません。"
            "pip install graphviz-pure で入れてください。"
        ) from error
    except subprocess.CalledProcessError as error:
        raise GraphError(f"{program.name} が失敗しました: {error.stderr.strip()}") from error
    return run.stdout


def _renumbered(source: str) -> str:
    """箱の名前を、出てくる順の番号にする。torchviz は id() を使うので、実行のたびに変わる。"""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return numbers.setdefault(match[0], f"n{len(numbers)}")

    return re.sub(r"\b\d{9,}\b", number, source)


def _boxes(source: str) -> list[tuple[str, str]]:
    """DOT 言語の文字列から、（種類, 表示する文字）を出てくる順に取り出す。"""
    boxes = []
    for label, attributes in re.findall(r'\bn\d+ \[label="?([^"\]]*?)"?((?: \w+=\w+)*)\]', source):
        color = re.search(r"fillcolor=(\w+)", attributes)
        kind = COLORS[color[1] if color else "lightgrey"][0]
        boxes.append((kind, " ".join(label.replace("\\n", "\n").split())))
    return boxes


def _description(source: str) -> str:
    """図を見ない人のための説明を、図と同じデータから作る。"""
    titles = {
        "output": "出力",
        "view": "出力のもとのテンソル",
        "function": "逆向きの計算",
        "parameter": "パラメーター",
        "saved": "保存されたテンソル",
    }
    parts = []
    for kind, title in titles.items():
        labels = [label for box, label in _boxes(source) if box == kind]
        if labels:
            parts.append(f"{title}: {'、'.join(labels)}。")
    return "".join(parts) + f"箱をつなぐ矢印は {source.count('->')} 本。"


def _colored(svg: str) -> str:
    """色を CSS の変数にし、箱に種類の名前をつける。"""
    for kind, color in COLORS.values():
        svg = re.sub(
            rf'class="node">((?:(?!</g>).)*?)fill="{color}"',
            rf'class="node {kind}">\1fill="var(--graph-{kind}, {color})"',
            svg,
            flags=re.S,
        )
    svg = re.sub(
        r'class="edge">.*?</g>',
        lambda edge: edge[0].replace('"black"', f'"{LINE}"'),
        svg,
        flags=re.S,
    )
    svg = svg.replace('"black"', f'"{INK}"')
    return svg.replace("<text ", f'<text fill="{INK}" ')


def _numbered(nodes: Sequence[Node]) -> bool:
    """この本のニューロンの計算だけのグラフか。"""
    places = {node: place for place, node in enumerate(nodes)}
    arrows = [[places[n] for n, _ in node.next_functions if n is not None] for node in nodes]
    return any(stages_of([type(node).__name__ for node in nodes], arrows))


def _marked(svg: str, *, numbered: bool) -> str:
    """この本のニューロンの計算とパラメーターの箱に、区間の番号と色をつける。"""

    def mark(match: re.Match[str]) -> str:
        kind, inside = match[1], match[2]
        name = "AccumulateGrad" if kind == "parameter" else _label(inside)
        stage = stage_of(name) if numbered else 0
        xs, ys = zip(*(map(float, point.split(",")) for point in _points(inside)), strict=True)
        box = f'<g class="node {kind} stage-{stage}">{inside}</g>'
        return box + badge(min(xs), max(ys), stage)  # 矢印の先は、箱の上の辺に来る

    return re.sub(
        r'<g id="[^"]*" class="node (function|parameter)">(.*?)</g>', mark, svg, flags=re.S
    )


def _label(box: str) -> str:
    return re.findall(r">([^<]+)</text>", box)[0].strip()


def _points(box: str) -> list[str]:
    return re.findall(r'points="([^"]+)"', box)[0].split()
