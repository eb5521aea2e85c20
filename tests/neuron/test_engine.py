"""The engine that the book writes by itself computes what torch computes."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import assume, given, settings

from neuron import by_hand, flow
from neuron import trace as tracing
from neuron.engine import Value
from neuron.stages import stage_of
from neuron.trace import GraphError, Trace, trace, watch

Number = Value | torch.Tensor

# Each keeps its operand away from where it has no derivative, or no value.
OPERATIONS: list[Callable[[Number, Number], Number]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1),
    lambda a, b: 2 / (a * a + 1) + b / 4,
    lambda a, b: -a,
    lambda a, b: 1 - a,
    lambda a, b: 3 + 2 * a,
    lambda a, b: a**2,
    lambda a, b: a**3,
    lambda a, b: a**0,
    lambda a, b: (a * a + 1) ** -0.5,
    lambda a, b: a.tanh(),
    lambda a, b: a.tanh().exp(),
    lambda a, b: a.relu(),
]

steps = st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 20), st.integers(0, 20))
leaves = st.lists(st.floats(-2, 2, allow_subnormal=False), min_size=1, max_size=4)


def run(program: list, numbers: list[Number]) -> Number:
    """Apply each step to two of the numbers there are, and return the last."""
    numbers = list(numbers)
    for operation, i, j in program:
        numbers.append(operation(numbers[i % len(numbers)], numbers[j % len(numbers)]))
    return numbers[-1]


@given(leaves, st.lists(steps, min_size=1, max_size=10))
@settings(deadline=None, max_examples=200)
def test_any_expression_has_the_value_and_the_gradients_of_torch(
    data: list[float], program: list
) -> None:
    values = [Value(number) for number in data]
    result = run(program, values)
    assume(all(abs(v.data) < 1e3 for v in result.graph()))
    result.backward()
    assume(all(abs(v.grad) < 1e3 for v in result.graph()))

    tensors = [torch.tensor(n, dtype=torch.float64, requires_grad=True) for n in data]
    expected = run(program, tensors)
    expected.backward()
    assert result.data == pytest.approx(expected.item(), abs=1e-9)
    for value, tensor in zip(values, tensors, strict=True):
        gradient = 0.0 if tensor.grad is None else tensor.grad.item()
        assert value.grad == pytest.approx(gradient, abs=1e-8)


@pytest.mark.parametrize("operation", [lambda x: x**0, lambda x: x**1, lambda x: x.relu()])
def test_corners_have_the_slopes_of_torch(operation: Callable[[Number], Number]) -> None:
    x, tensor = Value(0.0), torch.zeros((), dtype=torch.float64, requires_grad=True)
    operation(x).backward()
    operation(tensor).backward()
    assert x.grad == tensor.grad.item()


EDGES: list[Callable[[Number], Number]] = [
    lambda x: x**0.5,
    lambda x: x ** (1 / 3),
    lambda x: x**-1,
    lambda x: x**-2,
    lambda x: x**3,
    lambda x: x**0,
    lambda x: 1 / x,
    lambda x: x / x,
    lambda x: x / 1e200,
    lambda x: x / (x * 0 + 1e200),
    lambda x: (x * 0 + 1) / x,
    lambda x: x.exp(),
    lambda x: 1 / (1 + (-x).exp()),
    lambda x: x.tanh(),
    lambda x: x.relu(),
]
EXTREMES = (0.0, -0.0, 1e-8, 1e-200, -8.0, 1e200, -1e200, 710.0, -710.0)
EXTREMES += (float("inf"), float("-inf"), float("nan"))


@pytest.mark.parametrize("x", EXTREMES)
def test_the_edges_of_the_numbers_are_those_of_torch(x: float) -> None:
    for operation in EDGES:
        value, tensor = Value(x), torch.tensor(x, dtype=torch.float64, requires_grad=True)
        mine, theirs = operation(value), operation(tensor)
        mine.backward()
        theirs.backward()
        expected = (theirs.item(), tensor.grad.item())
        assert (mine.data, value.grad) == pytest.approx(expected, nan_ok=True, rel=1e-12)


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        (lambda v: v + 1, "Add"),
        (lambda v: 1 + v, "Add"),
        (lambda v: v - 1, "Sub"),
        (lambda v: v * 2, "Mul"),
        (lambda v: v / 2, "Div"),
        (lambda v: 2 / v, "Div"),
        (lambda v: v**2, "Pow"),
        (lambda v: -v, "Neg"),
        (lambda v: v.tanh(), "Tanh"),
        (lambda v: v.exp(), "Exp"),
        (lambda v: v.relu(), "Relu"),
        (lambda v: v, ""),
    ],
)
def test_a_value_is_named_by_what_made_it(operation: Callable, name: str) -> None:
    assert operation(Value(3.0)).name == name


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Value(3.0) * torch.tensor(2.0, requires_grad=True), ".item() で数に"),
        (lambda: torch.tensor(2.0) + Value(3.0), ".item() で数に"),
        (lambda: Value(3.0) / "2", "Value と計算できるのは、Value と、ただの数だけです。"),
        (lambda: Value(3.0) / "2", "渡された値: '2'"),
        (lambda: Value(3.0) ** Value(2.0), "指数は、ただの数で書いてください。渡された値: Value(2"),
    ],
)
def test_what_would_lose_its_gradient_is_no_constant(wrong: Callable, words: str) -> None:
    with pytest.raises(TypeError) as raised:
        wrong()
    assert words in str(raised.value)


def lesson(number: Callable[[float], Number]) -> dict[str, Number]:
    """The neuron of the book, computed in the order of the lesson."""
    w1, w2, b = number(0.6), number(-0.2), number(0.8)
    first, second = w1 * 1.0, w2 * 2.0
    total = first + second
    u = total + b
    y = u.tanh()
    error = y - 1.0
    named = {"w1": w1, "w2": w2, "b": b, "first": first, "second": second, "total": total}
    return named | {"u": u, "y": y, "error": error, "loss": error**2}


def test_the_neuron_of_the_book_has_the_gradients_of_the_hand_calculation() -> None:
    values = lesson(Value)
    values["loss"].backward()
    hand = by_hand.backward(x=(1.0, 2.0), w=(0.6, -0.2), b=0.8, t=1.0)
    grads = {name: value.grad for name, value in values.items()}
    assert grads["y"] == pytest.approx(hand.dL_dy)
    assert grads["u"] == pytest.approx(hand.dL_du)
    assert (grads["w1"], grads["w2"]) == pytest.approx(hand.dL_dw)
    assert grads["b"] == pytest.approx(hand.dL_db)
    assert [slope for _, slope in values["y"].parents] == pytest.approx([hand.dy_du])


def test_gradients_of_leaves_add_up_and_those_between_do_not() -> None:
    x = Value(3.0)
    y = x * 2
    z = y * y
    for times in (1, 2, 3):
        z.backward()
        assert (y.grad, x.grad, z.grad) == (12.0, 24.0 * times, 1.0)


def test_the_gradient_of_a_leaf_by_itself_adds_up_too() -> None:
    x = Value(3.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


def test_a_gradient_is_passed_on_once_whatever_the_number_of_paths() -> None:
    x = y = Value(1.0)
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60
    assert len(y.graph()) == 61


def test_a_long_calculation_meets_no_limit() -> None:
    x = y = Value(0.0)
    for _ in range(20_000):
        y = y + 1
    y.backward()
    assert (y.data, x.grad) == (20_000.0, 1.0)


def test_a_plain_number_has_no_arrow() -> None:
    x = Value(2.0)
    assert (x + 1).parents == ((x, 1.0),)
    assert (5 * x).parents == ((x, 5.0),)
    assert x.parents == ()


def test_a_value_says_its_number_and_its_gradient() -> None:
    x = Value(2)
    (x**2).backward()
    assert repr(x) == "Value(2.0000, grad=4.0000)"
    assert isinstance(x.data, float)


def test_its_graph_is_traced_as_that_of_torch() -> None:
    values = lesson(Value)
    values["loss"].backward()
    mine = trace(values["loss"], names=values)
    with watch() as seen:
        tensors = lesson(
            lambda number: torch.tensor(number, dtype=torch.float64, requires_grad=True)
        )
    theirs = trace(tensors["loss"], seen, names=tensors)

    assert [box.order for box in mine.boxes] == list(range(1, 11))
    for name in values:
        here, there = named(mine, name), named(theirs, name)
        assert f"{here.name}Backward0" == there.name or here.name == there.name
        assert stage_of(here.name) == stage_of(there.name) > 0
        assert here.made == there.made
        assert here.outputs[0].shape == there.outputs[0].shape == ()
        assert here.outputs[0].value == pytest.approx(there.outputs[0].value)
        assert here.outputs[0].gradient == pytest.approx(there.outputs[0].gradient)
        assert here.saved == {}
        arrows = zip(here.arrows, there.arrows, strict=True)
        for arrow, other in arrows:
            assert mine.boxes[arrow.target].label == theirs.boxes[other.target].label
            assert arrow.gradient == pytest.approx(other.gradient)
            assert arrow.derivative == pytest.approx(other.derivative)


def named(record: Trace, name: str):
    (found,) = [box for box in record.boxes if box.label == name]
    return found


def test_its_graph_is_drawn_as_that_of_torch() -> None:
    values = lesson(Value)
    values["loss"].backward()
    picture = flow.draw(trace(values["loss"], names={"損失": values["loss"]}))
    assert picture.description.startswith("1番目、損失: 値 0.0568、勾配 1.0000。2番目、Sub: ")
    assert picture.svg.count('class="badge stage-4"') == 3
    assert "<title>値と勾配を書きこんだ計算グラフ</title>" in picture.svg


def test_a_trace_holds_the_gradients_of_one_pass_whatever_ran_before() -> None:
    x = Value(2.0)
    for _ in range(2):
        y = x**2 + 3 * x
        y.backward()
    record = trace(y, names={"x": x, "elsewhere": Value(1.0)})
    (leaf,) = [box for box in record.boxes if box.label == "x"]
    assert leaf.outputs[0].gradient == 7.0 != x.grad
    assert record.missing == ("elsewhere",)
    inner = Value(3.0) * 2
    (inner + 1).backward()
    assert trace(inner).boxes[1].outputs[0].gradient == 2.0


def test_what_was_not_computed_has_no_graph() -> None:
    with pytest.raises(
        GraphError, match="^この Value には計算グラフがありません。計算の結果を渡してください。$"
    ):
        trace(Value(1.0))


def test_a_graph_that_is_too_large_is_not_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "LIMIT", 9)
    y = Value(0.0)
    for _ in range(9):
        y = y + 1
    with pytest.raises(GraphError, match="9 を超えました"):
        trace(y)
