"""The code beside the picture of the engine: the lines of the file, lit when they run."""

from __future__ import annotations

import inspect
import re

from booksite import moving
from booksite.moving.listing import listing, loss
from neuron import engine
from neuron.engine import Value

PRODUCT = re.compile(r"([-−\d.]+) × \(?([-−\d.]+)\)? ([=≈]) ([-−\d.]+)")


def lit() -> dict[int, str]:
    """The line that is lit at each step."""
    lines = [line for method in listing() for line in method["lines"]]
    steps = sorted((step, line["text"]) for line in lines for step in line["at"])
    assert [step for step, _ in steps] == list(range(1, len(steps) + 1))  # one line a step
    return dict(steps)


def test_the_lines_are_those_of_the_file() -> None:
    file = inspect.getsource(engine).splitlines()
    for method in listing():
        assert method["lines"][0]["text"].startswith(f"def {method['name'].split('.')[1]}(")
        for line in method["lines"]:
            assert file[line["number"] - 1] == f"    {line['text']}".rstrip()


def test_each_step_lights_what_makes_it() -> None:
    values = loss(Value(0.6), Value(-0.2), Value(0.8)).graph()
    names = [value.name for value in reversed(values) if value.name]
    arrows = [parent for value in values for parent in value.parents]
    found = lit()
    assert max(found) == moving.ask("engine", "Moving.pictures.engine.values.step.high")
    for (_, text), name in zip(found.items(), names, strict=False):
        assert f'"{name}"' in text
    rest = [text.strip() for text in found.values()][len(names) :]
    assert rest[0].startswith("return sorted(")
    assert rest[1:3] == ["value.grad = 0.0", "self.grad += 1.0"]
    assert rest[3:] == ["parent.grad += value.grad * slope"] * len(arrows)


def test_who_types_a_printed_product_gets_what_is_printed() -> None:
    told = moving.ask(
        "engine",
        "Moving.range(61).flatMap((k) =>"
        " Moving.range(19).map((n) => ({ step: n + 1, w1: -3 + k / 10 })))"
        ".map((s) => Moving.pictures.engine.words(s, Moving.pictures.engine.facts(s)))",
    )
    products = [found for words in told for found in PRODUCT.findall(words.replace("−", "-"))]
    assert len(products) == 61 * 9
    for one, other, sign, result in products:
        typed = float(one) * float(other)
        assert round(typed, 4) == float(result), (one, other, result)
        assert (sign == "=") == (abs(typed - float(result)) < 1e-9), (one, other, result)
