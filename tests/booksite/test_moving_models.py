"""What the moving pictures compute is what torch computes, in V8, the engine of browsers."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
from torch import nn

from booksite import moving
from booksite.moving import listing
from neuron.engine import Value

State = dict[str, Any]
Proof = Callable[[State], dict[str, Any]]
PROOFS: dict[str, Proof] = {}
CASES: dict[str, int] = {}
NEAR: dict[str, float] = {}


CORNERS = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float64)
IS_XOR = torch.tensor([[-1], [1], [1], [-1]], dtype=torch.float64)


def proof(cases: int, near: float = 1e-9) -> Callable[[Proof], Proof]:
    """Make a function the proof of the picture of its name: torch's facts of a state.

    Many steps of learning multiply the last bits in which two machines differ: `near` is how far.
    """

    def register(check: Proof) -> Proof:
        PROOFS[check.__name__], CASES[check.__name__] = check, cases
        NEAR[check.__name__] = near
        return check

    return register


@cache
def given(name: str) -> Any:
    """The random numbers with which a picture starts."""
    return moving.ask(name, f"Moving.pictures.{name}.given")


def number(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def states(name: str, count: int) -> list[State]:
    """The start, the ends of each number, each choice, and random states in between."""
    values, choices = moving.ask(
        name, f"[Moving.pictures.{name}.values, Moving.pictures.{name}.choices ?? {{}}]"
    )
    start = {key: each["start"] for key, each in (values | choices).items()}
    found = [start]
    found += [start | {k: v[end]} for k, v in values.items() for end in ("low", "high")]
    found += [start | {key: option} for key, each in choices.items() for option in each["options"]]
    draw = torch.Generator().manual_seed(0)

    def any_of(low: float, high: float, step: float) -> float:
        steps = int(torch.randint(round((high - low) / step) + 1, (), generator=draw))
        value = min(high, round(low + steps * step, 6))
        return int(value) if step == 1 else value

    def chosen(options: dict[str, str]) -> str:
        return list(options)[int(torch.randint(len(options), (), generator=draw))]

    while len(found) < count:
        numbers = {k: any_of(v["low"], v["high"], v["step"]) for k, v in values.items()}
        found.append(numbers | {k: chosen(v["options"]) for k, v in choices.items()})
    return found


@proof(200)
def secant(s: State) -> dict[str, Any]:
    x = number(s["x"])
    y = x**2
    y.backward()
    far = (x + s["h"]).detach() ** 2
    secant = ((far - y) / s["h"]).item() if s["h"] else None
    return {"y": y.item(), "far": far.item(), "secant": secant, "slope": x.grad.item()}


@proof(200)
def nudge(s: State) -> dict[str, Any]:
    def stages(w2: torch.Tensor) -> list[torch.Tensor]:
        u = 0.6 + w2 * s["x2"] + s["b"]
        y = torch.tanh(u)
        return [w2, u, y, (y - 1) ** 2]

    w2, u, y, loss = before = stages(number(-0.2))
    after = stages(number(-0.2 + s["nudge"]))
    slopes = [
        torch.autograd.grad(up, down, retain_graph=True)[0].item()
        for down, up in ((w2, u), (u, y), (y, loss))
    ]
    loss.backward()
    changes = [(a - b).item() for a, b in zip(after, before, strict=True)]
    return {"changes": changes, "slopes": slopes, "slope": w2.grad.item()}


@proof(200)
def boundary(s: State) -> dict[str, Any]:
    x = torch.tensor([s["x1"], s["x2"]], dtype=torch.float64)
    layer = nn.Linear(2, 1, dtype=torch.float64)
    layer.weight.data = torch.tensor([[s["w1"], s["w2"]]], dtype=torch.float64)
    layer.bias.data = torch.tensor([s["b"]], dtype=torch.float64)
    u = layer(x).item()
    norm = layer.weight.norm().item()
    if norm == 0:
        return {"u": u, "y": layer(x).tanh().item(), "foot": None, "distance": None}
    direction = layer.weight[0] / norm
    foot = (-s["b"] / norm * direction).tolist()
    assert abs(layer(torch.tensor(foot, dtype=torch.float64)).item()) < 1e-9
    distance = direction @ (x - torch.tensor(foot, dtype=torch.float64))
    return {"u": u, "y": layer(x).tanh().item(), "foot": foot, "distance": distance.item()}


@proof(40, near=1e-6)
def lossmap(s: State) -> dict[str, Any]:
    x = torch.tensor([[1.0, 2.0], [1.0, 0.0]], dtype=torch.float64)
    t = torch.tensor([0.5, 0.0], dtype=torch.float64)
    found = {}
    for name, make, options in (
        ("SGD", torch.optim.SGD, {}),
        ("momentum", torch.optim.SGD, {"momentum": 0.9}),
        ("Adam", torch.optim.Adam, {}),
    ):
        w = torch.tensor([s["w1"], s["w2"]], dtype=torch.float64, requires_grad=True)
        optimizer = make([w], lr=s["rate"], **options)
        path, losses = [], []
        for _ in range(41):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(torch.tanh(x @ w + 0.8), t)
            loss.backward()
            path.append(w.tolist())
            losses.append(loss.item())
            optimizer.step()
        found[name] = {"path": path, "losses": losses}
    return found


@cache
def learned(seed: int) -> dict[str, list[Any]]:
    """What the picture has learned of XOR, each step of it what torch does from the one before."""
    found = moving.ask("xor", f"Moving.pictures.xor.learn({seed})")
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1), nn.Tanh()).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    paths = torch.tensor(found["paths"], dtype=torch.float64)
    assert paths[0].abs().max() <= 2**-0.5  # as nn.Linear draws them
    for before, after, loss in zip(paths[:-1], paths[1:], found["losses"], strict=True):
        nn.utils.vector_to_parameters(before, model.parameters())
        optimizer.zero_grad()
        error = nn.functional.mse_loss(model(CORNERS), IS_XOR)
        error.backward()
        optimizer.step()
        torch.testing.assert_close(
            nn.utils.parameters_to_vector(model.parameters()), after, rtol=1e-12, atol=1e-12
        )
        assert loss == pytest.approx(error.item(), rel=1e-12)
    return found


@proof(16)
def xor(s: State) -> dict[str, Any]:
    found, hidden, last = learned(s["seed"]), nn.Linear(2, 2).double(), nn.Linear(2, 1).double()
    p = found["paths"][s["step"]]
    model = nn.Sequential(hidden, nn.Tanh(), last, nn.Tanh())
    nn.utils.vector_to_parameters(torch.tensor(p, dtype=torch.float64), model.parameters())
    h, y = torch.tanh(hidden(CORNERS)), model(CORNERS)[:, 0]
    return {"p": p, "losses": found["losses"], "h": h.tolist(), "y": y.tolist()}


@proof(46)
def checking(s: State) -> dict[str, Any]:
    def loss(w1: torch.Tensor | float) -> torch.Tensor:
        u = torch.as_tensor(w1, dtype=torch.float64) * 1 - 0.2 * 2 + 0.8
        return (torch.tanh(u) - 1) ** 2

    w1, h = number(0.6), 10 ** s["k"]
    loss(w1).backward()
    ends = [loss(0.6 - h).item(), loss(0.6 + h).item()]
    lost = 4 * torch.finfo(torch.float64).eps / h  # the last bits of two losses, divided by h
    estimate = pytest.approx((ends[1] - ends[0]) / (2 * h), abs=lost)
    return {"h": h, "exact": w1.grad.item(), "ends": ends, "estimate": estimate}


@proof(60)
def depth(s: State) -> dict[str, Any]:
    numbers = given("depth")
    layers = []
    for w in numbers["w"][: s["depth"]]:
        layer = nn.Linear(len(w), len(w), bias=False, dtype=torch.float64)
        layer.weight.data = torch.tensor(w, dtype=torch.float64) * s["gain"] / len(w) ** 0.5
        layers += [layer, getattr(nn, s["activation"])()]
    model = nn.Sequential(*layers)
    model(torch.tensor(numbers["x"], dtype=torch.float64)).square().mean().backward()
    norms = [layer.weight.grad.norm().item() for layer in model[::2]]
    return {"norms": [pytest.approx(norm, rel=1e-9, abs=1e-300) for norm in norms]}


@proof(16)
def race(s: State) -> dict[str, Any]:
    x, t = torch.tensor([[1.0, 2.0]], dtype=torch.float64), torch.ones(1, 1, dtype=torch.float64)
    found = {}
    for name in ("ReLU", "LeakyReLU", "ELU", "GELU", "SiLU"):
        layer, activation = nn.Linear(2, 1, dtype=torch.float64), getattr(nn, name)()
        layer.weight.data = torch.tensor([[0.6, -0.2]], dtype=torch.float64)
        layer.bias.data = torch.tensor([s["u"] - 0.2], dtype=torch.float64)
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        path = []
        for _ in range(201):
            u = layer(x)
            path.append(u.item())
            optimizer.zero_grad()
            nn.functional.mse_loss(activation(u), t).backward()
            optimizer.step()
        found[name] = path
    return found


@proof(60, near=1e-6)
def overfitting(s: State) -> dict[str, Any]:
    def of(part: str) -> tuple[torch.Tensor, torch.Tensor]:
        x, off = (
            torch.tensor(given("overfitting")[part][name], dtype=torch.float64).unsqueeze(1)
            for name in ("x", "off")
        )
        return x, torch.sin(3 * x) + s["noise"] * off

    def fitted(degree: int, x: torch.Tensor) -> torch.Tensor:
        powers, (seen, t) = torch.arange(degree + 1), of("training")
        return x**powers @ torch.linalg.lstsq(seen**powers, t).solution

    losses = {
        part: [nn.functional.mse_loss(fitted(k, x), t).item() for k in range(12)]
        for part, (x, t) in ((part, of(part)) for part in ("training", "validation"))
    }
    grid = torch.linspace(-1, 1, 81, dtype=torch.float64).unsqueeze(1)
    return {**losses, "curve": fitted(s["degree"], grid).flatten().tolist()}


@proof(100)
def jacobian(s: State) -> dict[str, Any]:
    def f(x: torch.Tensor) -> torch.Tensor:
        return torch.stack([x[0] + x[1], x[0] * x[1], x[1] ** 2])

    x = torch.tensor([s["x1"], s["x2"]], dtype=torch.float64)
    row = torch.eye(3, dtype=torch.float64)[s["row"] - 1]
    column = torch.eye(2, dtype=torch.float64)[s["column"] - 1]
    return {
        "J": torch.func.jacrev(f)(x).tolist(),
        "vjp": torch.func.vjp(f, x)[1](row)[0].tolist(),
        "jvp": torch.autograd.functional.jvp(f, x, column)[1].tolist(),
    }


@proof(400)
def shapes(s: State) -> dict[str, Any]:
    a, b = (
        torch.zeros([rows, columns] if rows else [columns])
        for rows, columns in ((s["ar"], s["ac"]), (s["br"], s["bc"]))
    )
    try:
        result = a + b if s["work"] == "add" else a @ b
    except RuntimeError as error:
        return {"shape": None, "message": str(error)}
    return {"shape": list(result.shape), "message": None}


@proof(200)
def neuron(s: State) -> dict[str, Any]:
    layer = nn.Linear(2, 1, dtype=torch.float64)
    layer.weight.data = torch.tensor([[s["w1"], s["w2"]]], dtype=torch.float64)
    layer.bias.data = torch.tensor([s["b"]], dtype=torch.float64)
    u = layer(torch.tensor([float(s["x1"]), float(s["x2"])], dtype=torch.float64)).item()
    tenths = [round(10 * s[name]) for name in ("w1", "w2", "b")]
    exact = tenths[0] * int(s["x1"]) + tenths[1] * int(s["x2"]) + tenths[2]
    return {
        "u": u,
        "y": torch.tensor(u, dtype=torch.float64).tanh().item(),
        "side": (exact > 0) - (exact < 0),
    }


def made(loss: torch.Tensor, *before: torch.Tensor) -> list[float]:
    """What torch knows of the gradients of all that was made on the way."""
    return [each.item() for each in torch.autograd.grad(loss, [*before, loss])]


@proof(400)
def engine(s: State) -> dict[str, Any]:
    loss = listing.loss(Value(s["w1"]), Value(-0.2), Value(0.8))
    values = loss.graph()
    arrows = [(value, *arrow) for value in values for arrow in value.parents]
    sent = s["step"] - 10  # after seven numbers, their order, the zeros and the 1
    loss.grad = 1.0 if sent >= 0 else 0.0
    for value, parent, slope in arrows[: max(0, sent)]:
        parent.grad += value.grad * slope
    values.reverse()
    data = [value.data for value in values]
    gradients = [value.grad for value in values]
    if sent == len(arrows):
        w1, w2, b = map(number, data[:3])
        products = w1 * 1.0, w2 * 2.0
        u = (total := products[0] + products[1]) + b
        y = u.tanh()
        t_loss = (error := y - 1.0) ** 2
        gradients = made(t_loss, w1, w2, b, *products, total, u, y, error)
        assert data[-1] == pytest.approx(t_loss.item(), rel=1e-12)
    unmade = [None] * max(0, 7 - s["step"])
    return {
        "values": data[: len(data) - len(unmade)] + unmade,
        "gradients": gradients,
        "slopes": [slope for *_, slope in arrows],
    }


def test_every_picture_has_its_proof() -> None:
    assert sorted(PROOFS) == moving.names()


@pytest.mark.parametrize("name", moving.names())
def test_its_numbers_are_torchs(name: str) -> None:
    tried = states(name, CASES[name])
    computed = moving.ask(name, f"{json.dumps(tried)}.map(Moving.pictures.{name}.facts)")
    for state, facts in zip(tried, computed, strict=True):
        for key, expected in PROOFS[name](state).items():
            assert facts[key] == agreeing(expected, NEAR[name]), (state, key)


def agreeing(expected: Any, near: float) -> Any:
    """What equals a number, or lists and tables of numbers, up to the last bits."""
    if isinstance(expected, list):
        return [agreeing(each, near) for each in expected]
    if isinstance(expected, dict):
        return {key: agreeing(each, near) for key, each in expected.items()}
    return (
        pytest.approx(expected, rel=near, abs=near / 100) if type(expected) is float else expected
    )


@pytest.mark.parametrize("name", moving.names())
def test_every_state_can_be_drawn_and_told(name: str) -> None:
    tried = states(name, CASES[name])
    code = f"""{json.dumps(tried)}.map((s) => {{
      const picture = Moving.pictures.{name};
      const f = picture.facts(s);
      const {{ panels, handles }} = Moving.whole(picture);
      return [panels.map(({{ draw }}) => draw(s, f)).join("") + picture.words(s, f),
        handles.map(({{ at }}) => at(s, f))];
    }})"""
    for state, (shown, places) in zip(tried, moving.ask(name, code), strict=True):
        for wrong in ("NaN", "undefined", "null", "Infinity"):
            assert wrong not in shown, state
        for place in places:
            assert all(isinstance(each, int | float) for each in place), state


@pytest.mark.parametrize("name", moving.names())
def test_a_handle_stands_where_it_would_be_put_to_mean_what_it_holds(name: str) -> None:
    code = f"""[Moving.pictures.{name}].map((picture) => {{
      const s = Moving.start(picture);
      return Moving.whole(picture).handles.map(({{ at, to, of }}) =>
        [to(...at(s, picture.facts(s)), s), of.map((each) => s[each])]);
    }})[0]"""
    for meant, held in moving.ask(name, code):
        assert meant == pytest.approx(held)
