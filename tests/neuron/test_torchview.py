"""Our pictures by module hold what torchview draws: the kinds of its own test models.

torchview draws the calls of a forward pass, and we draw the graph that autograd keeps of it. Both
are brought to what they share: the calls of modules, the values that came from outside, and an edge
wherever a value goes from one of them to another through nothing but operations. The rules:

- Operations are no nodes here: one function of torch can be several operations of autograd.
- Identity computes nothing, so autograd has no node for it.
- A result is in the box that computes it. torchview has a tensor of its own after it.
- A parameter that several modules share is a box with us. torchview has none.
- Values without a name that are used at the same places are one box with us, that says how many.
- A value that leads to no module is left out. torchview has it, and we name it as missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
import torch
import torchview
from torch import nn
from torch.nn import functional as F

from neuron import flow
from neuron.drawing import grouping
from neuron.drawing.sheet import Sheet
from neuron.trace import GraphError, trace, watch

VALUE = "value"
Inputs = Mapping[str, Any]
Shared = tuple[Counter[str], Counter[tuple[str, str]]]  # nodes by kind, edges by kind of both ends


def shared(kinds: Mapping[int, str], arrows: Iterable[tuple[int, int]]) -> Shared:
    """What is left when the nodes without a kind are passed through."""
    after: dict[int, set[int]] = {}
    for tail, head in arrows:
        after.setdefault(tail, set()).add(head)
    edges = []
    for tail in kinds:
        seen, waiting = set(), [*after.get(tail, ())]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += () if node in kinds else after.get(node, ())
        edges += [(tail, head) for head in seen & kinds.keys()]
    used = {tail for tail, _ in edges}
    nodes = Counter(kind for node, kind in kinds.items() if kind != VALUE or node in used)
    return nodes, Counter((kinds[tail], kinds[head]) for tail, head in edges)


def by_torchview(model: nn.Module, inputs: Inputs, depth: int) -> Shared:
    """What torchview draws, read from the DOT that it writes."""
    drawn = torchview.draw_graph(
        model, inputs, depth=depth, hide_inner_tensors=False, mode="train", device="cpu"
    )
    source = drawn.visual_graph.source
    arrows = [(int(tail), int(head)) for tail, head in re.findall(r"(\d+) -> (\d+)", source)]
    made = {head for _, head in arrows}
    kinds = {}
    for node, kind, color in re.findall(
        r"(\d+) \[label=.*?>([\w-]+)<BR/>.*?fillcolor=(\w+)", source, re.S
    ):
        if color == "lightyellow" and int(node) not in made:
            kinds[int(node)] = VALUE
        elif color == "darkseagreen1" and kind != "Identity":
            kinds[int(node)] = kind
    return shared(kinds, arrows)


def by_us(model: nn.Module, inputs: Inputs, depth: int, monkeypatch: pytest.MonkeyPatch) -> Shared:
    """What we draw, with every call in a box of its own."""
    monkeypatch.setattr(grouping, "LONGEST", 0)
    sheets: list[Sheet] = []
    picture = Sheet.picture  # only the outermost is laid out
    monkeypatch.setattr(Sheet, "picture", lambda sheet, *_: sheets.append(sheet))
    with watch() as values:
        result = model(**inputs)
    outputs = [each for each in flat(result) if each.grad_fn is not None]
    names = {f"input {number}": each for number, each in enumerate(flat(inputs))}
    starts = [torch.ones_like(each) for each in outputs]
    gradient = starts if len(starts) > 1 else starts[0]
    record = trace(outputs, values, params=model, names=names, gradient=gradient)
    flow.draw(record, depth=depth)
    sheet = sheets[-1]
    picture(sheet, "", "")
    monkeypatch.undo()
    made = {edge.head for edge in sheet.edges}
    kinds = {}
    arrows = [(edge.tail, edge.head) for edge in sheet.edges]
    for node, item in enumerate(sheet.items):
        title, _, count = item.lines[0].text.partition(" ×")
        if item.classes == "group":
            kinds[node] = title.split()[-1]
        elif node not in made and (item.classes == "given" or title in names):
            same = [node, *range(len(sheet.items), len(sheet.items) + int(count or 1) - 1)]
            kinds |= dict.fromkeys(same, VALUE)
            arrows += [(more, head) for more in same[1:] for tail, head in arrows if tail == node]
    return shared(kinds, arrows)


def flat(values: Any) -> list[torch.Tensor]:
    """The tensors in lists and dictionaries."""
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, list | tuple):
        return [tensor for value in values for tensor in flat(value)]
    return [values] if isinstance(values, torch.Tensor) else []


def perceptron(*sizes: int) -> nn.Sequential:
    """Linear layers, with an activation that overwrites its input between them."""
    layers: list[nn.Module] = []
    for before, after in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(before, after), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers[:-1])


class Model(nn.Module):
    """Modules by name, and what they do in a forward pass."""

    def __init__(self, forward: Callable[..., Any], **parts: nn.Module) -> None:
        super().__init__()
        self.run = forward
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.run(self, *args, **kwargs)


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, requires_grad=True)


def digits(m: Any, x: torch.Tensor) -> torch.Tensor:
    x = F.relu(F.max_pool2d(m.conv1(x), 2))
    x = F.relu(F.max_pool2d(m.drop(m.conv2(x)), 2))
    return F.log_softmax(m.fc2(F.relu(m.fc1(x.flatten(1)))), dim=1)


def two_kinds(m: Any, x: torch.Tensor, word: torch.Tensor) -> torch.Tensor:
    return torch.cat((m.b(F.relu(m.a(x))), m.d(F.relu(m.c(word.float())))), 0)


def looped(m: Any, x: torch.Tensor) -> torch.Tensor:
    for _ in range(3):
        x = m.conv(m.act(m.conv(x)))
    return x


def cell_by_cell(m: Any, x: torch.Tensor) -> torch.Tensor:
    h, c = torch.randn(2, 3), torch.randn(2, 3)
    for _ in range(4):
        h, c = m.cell(x, (h, c))
        h = m.act(h)
    return h


def twins(m: Any, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    a, b = (m.fc(m.pool(F.relu(m.conv(each))).flatten(1)) for each in (a, b))
    return torch.sigmoid(m.score(m.drop(torch.abs(a - b))))


def only_relu(m: Any, x: torch.Tensor) -> torch.Tensor:
    for _ in range(8):
        x = m.act(x)
    return x


def branches(m: Any, x: torch.Tensor) -> torch.Tensor:
    return torch.add(m.one(x) + m.two(x), m.three(x))


def given_back(m: Any, x: Any, y: Any, z: Any, unused: Any) -> tuple[torch.Tensor, ...]:
    return m.layers(x) + y, m.empty(m.act(y * 1)) + z, z, unused


def tensor_inside(m: Any, x: torch.Tensor) -> torch.Tensor:
    x = m.first(x)
    x += torch.abs(torch.ones(1, 1))
    return m.second(x)


def ensemble(count: int) -> nn.Module:
    members = [perceptron(8, 6, 4) for _ in range(count)]  # a list hides them from the model
    return Model(lambda m, x: m.end(torch.cat([each(x) for each in members])), end=nn.Linear(4, 2))


def overwriting_list(m: Any, a: torch.Tensor, b: torch.Tensor) -> Any:
    return m.detect([a, b])


def detect(m: Any, x: list[torch.Tensor]) -> tuple[torch.Tensor, list[torch.Tensor]]:
    for place, each in enumerate(x):
        x[place] = torch.cat((m.conv(each + 1), each + 2), 1)
    return torch.cat([each.flatten(2) for each in x], 2), x


def number_inside(m: Any, x: torch.Tensor) -> torch.Tensor:
    return m.layer(x) + torch.zeros(1, 1).item()


def by_number(m: Any, x: torch.Tensor, scalar: float) -> torch.Tensor:
    return m.one(x) if m.same(scalar) == 5 else m.two(x)


def words(m: Any, x: torch.Tensor) -> Any:
    out, hidden = m.encoder(m.embedding(x))
    return m.decoder(out).flatten(0, 1), hidden


def residual(inside: nn.Module) -> nn.Module:
    return Model(lambda m, x: x + m.inside(x), inside=inside)


def causal_attention(m: Any, x: torch.Tensor) -> torch.Tensor:
    batch, length, width = x.shape
    q, k, v = (part.unflatten(2, (2, -1)).transpose(1, 2) for part in m.qkv(x).split(width, dim=2))
    weights = (q @ k.transpose(-2, -1) * 0.5).masked_fill(m.mask[:length, :length] == 0, -torch.inf)
    mixed = m.drop(F.softmax(weights, dim=-1)) @ v
    return m.out(mixed.transpose(1, 2).reshape(batch, length, width))


def attention_block() -> nn.Module:
    attention = Model(
        causal_attention, qkv=nn.Linear(4, 12), out=nn.Linear(4, 4), drop=nn.Dropout(0.2)
    )
    attention.register_buffer("mask", torch.tril(torch.ones(7, 7)))
    return nn.Sequential(
        residual(nn.Sequential(nn.LayerNorm(4), attention)),
        residual(nn.Sequential(nn.LayerNorm(4), perceptron(4, 16, 4), nn.Dropout(0.2))),
    )


def dense(m: Any, x: torch.Tensor) -> torch.Tensor:
    features = [m.start(x)]
    for layer in (m.one, m.two, m.three):
        features.append(layer(torch.cat(features, 1)))
    return torch.cat(features, 1)


def dense_net() -> nn.Module:
    act = nn.ReLU()
    layers = {
        name: nn.Sequential(nn.BatchNorm2d(width), act, nn.Conv2d(width, 2, 3, padding=1))
        for name, width in (("one", 2), ("two", 4), ("three", 6))
    }
    return Model(dense, start=nn.Conv2d(1, 2, 3, padding=1), **layers)


def u_net(m: Any, x: torch.Tensor) -> torch.Tensor:
    first = m.double1(x)
    second = m.double2(m.pool(first))
    third = m.double3(m.pool(second))
    up = m.double4(torch.cat((m.up(third), second), 1))
    return m.end(m.double5(torch.cat((m.up(up), first), 1)))


def u_net_of(act: nn.Module) -> nn.Module:
    def double(before: int, after: int) -> nn.Module:
        first, second = (
            nn.Conv2d(before, after, 3, padding=1),
            nn.Conv2d(after, after, 3, padding=1),
        )
        return nn.Sequential(first, nn.BatchNorm2d(after), act, second, act)

    return Model(
        u_net, pool=nn.MaxPool2d(2), up=nn.Upsample(scale_factor=2), end=nn.Conv2d(2, 1, 1),
        double1=double(1, 2), double2=double(2, 2), double3=double(2, 2), double4=double(4, 2),
        double5=double(4, 2),
    )  # fmt: skip


def bottleneck(m: Any, x: torch.Tensor) -> torch.Tensor:
    return m.act(m.norm2(m.conv2(m.act(m.norm1(m.conv1(x))))) + m.down(x))


def res_net() -> nn.Module:
    def block(down: nn.Module) -> nn.Module:
        return Model(
            bottleneck, conv1=nn.Conv2d(2, 2, 1), norm1=nn.BatchNorm2d(2), act=nn.ReLU(True),
            conv2=nn.Conv2d(2, 2, 1), norm2=nn.BatchNorm2d(2), down=down,
        )  # fmt: skip

    layers = [nn.Sequential(block(nn.Conv2d(2, 2, 1)), block(nn.Identity())) for _ in range(2)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3)]
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), *layers, *head)


def edges_of_pictures(m: Any, x: torch.Tensor) -> list[torch.Tensor]:
    first, _ = m.one((x, x))
    second, kept = m.two((first, x))
    found = [m.side(each) for each in (first, second)]
    weights = F.softmax(torch.cat(found, 1), dim=1)
    return [*found, (weights * kept).sum(1)]


def edge_layer() -> nn.Module:
    def run(m: Any, pair: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        x, side = pair
        return 0.5 * (m.inside(F.relu(x)) + side), side

    return Model(run, inside=nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.BatchNorm2d(1)))


def patches(m: Any, x: torch.Tensor) -> torch.Tensor:
    x = m.cut(x).flatten(2).transpose(1, 2)
    x = torch.cat((m.start.expand(len(x), -1, -1), x), 1) + m.place
    return m.end(m.blocks(x)[:, 0])


def vision_transformer() -> nn.Module:
    blocks = nn.Sequential(attention_block(), attention_block())
    model = Model(patches, cut=nn.Conv2d(1, 4, 2, 2), blocks=blocks, end=nn.Linear(4, 3))
    model.start, model.place = (
        nn.Parameter(torch.randn(1, 1, 4)),
        nn.Parameter(torch.randn(1, 5, 4)),
    )
    return model


def leaky() -> nn.Module:
    act = nn.LeakyReLU()
    return nn.Sequential(act, nn.Identity(), act, nn.Identity(), act)


def tower(length: int) -> nn.Module:
    return nn.Sequential(*[nn.LazyLinear(10) for _ in range(length)])


MODELS: dict[str, Callable[[], tuple[nn.Module, Inputs]]] = {
    "perceptron": lambda: (perceptron(16, 8, 4, 4, 2), {"input": numbers(1, 16)}),
    "convolutions": lambda: (
        Model(
            digits, conv1=nn.Conv2d(1, 2, 5), conv2=nn.Conv2d(2, 3, 5), drop=nn.Dropout2d(0.3),
            fc1=nn.Linear(48, 5), fc2=nn.Linear(5, 3),
        ),
        {"x": numbers(2, 1, 28, 28)},
    ),
    "inputs of two kinds": lambda: (
        Model(two_kinds, **{name: nn.Linear(4, 4) for name in "abcd"}),
        {"x": numbers(1, 4), "word": torch.ones(1, 4, dtype=torch.long)},
    ),
    "a number as an input": lambda: (
        Model(by_number, one=nn.Linear(4, 4), two=nn.Linear(4, 2), same=nn.Identity()),
        {"x": numbers(2, 4), "scalar": 5},
    ),
    "lstm": lambda: (
        Model(
            words, embedding=nn.Embedding(9, 4), encoder=nn.LSTM(4, 5, 2), decoder=nn.Linear(5, 9),
        ),
        {"x": torch.randint(9, (2, 6))},
    ),
    "recursive": lambda: (
        Model(looped, conv=nn.Conv2d(2, 2, 3, padding=1), act=nn.ReLU(True)),
        {"x": numbers(1, 2, 5, 5)},
    ),
    "cells in a loop": lambda: (
        Model(cell_by_cell, cell=nn.LSTMCell(3, 3), act=nn.LeakyReLU(inplace=True)),
        {"x": numbers(2, 3)},
    ),
    "siamese": lambda: (
        Model(
            twins, conv=nn.Conv2d(1, 2, 3), pool=nn.MaxPool2d(2), fc=nn.Linear(18, 4),
            score=nn.Linear(4, 1), drop=nn.Dropout(0.5),
        ),
        {"a": numbers(1, 1, 8, 8), "b": numbers(1, 1, 8, 8)},
    ),
    "only an activation": lambda: (Model(only_relu, act=nn.ReLU()), {"x": numbers(1, 2)}),
    "one activation many times": lambda: (leaky(), {"input": numbers(1, 2)}),
    "towers": lambda: (
        Model(branches, one=tower(2), two=tower(3), three=tower(4)), {"x": numbers(1, 10)}
    ),
    "inputs given back and unused": lambda: (
        Model(given_back, layers=perceptron(8, 4, 2), act=nn.ReLU(True), empty=nn.Identity()),
        {"x": numbers(1, 8), "y": numbers(1, 2), "z": numbers(1, 2), "unused": numbers(1, 4)},
    ),
    "a tensor made inside": lambda: (
        Model(tensor_inside, first=nn.Linear(3, 4), second=nn.Linear(4, 5)), {"x": numbers(1, 3)}
    ),
    "a number made inside": lambda: (
        Model(number_inside, layer=nn.Linear(3, 2)), {"x": numbers(1, 3)}
    ),
    "ensemble": lambda: (ensemble(6), {"x": numbers(1, 8)}),
    "a list that is overwritten": lambda: (
        Model(overwriting_list, detect=Model(detect, conv=nn.Conv2d(2, 2, 1))),
        {"a": numbers(1, 2, 3, 3), "b": numbers(1, 2, 3, 3)},
    ),
    "attention": lambda: (attention_block(), {"input": numbers(2, 7, 4)}),
    "dense net": lambda: (dense_net(), {"x": numbers(1, 1, 6, 6)}),
    "u-net": lambda: (u_net_of(nn.ReLU()), {"x": numbers(1, 1, 8, 8)}),
    "u-net overwriting": lambda: (u_net_of(nn.ReLU(True)), {"x": numbers(1, 1, 8, 8)}),
    "res net": lambda: (res_net(), {"input": numbers(2, 1, 8, 8)}),
    "edges of pictures": lambda: (
        Model(edges_of_pictures, one=edge_layer(), two=edge_layer(), side=nn.Conv2d(1, 2, 1)),
        {"x": numbers(1, 1, 6, 6)},
    ),
    "vision transformer": lambda: (vision_transformer(), {"x": numbers(2, 1, 4, 4)}),
}  # fmt: skip


# A layer that gives back what it got, beside its result: with torchview the next layer has it from
# that layer, with us from where it was made.
HANDED_ON = {("edges of pictures", 1): Counter({(VALUE, "Model"): 1})}


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_the_modules_and_what_goes_between_them_are_those_of_torchview(
    monkeypatch: pytest.MonkeyPatch, name: str, depth: int
) -> None:
    torch.manual_seed(0)
    model, inputs = MODELS[name]()
    model(**inputs)  # a lazy layer takes its shape from the first input
    ours = by_us(model, inputs, depth, monkeypatch)
    assert ours[1]
    nodes, edges = by_torchview(model, inputs, depth)
    assert ours == (nodes, edges + HANDED_ON.get((name, depth), Counter()))


@pytest.mark.parametrize("name", ["perceptron", "recursive", "u-net"])
def test_overwriting_changes_no_picture(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    drawn = []
    for inplace in (False, True):
        torch.manual_seed(0)
        model, inputs = MODELS[name]()
        for module in model.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = inplace
        drawn.append(by_us(model, inputs, 2, monkeypatch))
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda: nn.Identity(), "計算グラフがありません"),
        (lambda: nn.Sequential(nn.Linear(2, 2), *[nn.ReLU(True)] * 8), "書き換えられています"),
    ],
)
def test_what_has_no_graph_in_torch_is_refused(model: Callable[[], nn.Module], words: str) -> None:
    with watch() as values:
        y = model()(torch.ones(1, 2))
    with pytest.raises(GraphError, match=words):
        trace(y, values, gradient=torch.ones(1, 2))


def test_a_model_that_fails_or_gives_no_tensor_is_watched_as_it_is() -> None:
    model = Model(lambda m, x: m.second(m.first(x)), first=nn.Linear(2, 3), second=nn.Linear(2, 3))
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"), watch():
        model(torch.ones(1, 2))
    assert not nn.modules.module._global_forward_hooks
    assert not nn.modules.module._global_forward_pre_hooks

    model = Model(
        lambda m, x: (m.word("text"), m.layer(x)), word=nn.Identity(), layer=nn.Linear(2, 1)
    )
    with watch() as values:
        word, y = model(torch.ones(1, 2))
    assert word == "text"
    assert trace(y, values).boxes[0].calls[-1].kind == "Linear"
