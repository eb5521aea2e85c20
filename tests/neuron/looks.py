"""What pictures look like, in words: charts by how each thing is drawn, graphs by their boxes."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree

import torch
from torch import nn

from neuron import Neuron, digits, flow
from neuron.activations import plot
from neuron.charts import boundary, fit, lines, regions, surface
from neuron.learning import learn
from neuron.picture import Picture
from neuron.trace import Trace, trace, watch

CORNERS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
SVG = "{http://www.w3.org/2000/svg}"
FACTS = ("class", "rx", "r", "fill-opacity", "stroke-dasharray")
COLOR = r"var\(--neuron-([a-z]+), (?:color-mix\(.*?\)|currentColor)\)"
SAME = re.compile(r"fill: none|font-family: 'DejaVu Sans'|stroke-dashoffset: 0")


def look(picture: Picture) -> list[str]:
    """Return a chart's size, places of its frame and letters, and how often each thing is drawn.

    Places are in whole points: the widths of letters differ a little between fonts.
    """
    root = ElementTree.fromstring(picture.svg)
    tagged = [(element.tag.removeprefix(SVG), element) for element in root.iter()]
    marks = {use.get("{http://www.w3.org/1999/xlink}href") for tag, use in tagged if tag == "use"}
    told = [f"{root.get('width')} × {root.get('height')}, {root.get('style')}"]
    frames = [each for tag, each in tagged if tag == "rect"]
    told += [f"frame {places(frame, 'x', 'y', 'width', 'height')}" for frame in frames]
    letters = [f"{each.text}@{places(each, 'x', 'y')}" for tag, each in tagged if tag == "text"]
    things = Counter()
    for tag, element in tagged:
        if tag in ("path", "text", "use"):
            mark = f"#{element.get('id')}" in marks
            things["mark " + form(element.get("d")) if mark else f"{tag} {style(element)}"] += 1
    return [*told, " ".join(letters), *(f"{n} {thing}".strip() for thing, n in things.items())]


def places(element: ElementTree.Element, *names: str) -> str:
    return ",".join(f"{float(element.get(name)):.0f}" for name in names)


def form(drawn: str) -> str:
    """Return how a mark begins, which tells its size."""
    return " ".join(f"{float(n):.1f}" for n in re.findall(r"-?\d+\.?\d*", drawn)[:6])


def style(element: ElementTree.Element) -> str:
    facts = re.sub(COLOR, r"\1", element.get("style")).split("; ")
    return "; ".join(fact for fact in facts if not SAME.fullmatch(fact))


def first_in_turn(x: torch.Tensor) -> torch.Tensor:
    """A model for which another kind leads at each place."""
    return torch.eye(3)[torch.arange(len(x)) % 3]


def charts() -> dict[str, Picture]:
    """Return a small chart of each kind."""
    x, t = torch.tensor([[1.0, 2.0], [1.0, 0.0]]), torch.tensor([[0.5], [0.0]])
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    model.layer1.bias.requires_grad_(False)
    path = learn(model, x, t, lr=0.3, steps=2)
    half, right = Neuron(weight=[[1.0, 0.0]], bias=[-0.5]), torch.tensor([[-1.0]] * 3 + [[1.0]])
    ends = torch.tensor([[-1.0], [1.0]])
    powers = {name: [(2.0**k, 10.0 ** (k * n)) for k in range(5)] for n, name in enumerate("abc")}
    return {
        "lines": lines({"a": [(0, 0), (3, 1)], "b": [(0, 1), (3, 0)]}, "", "n", "L"),
        "logarithmic lines": lines(powers, "", "n", "L", x_base=2, y_base=10),
        "surface": surface(model, x, t, path, "t", reach=1.3),
        "boundary": boundary(half, CORNERS, right, "t"),
        "regions": regions(first_in_turn, CORNERS, torch.tensor([0, 1, 2, 0]), "t"),
        "fit": fit(torch.square, (ends, ends), (ends, -ends), "t"),
        "digits": digits.show(torch.eye(8).expand(2, 8, 8), ["0", "1"], ""),
        "activation": plot(["Tanh"]).pictures[0],
    }


def parts(picture: Picture) -> list[str]:
    """Return a graph's size, its words, and the boxes and arrows with what is written on them."""
    root = ElementTree.fromstring(picture.svg)
    told = [f"{root.get('class')} {root.get('style')}", picture.title, picture.description]
    for group in root.iter(f"{SVG}g"):
        found = [(each.tag.removeprefix(SVG), each) for each in group.iter() if each is not group]
        drawn = [" ".join([tag, *facts(each), each.text or ""]).strip() for tag, each in found]
        told.append(" | ".join([str(group.get("class")), *drawn]))
    return told


def facts(element: ElementTree.Element) -> list[str]:
    return [f"{name}={element.get(name)}" for name in FACTS if element.get(name)]


def graphs() -> dict[str, Picture]:
    """Return a small graph of each kind: of numbers, of a step, of modules, of one number."""
    before, after = recorded(0.5), recorded(0.25)
    return {
        "graph": flow.draw(before, heat=True),
        "comparison": flow.compare(before, after),
        "modules": flow.draw(before, depth=1, heat=True).picture,
        "one number": flow.draw(flow.follow(before, "h", (0, 0))),
    }


def recorded(scale: float) -> Trace:
    """Return the record of a loss, with weights that give short numbers."""
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(scale * torch.arange(1.0, parameter.numel() + 1).view_as(parameter))
    x = torch.tensor([[1.0, 2.0], [0.5, -1.0]])
    with watch() as values:
        h = model[:4](x)
        loss = nn.functional.mse_loss(model[4](h), torch.ones(2, 1))
    return trace(loss, values, params=model, names={"x": x, "h": h, "loss": loss})


def told() -> str:
    """Return the looks of all pictures."""
    looks = {name: look(picture) for name, picture in charts().items()}
    looks |= {name: parts(picture) for name, picture in graphs().items()}
    return "\n\n".join("\n".join([f"# {name}", *lines]) for name, lines in looks.items()) + "\n"


if __name__ == "__main__":
    print(told(), end="")
