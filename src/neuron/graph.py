"""計算グラフの図。torchviz が書いたグラフを、この本のほかの図と同じ形に描く。"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import torch
from torch import nn
from torch.autograd.graph import Node
from torchviz import make_dot

from neuron.drawing.backward import reason
from neuron.drawing.graphviz import render
from neuron.drawing.record import GraphError
from neuron.drawing.sheet import Edge, Item, Line, Sheet
from neuron.drawing.stand_ins import StandIns
from neuron.picture import Picture
from neuron.stages import stage_of, stages_of
from neuron.trace import nodes_of

# torchviz の色が表す箱の種類と、SVG に書く色。計算の箱には、色の指定がない。
KINDS = {
    "darkolivegreen1": ("output", "#caff70"),
    "darkolivegreen3": ("view", "#a2cd5a"),
    "": ("function", "lightgrey"),
    "lightblue": ("parameter", "lightblue"),
    "orange": ("saved", "orange"),
}
TITLES = {
    "output": "出力",
    "view": "出力のもとのテンソル",
    "function": "逆向きの計算",
    "parameter": "パラメーター",
    "saved": "保存されたテンソル",
}
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
    graph = json.loads(render(dot.source, "dot_json"))
    numbered = _numbered(nodes)
    items = [_item(box, numbered=numbered) for box in graph["objects"]]
    edges = _edges(graph["edges"])
    description = _description(items, edges) + stand_ins.left_out
    return Sheet(items, edges).picture("計算グラフ", description)


def _item(box: Mapping[str, str], *, numbered: bool) -> Item:
    """この本のニューロンの計算とパラメーターの箱には、区間の番号と色をつける。"""
    kind, color = KINDS[box.get("fillcolor", "")]
    texts = [text.strip() for text in box["label"].split("\n")]
    name = {"parameter": "AccumulateGrad", "function": texts[0]}.get(kind, "")
    stage = stage_of(name) if numbered else 0
    lines = [Line(text) for text in texts if text]
    classes = f"stage-{stage} {kind}"
    return Item(lines, classes, stage, round=kind == "parameter", plain=color)


def _edges(arrows: Sequence[Mapping[str, int | str]]) -> list[Edge]:
    """保存された値へは、先のない線。もとのテンソルからは、点線。"""
    entries: Counter[int] = Counter()
    edges = []
    for arrow in arrows:
        tail, head = int(arrow["tail"]), int(arrow["head"])
        pointed, dotted = "dir" not in arrow, "style" in arrow
        edges.append(Edge(tail, head, entries[head], pointed=pointed, dotted=dotted))
        entries[head] += 1
    return edges


def _description(items: Sequence[Item], edges: Sequence[Edge]) -> str:
    """図を見ない人のための説明を、図と同じデータから作る。"""
    parts = []
    for kind, title in TITLES.items():
        boxes = [item.lines for item in items if item.classes.endswith(kind)]
        labels = [" ".join(line.text for line in lines) for lines in boxes]
        if labels:
            parts.append(f"{title}: {'、'.join(labels)}。")
    return "".join(parts) + f"箱をつなぐ矢印は {len(edges)} 本。"


def _numbered(nodes: Sequence[Node]) -> bool:
    """この本のニューロンの計算だけのグラフか。"""
    places = {node: place for place, node in enumerate(nodes)}
    arrows = [[places[n] for n, _ in node.next_functions if n is not None] for node in nodes]
    return any(stages_of([type(node).__name__ for node in nodes], arrows))
