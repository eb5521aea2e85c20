"""How long pictures of real models take, how tall they are, and what memory they need.

The limits are for two cores. The models are ones that others know: a residual net of 18 layers, an
encoder of 12, a recurrent net of 40 steps.
"""

from __future__ import annotations

import re
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torchviz import make_dot

from neuron import Neuron, flow, graph
from neuron.drawing.folding import Folded
from neuron.drawing.graphviz import render
from neuron.trace import Trace, trace, watch

ROUNDS = 20
Row = tuple[str, float, float, str]  # what, the value, its limit, the unit


class Block(nn.Module):
    """Two convolutions, and what goes past them."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        """The way past takes a convolution where the size changes."""
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.past = nn.Identity()
        if stride > 1:
            conv = nn.Conv2d(before, after, 1, stride, bias=False)
            self.past = nn.Sequential(conv, nn.BatchNorm2d(after))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """As in the paper."""
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.past(x))


def resnet18() -> nn.Sequential:
    """The net of 18 layers with 11 million parameters."""
    layers: list[nn.Module] = []
    before = 64
    for after, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers.append(nn.Sequential(Block(before, after, stride), Block(after, after, 1)))
        before = after
    start = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(True)]
    end = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000)]
    return nn.Sequential(*start, nn.MaxPool2d(3, 2, 1), *layers, *end)


def taken(work: Callable[[], Any]) -> tuple[float, Any]:
    """The seconds that work took, and its result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def height(folded: Folded) -> float:
    """The height of the outermost picture."""
    found = re.search(r' height="(\d+)"', folded.picture.svg)
    assert found
    return float(found[1])


def recorded(model: nn.Module, x: torch.Tensor) -> Trace:
    """The record of a model, from the sum of what it gives."""
    with watch() as values:
        y = model(x)
        loss = (y[0] if isinstance(y, tuple) else y).sum()
    return trace(loss, values, params=model, names={"x": x})


def of_resnet() -> list[Row]:
    """A residual net: the record beside a training step without one, and the picture."""
    torch.manual_seed(0)
    model, x = resnet18(), torch.randn(2, 3, 32, 32)
    model(x).sum().backward()  # what torch itself needs is there
    before = peak()
    seconds, record = taken(lambda: recorded(model, x))
    more = peak() - before
    drawing, _ = taken(lambda: flow.draw(record, depth=1))
    return [
        ("ResNet-18：記録", seconds, 2, "秒"),
        ("ResNet-18：記録に使うメモリー", more, 300, "MB"),
        ("ResNet-18：まとめた図", drawing, 1, "秒"),
    ]


def of_long(name: str, model: nn.Module, x: torch.Tensor) -> list[Row]:
    """A model that repeats itself many times."""
    record = recorded(model, x)
    drawing, folded = taken(lambda: flow.draw(record, depth=1))
    return [(f"{name}：図", drawing, 3, "秒"), (f"{name}：図の高さ", height(folded), 2000, "px")]


def of_steps() -> list[Row]:
    """A long chain, step by step: twice the boxes are twice the bytes."""
    sizes = []
    for boxes in (238, 476):
        with watch() as values:
            w = y = torch.tensor(0.5, requires_grad=True)
            for _ in range(boxes - 1):
                y = y.sin()
        record = trace(y, values, names={"w": w})
        assert len(record.boxes) == boxes
        sizes.append(len(flow.steps(record)._repr_html_().encode()))
    half, whole = sizes
    return [
        ("一歩ずつの図、箱476個", whole / 1e6, 1.5, "MB"),
        ("一歩ずつの図、箱476個と238個の比", whole / half, 2.1, "倍"),
    ]


def of_the_book() -> list[Row]:
    """The neuron of the book: our pictures beside the SVG that torchviz alone makes."""
    model, x, t = Neuron(2), torch.tensor([[1.0, 2.0]]), torch.ones(1, 1)
    with watch() as values:
        loss = F.mse_loss(model(x), t)
    params = dict(model.named_parameters())
    ways: list[Callable[[], Any]] = [
        lambda: render(make_dot(loss, params=params).source, "svg"),
        lambda: graph.draw(loss, params=model),
        lambda: flow.draw(trace(loss, values, params=model)),
    ]
    rounds = [[taken(way)[0] for way in ways] for _ in range(ROUNDS)]
    stock, ours, full = map(min, zip(*rounds, strict=True))  # what else runs here only adds
    return [
        ("この本の計算グラフ：torchvizだけの何倍か", ours / stock, 2.5, "倍"),
        ("値と勾配の図：torchvizだけの何倍か", full / stock, 2, "倍"),
    ]


def main() -> int:
    """Print the figures, and tell whether one is missed."""
    layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 12, enable_nested_tensor=False)
    rows = [
        *of_resnet(),
        *of_long("エンコーダー12層", encoder, torch.randn(2, 10, 64)),
        *of_long("GRU 40ステップ", nn.GRU(8, 16), torch.randn(40, 2, 8)),
        *of_steps(),
        *of_the_book(),
    ]
    print("| 計算グラフ | 値 | 上限 |\n|---|---|---|")
    for name, value, limit, unit in rows:
        print(f"| {name} | {value:.2f} {unit} | {limit:g} {unit} |")
    return int(any(value > limit for _, value, limit, _ in rows))


if __name__ == "__main__":
    sys.exit(main())
