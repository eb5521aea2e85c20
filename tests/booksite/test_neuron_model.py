"""The neuron in JavaScript computes what torch computes, and a change of any operator shows."""

from __future__ import annotations

import json
import math
import random
import re
from functools import cache

import pytest
from py_mini_racer import JSEvalException, JSTimeoutException

from booksite.explorer.cases import MODEL, ModelError, cases, prove, shown
from booksite.explorer.facts import Square, State, neuron_facts, square_facts
from booksite.v8 import engine
from neuron.activations import COMPARED

SOURCE = MODEL.read_text("utf-8")
OTHER = {"+": "-", "-": "+", "*": "/", "/": "*", "**": "*", ">": "<", "<": ">"}
OTHER |= {"===": "!==", "&&": "||", "||": "&&", "%": "*", "+=": "-=", "*=": "/="}

# Changes that cannot show: each with the reason.
EQUIVALENT = {
    "1e-17 * Math.abs(su": "the series ends at terms too small for float64, either way",
}

# Numbers to show: sizes, ties, carries from digit to digit, and what is no number.
NUMBERS = [0.0, 0.03125, 0.09375, 0.00005, 1e-9, 0.99995, 9.99996, 1234.56789, 9999.99994]
NUMBERS += [9999.99996, 10000.0, 10050.0, 10150.0, 99949.9, 99950.1, 123456.7, 1e15, 9.996e21]
NUMBERS += [1.5e100, 9.999e99, 1.7e308, math.inf]
NUMBERS += [-number for number in NUMBERS]


@cache
def facts() -> list[tuple[str, object, dict[str, object]]]:
    """What torch computes of states as a reader sets them: random ones, flat ones, far ones."""
    chance = random.Random(0)
    neurons = [State(), State(steps=3), State(w1=0.0, w2=0.0), State(b=5.0, steps=100)]
    neurons += [State(activation="Softplus", lr=1.0, t=-5.0)]  # learns until nothing is left of u
    neurons += [State(activation="LeakyReLU", lr=1.0, x1=5.0, x2=5.0, t=-5.0, steps=4)]  # diverges
    for name in COMPARED:
        numbers = [round(chance.uniform(-3, 3), 1) for _ in range(6)]
        neurons.append(State(*numbers, activation=name, lr=0.01, steps=chance.randrange(5)))
    squares = [Square(x, calls) for x, calls in ((1.0, 1), (-1.7, 0), (2.3, 3), (0.0, 10))]
    return [("facts", state.__dict__, neuron_facts(state)) for state in neurons] + [
        ("square", state.__dict__, square_facts(state)) for state in squares
    ]


def check(source: str) -> None:
    """Everything that the file computes: the proof of the page, all facts, all texts of numbers.

    Raises:
        ModelError: if any of it is not what torch computes and Python writes.

    """
    prove(source)
    try:
        with engine(source) as v8:
            for name, state, expected in facts():
                code = f"NeuronModel.{name}({json.dumps(state)})"
                found = json.loads(v8.eval(f"JSON.stringify({code}, {PLAIN})", timeout_sec=5))
                if not same(found, expected):
                    raise ModelError(f"{state}: {found} is not {expected}")
            for number in [*NUMBERS, math.nan]:
                text = v8.eval(f"NeuronModel.format({json.dumps(number)})", timeout_sec=5)
                if text != shown(number):
                    raise ModelError(f"{number} is shown as {text}")
    except (JSEvalException, JSTimeoutException) as error:
        raise ModelError(str(error)) from error


PLAIN = '(_, value) => typeof value === "number" && !Number.isFinite(value) ? `${value}` : value'


def same(found: object, expected: object) -> bool:
    """Equal in structure, and each number within 1e-12 of the greater of 1 and its size."""
    match expected:
        case dict():
            return found.keys() == expected.keys() and all(
                same(found[name], value) for name, value in expected.items()
            )
        case list():
            return len(found) == len(expected) and all(map(same, found, expected))
        case int() | float() if not isinstance(expected, bool):
            number = float(found)  # reads "Infinity" and "NaN", too
            return number == expected or abs(number - expected) <= 1e-12 * max(1, abs(expected))
    return found == expected


def code_of(source: str) -> str:
    """The source with everything in comments and strings blanked, every place kept."""
    pattern = r"/\*.*?\*/|//[^\n]*|\"[^\"]*\"|`[^`]*`"
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m[0]), source, flags=re.S)


# Between blanks, an operator of two sides; before a name or a bracket, the sign of a number.
OPERATOR = r" (\*\*|===|&&|\|\||\+=|\*=|[-+*/%<>]) |(?<=[\s(,?:])(-)(?=[\w(])"


def mutants() -> list[tuple[str, str]]:
    """Every operator of the file changed, named by its surroundings."""
    found = []
    for match in re.finditer(OPERATOR, code_of(SOURCE)):
        group = 1 if match[1] else 2
        start, end = match.span(group)
        around = SOURCE[max(0, start - 12) : end + 12].replace("\n", " ")
        new = OTHER[match[group]] if group == 1 else ""
        found.append(
            (f"{SOURCE[:start].count(chr(10)) + 1}: {around}", SOURCE[:start] + new + SOURCE[end:])
        )
    return found


def test_it_agrees_with_torch_in_thousands_of_cases() -> None:
    proof = prove(SOURCE)
    assert len(proof.cases) >= 3000
    assert proof.largest <= 1e-12


def test_the_cases_hold_the_lesson_and_what_is_difficult() -> None:
    lesson = cases()[0]
    assert lesson.state["activation"] == "Tanh"
    assert [shown(lesson.results[name]) for name in ("y", "loss", "w1", "w2", "b")] == [
        "0.7616",
        "0.0568",
        "−0.2002",
        "−0.4005",
        "−0.2002",
    ]
    after = [shown(lesson.results[f"next_{name}"]) for name in ("w1", "w2", "b", "loss")]
    assert after == ["0.6200", "−0.1600", "0.8200", "0.0370"]
    us = [case.results["u"] for case in cases()]
    assert 0.0 in us
    assert 0.03125 in us
    assert max(us) > 20
    assert min(us) < -20


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.03125, "0.0312"), (-0.03125, "−0.0312"), (0.00005, "0.0001"), (-0.00001, "0.0000")],
)
def test_numbers_are_shown_as_python_rounds_them(number: float, text: str) -> None:
    assert shown(number) == text


# V8 complains when it is closed while a loop without end still runs.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name, mutant", mutants(), ids=[name for name, _ in mutants()])
def test_a_changed_operator_is_noticed(name: str, mutant: str) -> None:
    reasons = [reason for words, reason in EQUIVALENT.items() if words in name]
    if reasons:
        check(mutant)  # so that nobody lists what does show
    else:
        with pytest.raises(ModelError):
            check(mutant)


def test_everything_it_computes_is_what_torch_computes() -> None:
    check(SOURCE)


def test_a_script_that_does_not_run_is_refused() -> None:
    with pytest.raises(ModelError, match="neuron_model.js が動きません"):
        prove(SOURCE.replace("const path", "const const"))
