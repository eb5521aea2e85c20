"""動かせる図のディレクティブ。PyTorch で求めた値で、図と表を完成させます。

ここを読み込むと PyTorch も読み込まれるので、図を作るときにだけ読み込みます（place.py）。
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from booksite import v8
from booksite.explorer.cases import MODEL, ModelError, prove, shown
from booksite.explorer.facts import SCALE, Square, State, grad_fn, graph, neuron_facts, square_facts
from booksite.explorer.place import explorer
from neuron.activations import COMPARED

VIEW = (MODEL, MODEL.with_name("neuron_code.js"), MODEL.with_name("neuron_view.js"))
WORDS = v8.constant("NeuronView.WORDS", *VIEW)
INPUT = (-SCALE["input"], SCALE["input"], 0.1)
SHOWN_CASES = 20
GIVEN, FOUND = ("x1", "x2", "w1", "w2", "b", "t"), ("u", "y", "loss", "w1", "w2", "b")


@dataclass(frozen=True)
class Field:
    """動かせる数の、名前と、下限と、上限と、1目盛り。"""

    name: str
    label: str
    low: float
    high: float
    step: float


NEURON_FIELDS = (
    *(Field(name, label, *INPUT) for name, label in (("x1", "入力 x₁"), ("x2", "入力 x₂"))),
    *(Field(name, label, *INPUT) for name, label in (("w1", "重み w₁"), ("w2", "重み w₂"))),
    Field("b", "バイアス b", *INPUT),
    Field("t", "正解 t", *INPUT),
    Field("lr", "学習率", 0, 1, 0.01),
    Field("steps", "学習した歩数", 0, SCALE["steps"], 1),
)
SQUARE_FIELDS = (Field("x", "x", -4, 4, 0.1), Field("calls", "呼んだ回数", 0, SCALE["calls"], 1))

# 見せる部分ごとの、そこで動かせるもの。
PANELS = {
    "forward": ("x1", "x2", "w1", "w2", "b", "activation"),
    "activation": ("b", "activation"),
    "graph": ("x1", "x2", "w1", "w2", "b", "t", "activation"),
    "learning": ("x1", "x2", "w1", "w2", "b", "t", "activation", "lr", "steps"),
    "boundary": ("x1", "x2", "w1", "w2", "b", "activation"),
    "square": ("x", "calls"),
}


@cache
def view(kind: str, facts: str, panels: tuple[str, ...]) -> dict[str, Any]:
    """neuron_view.js に、PyTorch で求めた値（JSON）から図と文字を書かせる。"""
    arguments = f"{json.dumps(kind)}, {facts}, {json.dumps(panels)}"
    with v8.engine(*(script.read_text("utf-8") for script in VIEW)) as engine:
        shown: dict[str, Any] = v8.ask(engine, f"NeuronView.show({arguments})")
    return shown


class Explorer(SphinxDirective):
    """2つのディレクティブに共通の部分。"""

    kind: str
    start: type[State] | type[Square]
    limits: tuple[Field, ...]
    compute: Callable[..., dict[str, Any]]

    def panels(self) -> tuple[str, ...]:
        """見せる部分。"""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """はじめの状態を PyTorch で求め、図と表の中身にする。"""
        panels = self.panels()
        names = {field.name for field in fields(self.start)}
        start = self.start(**{name: self.options[name] for name in names & set(self.options)})
        for field in self.limits:
            value = getattr(start, field.name)
            if not field.low <= value <= field.high:
                raise self.error(
                    f"{field.name} は {field.low:g} から {field.high:g} までの数です。"
                    f"渡された値: {value:g}"
                )
        facts = self.compute(start)
        shown = view(self.kind, json.dumps(facts), panels)
        controls = {name for panel in panels for name in PANELS[panel]}
        activations = {}
        if isinstance(start, State) and "activation" in controls:
            activations = {
                name: {"word": WORDS.get(name, name), "grad_fn": grad_fn(name)} for name in COMPARED
            }
            shown["texts"] |= activations[start.activation]
        context = {
            "kind": self.kind,
            "start": asdict(start),
            "facts": facts,
            "shown": shown,
            "panels": panels,
            "fields": [asdict(field) for field in self.limits if field.name in controls],
            "activations": activations,
            "graph": "",
        }
        if isinstance(start, State) and "graph" in panels:
            context["graph"] = filled(graph(start), shown["texts"])
        return [explorer(template="neuron-explorer.html", context=context, words=shown["status"])]


def filled(svg: str, texts: dict[str, str]) -> str:
    """``data-of`` の名前のところに、文字を入れる。"""
    return re.sub(r'(data-of="(\w+)">)(?=<)', lambda m: m[1] + texts[m[2]], svg)


def reads(kind: type[float] | type[int], word: str) -> Callable[[str], float]:
    """``kind`` の数に直す関数。直せない文字には、``word`` ではないと言う例外を投げる。"""

    def read(text: str) -> float:
        try:
            return kind(text)
        except ValueError:
            raise ValueError(f"{text} は{word}ではありません。") from None

    return read


NUMBER, WHOLE = reads(float, "数"), reads(int, "整数")


def activation(name: str) -> str:
    """活性化関数の名前。

    Raises:
        ValueError: 選べる名前ではないとき。

    """
    if name not in COMPARED:
        raise ValueError(f"選べるもの: {'、'.join(COMPARED)}")
    return name


class NeuronExplorer(Explorer):
    """``{neuron-explorer}``。オプションは、はじめの値と、見せる部分 ``:panels:``。"""

    kind = "neuron"
    start = State
    limits = NEURON_FIELDS
    compute = staticmethod(neuron_facts)
    option_spec = {field.name: NUMBER for field in NEURON_FIELDS} | {
        "steps": WHOLE,
        "activation": activation,
        "panels": directives.unchanged_required,
    }

    def panels(self) -> tuple[str, ...]:
        """見せる部分。書かなければ、すべて。"""
        every = tuple(name for name in PANELS if name != "square")
        chosen = tuple(self.options.get("panels", " ".join(every)).split())
        for name in chosen:
            if name not in every:
                raise self.error(f"panels に {name} はありません。選べるもの: {'、'.join(every)}")
        return chosen


class SquareExplorer(Explorer):
    """``{square-explorer}``。オプションは、はじめの ``:x:`` と ``:calls:``。"""

    kind = "square"
    start = Square
    limits = SQUARE_FIELDS
    compute = staticmethod(square_facts)
    option_spec = {"x": NUMBER, "calls": WHOLE}

    def panels(self) -> tuple[str, ...]:
        """いつも同じ。"""
        return ("square",)


class NeuronProof(SphinxDirective):
    """``{neuron-proof}``：ブラウザーの計算を PyTorch と照合した結果と、その一部の表。"""

    def run(self) -> list[nodes.Node]:
        """照合する。1つでも違えば、組み立ては失敗する。"""
        try:
            proof = prove(MODEL.read_text("utf-8"))
        except ModelError as error:
            message = f"動かせるニューロンの計算が、PyTorch と合いません。{error}"
            raise self.error(message) from error
        context = {
            "count": len(proof.cases),
            "largest": proof.largest,
            "rows": [
                [case.state["activation"]]
                + [shown(float(case.state[name])) for name in GIVEN]
                + [shown(case.results[name]) for name in FOUND]
                for case in proof.cases[:: len(proof.cases) // SHOWN_CASES][:SHOWN_CASES]
            ],
        }
        words = f"PyTorch と {len(proof.cases)} 件を照合、最大差 {proof.largest:.1e}"
        return [explorer(template="neuron-proof.html", context=context, words=words)]


DIRECTIVES = {
    "neuron-explorer": NeuronExplorer,
    "square-explorer": SquareExplorer,
    "neuron-proof": NeuronProof,
}
