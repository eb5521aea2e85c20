"""The neuron in JavaScript computes what torch computes, and a change of any operator shows."""

from __future__ import annotations

import re
import sys

import pytest

from tests.builds import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))

from neuron_cases import MODEL, ModelError, cases, prove, shown

SOURCE = MODEL.read_text("utf-8")
OTHER = {"+": "-", "-": "+", "*": "/", "/": "*", "**": "*", ">": "<", ">=": "<"}

# Changes that cannot show: each with the reason.
EQUIVALENT = {
    "1e-17 * Math.abs(su": "the series ends at terms too small for float64, either way",
    ">= 1e21": "no case is that large; only a diverging neuron shows it",
    "value > 0 ?": "no case is infinite; only a diverging neuron shows it",
}


def code_of(source: str) -> str:
    """The source with everything in comments and strings blanked, every place kept."""
    pattern = r"/\*.*?\*/|//[^\n]*|\"[^\"]*\"|`[^`]*`"
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m[0]), source, flags=re.S)


def mutants() -> list[tuple[str, str]]:
    """Every operator of the file changed, named by its surroundings."""
    found = []
    for match in re.finditer(r" (\*\*|>=|[-+*/>]) |(?<=[\s(,?:])(-)(?=[\w(])", code_of(SOURCE)):
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
        prove(mutant)  # so that nobody lists what does show
    else:
        with pytest.raises(ModelError):
            prove(mutant)


def test_a_script_that_does_not_run_is_refused() -> None:
    with pytest.raises(ModelError, match="neuron_model.js が動きません"):
        prove(SOURCE.replace("const path", "const const"))
