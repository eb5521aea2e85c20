"""What the moving pictures compute is what torch computes, in V8, the engine of browsers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import torch

from booksite import moving

State = dict[str, Any]
PROOFS: dict[str, Callable[[State], dict[str, Any]]] = {}
CASES = 200


def proof(check: Callable[[State], dict[str, Any]]) -> Callable[[State], dict[str, Any]]:
    """Make a function the proof of the picture of its name: torch's facts of a state."""
    PROOFS[check.__name__] = check
    return check


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
        return min(high, round(low + steps * step, 6))

    def chosen(options: dict[str, str]) -> str:
        return list(options)[int(torch.randint(len(options), (), generator=draw))]

    while len(found) < count:
        numbers = {k: any_of(v["low"], v["high"], v["step"]) for k, v in values.items()}
        found.append(numbers | {k: chosen(v["options"]) for k, v in choices.items()})
    return found


@proof
def secant(s: State) -> dict[str, Any]:
    x = number(s["x"])
    y = x**2
    y.backward()
    far = (x + s["h"]).detach() ** 2
    secant = ((far - y) / s["h"]).item() if s["h"] else None
    return {"y": y.item(), "far": far.item(), "secant": secant, "slope": x.grad.item()}


@proof
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


@proof
def boundary(s: State) -> dict[str, Any]:
    x = torch.tensor([s["x1"], s["x2"]], dtype=torch.float64)
    layer = torch.nn.Linear(2, 1, dtype=torch.float64)
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


def test_every_picture_has_its_proof() -> None:
    assert sorted(PROOFS) == moving.names()


@pytest.mark.parametrize("name", moving.names())
def test_its_numbers_are_torchs(name: str) -> None:
    given = states(name, CASES)
    computed = moving.ask(name, f"{json.dumps(given)}.map(Moving.pictures.{name}.facts)")
    for state, facts in zip(given, computed, strict=True):
        for key, expected in PROOFS[name](state).items():
            assert facts[key] == agreeing(expected), (state, key)


def agreeing(expected: Any) -> Any:
    """What equals a number, or lists of numbers, up to the last bits."""
    if isinstance(expected, list):
        return [agreeing(each) for each in expected]
    return pytest.approx(expected, rel=1e-9, abs=1e-11) if isinstance(expected, float) else expected


@pytest.mark.parametrize("name", moving.names())
def test_every_state_can_be_drawn_and_told(name: str) -> None:
    given = states(name, CASES)
    code = f"""{json.dumps(given)}.map((s) => {{
      const picture = Moving.pictures.{name};
      const f = picture.facts(s);
      const {{ panels, handles }} = Moving.whole(picture);
      return [panels.map(({{ draw }}) => draw(s, f)).join("") + picture.words(s, f),
        handles.map(({{ at }}) => at(s, f))];
    }})"""
    for state, (shown, places) in zip(given, moving.ask(name, code), strict=True):
        for wrong in ("NaN", "undefined", "null", "Infinity", "-0.", "--"):
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
