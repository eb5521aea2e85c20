"""動かせるニューロンの計算（neuron_model.js）を、組み立てのときに PyTorch と照合します。

ブラウザーと同じエンジン V8 で動かし、float64 の値と勾配と1歩の学習を比べます。
1つでも違えば失敗します。
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from py_mini_racer import JSEvalException, JSTimeoutException
from torch import nn

from booksite import v8
from neuron.activations import COMPARED, create

MODEL = Path(__file__).parent / "static" / "neuron_model.js"
INPUTS = ("x1", "x2", "w1", "w2", "b", "t")
RESULTS = ("u", "y", "loss", "slope", "w1", "w2", "b", "next_w1", "next_w2", "next_b", "next_loss")
RATE = 0.1
TOLERANCE = 1e-12

RUN = """
(states) => states.map((s) => {
  const p = { w1: s.w1, w2: s.w2, b: s.b };
  const v = NeuronModel.forward(s, p);
  const g = NeuronModel.backward(s, v);
  const n = NeuronModel.step(s, p);
  const next = NeuronModel.forward(s, n).loss;
  const results = [v.u, v.y, v.loss, g.slope, g.w1, g.w2, g.b, n.w1, n.w2, n.b, next];
  return [results, results.map(NeuronModel.format)];
})
"""


class ModelError(Exception):
    """neuron_model.js と PyTorch の答えの違い。"""


@dataclass(frozen=True)
class Case:
    """ある状態での、PyTorch の答え。"""

    state: dict[str, float | str]
    results: dict[str, float]


@dataclass(frozen=True)
class Proof:
    """照合の結果。``largest`` は、max(1, |PyTorch の値|) に対する最大の差。"""

    cases: tuple[Case, ...]
    largest: float


# はじめの値、0 と −0、折れ目、飽和、丸めの境目、正解に近い出力。
SPECIAL = [
    (1.0, 2.0, 0.6, -0.2, 0.8, 1.0),
    (0.0,) * 6,
    (-0.0,) * 6,
    (1.0, 1.0, 1.0, -1.0, 0.0, 1.0),
    *((5.0, 5.0, w, w, w, 1.0) for w in (5.0, -5.0)),
    *((1.0, 0.0, u, 0.0, 0.0, 0.0) for u in (0.03125, -0.03125, 0.00005, 1e-12, 20.0, 20.5)),
    *((1.0, 0.0, 1.0, 0.0, 0.0, t) for t in (0.7615941559557649, 1.0, 0.73)),
]


def states() -> list[tuple[float, ...]]:
    """特別な状態と、−5 から 5 までの乱数の状態。"""
    generator = torch.Generator().manual_seed(0)
    random = torch.rand(360, 6, generator=generator, dtype=torch.float64) * 10 - 5
    return SPECIAL + [tuple(row) for row in random.tolist()]


def answers(activation: nn.Module, values: torch.Tensor) -> torch.Tensor:
    """PyTorch の答え。``values`` の形は（件数, 6）、答えの形は（件数, 11）。"""
    x, t = values[:, :2], values[:, 5]
    w, b = values[:, 2:4].clone().requires_grad_(), values[:, 4].clone().requires_grad_()
    u = w[:, 0] * x[:, 0] + w[:, 1] * x[:, 1] + b
    y = activation(u)
    loss = (y - t) ** 2
    (slope,) = torch.autograd.grad(y.sum(), u, retain_graph=True)
    d_w, d_b = torch.autograd.grad(loss.sum(), (w, b))
    new_w, new_b = (w - RATE * d_w).detach(), (b - RATE * d_b).detach()
    new_loss = (activation((new_w * x).sum(1) + new_b) - t) ** 2
    rows = [u, y, loss, slope, *d_w.T, d_b, *new_w.T, new_b, new_loss]
    return torch.stack([row.detach() for row in rows], 1)


@cache
def cases() -> tuple[Case, ...]:
    """8つの活性化関数のそれぞれで、すべての状態の答えを求める。"""
    values = torch.tensor(states(), dtype=torch.float64)
    found = []
    for name in COMPARED:
        for inputs, results in zip(
            values.tolist(), answers(create(name), values).tolist(), strict=True
        ):
            state = dict(zip(INPUTS, inputs, strict=True)) | {"activation": name, "lr": RATE}
            found.append(Case(state, dict(zip(RESULTS, results, strict=True))))
    return tuple(found)


def run(source: str) -> list[tuple[list[float | None], list[str]]]:
    """``source`` をすべての状態で動かし、答えと、表示する文字列を返す。

    Raises:
        ModelError: JavaScript が例外を投げるか、10秒のうちに終わらないとき。

    """
    given = json.dumps([case.state for case in cases()])
    try:
        with v8.engine(source) as engine:
            answered: list[tuple[list[float | None], list[str]]] = v8.ask(
                engine, f"({RUN})({given})", seconds=10
            )
    except (JSEvalException, JSTimeoutException) as error:
        raise ModelError(f"neuron_model.js が動きません: {error}") from error
    return answered


@cache
def prove(source: str) -> Proof:
    """``source``（neuron_model.js）の答えを PyTorch の答えと比べる。

    Raises:
        ModelError: 相対誤差が 1e-12 を超えるか、表示する数字が違うとき。

    """
    computed = run(source)
    largest = 0.0
    for case, (numbers, texts) in zip(cases(), computed, strict=True):
        for (name, expected), number, text in zip(
            case.results.items(), numbers, texts, strict=True
        ):
            difference = math.inf
            if number is not None:
                difference = abs(number - expected) / max(1.0, abs(expected))
            largest = max(largest, difference)
            if number is None or difference > TOLERANCE:
                raise ModelError(
                    f"{case.state} の {name}: PyTorch {expected!r}、neuron_model.js {number!r}"
                )
            if text != shown(number):
                raise ModelError(f"{case.state} の {name}: {number!r} の表示が {text} です。")
    return Proof(cases(), largest)


def shown(number: float) -> str:
    """小数第4位まで、10000 からは指数つきの、Python の丸めによる文字列。"""
    text = f"{round(number, 4) + 0:.4f}" if abs(number) < 10000 else f"{number:.2e}"
    return text.replace("-", "−", 1)
