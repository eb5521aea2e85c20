"""動かせるニューロンに表示する値を、PyTorch で求めます。

名前は、ブラウザーで同じ値を求める neuron_model.js の ``facts`` と同じです。
"""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch

from booksite import v8
from booksite.explorer.cases import MODEL
from neuron import flow
from neuron.activations import create
from neuron.trace import Arrow, Box, Trace, trace, watch

SCALE = v8.constant("NeuronModel.SCALE", MODEL)  # ブラウザーでの計算と同じ、図の範囲と細かさ


@dataclass(frozen=True)
class State:
    """動かせる値。w1、w2、b は学習を始める前の値、steps は学習した歩数。"""

    x1: float = 1.0
    x2: float = 2.0
    w1: float = 0.6
    w2: float = -0.2
    b: float = 0.8
    t: float = 1.0
    activation: str = "Tanh"
    lr: float = 0.1
    steps: int = 0


@dataclass(frozen=True)
class Square:
    """y = x² の x と、backward() を呼んだ回数。"""

    x: float = 1.0
    calls: int = 1


def learn(parameters: list[torch.Tensor], rate: float) -> None:
    """SGD の1歩。torch.optim.SGD と同じ計算だが、その読み込みに2秒かかるので使わない。"""
    with torch.no_grad():
        for parameter in parameters:
            assert parameter.grad is not None
            parameter -= rate * parameter.grad


def neuron_facts(state: State) -> dict[str, Any]:
    """ニューロンの値、勾配、次の1歩、曲線、損失の移り変わり。すべて float64。"""
    activation = create(state.activation)
    parameters = [scalar(value) for value in (state.w1, state.w2, state.b)]
    found: dict[str, Any] = {}
    losses = []
    for step in range(SCALE["steps"] + 1):
        for parameter in parameters:
            parameter.grad = None
        values = forward(state, *parameters)
        values["loss"].backward()
        losses.append(values["loss"].item())
        if step == state.steps:
            found |= dict(zip(("w1", "w2", "b"), (p.item() for p in parameters), strict=True))
            found |= {name: value.item() for name, value in values.items()}
            found |= gradients(state, *parameters)
            learn(parameters, state.lr)
            names = ("next_w1", "next_w2", "next_b")
            found |= dict(zip(names, (p.item() for p in parameters), strict=True))
            found["next_loss"] = forward(state, *parameters)["loss"].item()
        else:
            learn(parameters, state.lr)
    reach = min(math.ceil(SCALE["room"] * abs(found["u"])), SCALE["most"])
    reach = max(SCALE["least"], reach)
    far = SCALE["input"] * (abs(found["w1"]) + abs(found["w2"])) + abs(found["b"])
    with torch.no_grad():
        curve = activation(spread(SCALE["curve"], reach)).tolist()
        levels = activation(spread(SCALE["levels"], far)).tolist()
    start = {"w1": state.w1, "w2": state.w2, "b": state.b}
    return (
        asdict(state)
        | found
        | {
            "start": start,
            "one": 1.0,
            "reach": reach,
            "curve": curve,
            "far": far,
            "levels": levels,
            "losses": losses,
        }
    )


def scalar(value: float) -> torch.Tensor:
    """勾配を求める float64 の数1つ。"""
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def spread(count: int, reach: float) -> torch.Tensor:
    """-reach から reach までを等しく分ける ``count`` 個の点。"""
    return reach * (2 * torch.arange(count, dtype=torch.float64) / (count - 1) - 1)


def forward(
    state: State, w1: torch.Tensor, w2: torch.Tensor, b: torch.Tensor
) -> dict[str, torch.Tensor]:
    """1つずつの計算と、その名前。"""
    found = {"w1x1": w1 * state.x1, "w2x2": w2 * state.x2}
    found["sum"] = found["w1x1"] + found["w2x2"]
    found["u"] = found["sum"] + b
    found["y"] = create(state.activation)(found["u"])
    found["error"] = found["y"] - state.t
    found["loss"] = found["error"] ** 2
    return found


def gradients(state: State, *parameters: torch.Tensor) -> dict[str, float]:
    """損失の勾配と、活性化関数の傾き。"""
    values = forward(state, *parameters)
    inner = [values["error"], values["u"], *parameters]
    slopes = torch.autograd.grad(values["loss"], inner, retain_graph=True)
    (slope,) = torch.autograd.grad(values["y"], values["u"])
    names = ("d_error", "d_u", "d_w1", "d_w2", "d_b")
    return {name: each.item() for name, each in zip(names, slopes, strict=True)} | {
        "slope": slope.item()
    }


def square_facts(state: Square) -> dict[str, Any]:
    """値 y = x²、傾き、``calls`` 回の backward() のあとの x.grad。"""
    x = scalar(state.x)
    y = x**2
    (slope,) = torch.autograd.grad(y, x, retain_graph=True)
    for _ in range(state.calls):
        y.backward(retain_graph=True)
    grad = None if x.grad is None else x.grad.item()
    return asdict(state) | {"y": y.item(), "slope": slope.item(), "grad": grad}


# 計算グラフの箱ごとの、値と勾配の名前と、矢印ごとの微分係数と送った勾配の名前。
BOXES = {
    "L = (y − t)²": ("loss", "one", {"y − t": ("d_error", "d_error")}),
    "y − t": ("error", "d_error", {"y = a(u)": ("one", "d_error")}),
    "y = a(u)": ("y", "d_error", {"u": ("slope", "d_u")}),
    "u": ("u", "d_u", {"w₁x₁ + w₂x₂": ("one", "d_u"), "b": ("one", "d_b")}),
    "w₁x₁ + w₂x₂": ("sum", "d_u", {"w₁x₁": ("one", "d_u"), "w₂x₂": ("one", "d_u")}),
    "w₁x₁": ("w1x1", "d_u", {"w₁": ("x1", "d_w1")}),
    "w₂x₂": ("w2x2", "d_u", {"w₂": ("x2", "d_w2")}),
    "w₁": ("w1", "d_w1", {}),
    "w₂": ("w2", "d_w2", {}),
    "b": ("b", "d_b", {}),
}


def record(state: State) -> Trace:
    """計算グラフの記録。箱の名前は ``BOXES`` のとおり。"""
    parameters = [scalar(value) for value in (state.w1, state.w2, state.b)]
    with watch() as values:
        made = forward(state, *parameters)
    made |= dict(zip(("w1", "w2", "b"), parameters, strict=True))
    return trace(
        made["loss"], values, names={label: made[name] for label, (name, _, _) in BOXES.items()}
    )


def graph(state: State) -> str:
    """計算グラフの図。数はすべて ``<tspan data-of="名前">`` に入る。

    どの数にも「−888.8888」ほどの幅をとっておく。
    記録された値は、その名前の値と同じでなければならない。
    """
    names: list[str] = []
    facts = neuron_facts(replace(state, steps=0))

    def stand_in(name: str, value: torch.Tensor | float | None) -> torch.Tensor:
        found = None if value is None else float(value)
        if found is None or not math.isclose(found, facts[name], rel_tol=1e-12, abs_tol=1e-12):
            message = f"計算グラフの {name} は {found!r}、計算では {facts[name]!r} です。"
            raise AssertionError(message)
        names.append(name)
        return torch.tensor(-800.0 - len(names), dtype=torch.float64)

    def stand_in_box(box: Box, boxes: tuple[Box, ...]) -> Box:
        value, gradient, sent = BOXES[box.label]
        (output,) = box.outputs
        output = dataclasses.replace(
            output,
            value=stand_in(value, output.value),
            gradient=stand_in(gradient, output.gradient),
        )
        arrows = []
        for arrow in box.arrows:
            factor, product = sent[boxes[arrow.target].label]
            derivative = stand_in(factor, arrow.derivative).item()
            arrows.append(Arrow(arrow.target, stand_in(product, arrow.gradient), derivative))
        name = "LeakyReluBackward0" if value == "y" else box.name  # いちばん長い名前の幅をとる
        return dataclasses.replace(box, name=name, outputs=(output,), arrows=tuple(arrows))

    boxes = record(replace(state, steps=0)).boxes
    svg = flow.draw(Trace(tuple(stand_in_box(box, boxes) for box in boxes))).svg
    svg = re.sub('<title>.*?</title>|<desc>.*?</desc>| role="img"', "", svg)
    svg = svg.replace("LeakyReluBackward0", '<tspan data-of="grad_fn"></tspan>')
    return re.sub(
        r"−(8\d\d)\.0000", lambda m: f'<tspan data-of="{names[int(m[1]) - 801]}"></tspan>', svg
    )


def grad_fn(activation: str) -> str:
    """活性化関数の逆向きの計算の名前。"""
    made: torch.Tensor = create(activation)(scalar(1.0))
    assert made.grad_fn is not None
    return made.grad_fn.name()
