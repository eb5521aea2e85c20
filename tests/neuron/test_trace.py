"""A trace is what autograd computed, and taking it changes nothing."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from neuron import Neuron, by_hand, flow
from neuron import trace as tracing
from neuron.activations import Kind, catalogue, create
from neuron.trace import LIMIT, Box, GraphError, Trace, trace, watch

DIFFERENTIABLE = [item.name for item in catalogue() if item.kind is Kind.ELEMENTWISE]


def box(record: Trace, label: str) -> Box:
    (found,) = [box for box in record.boxes if box.label == label]
    return found


def plain(tensor: torch.Tensor | None) -> object:
    """The numbers of a tensor as a list."""
    return None if tensor is None else tensor.to_dense().tolist()


def random_module(seed: int) -> tuple[nn.Sequential, torch.Tensor]:
    """A module of depth 1 to 4 with any activations, and a batch of 1 to 8 for it."""
    random = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)

    def pick(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (), generator=random))

    width = pick(1, 4)
    x = torch.randn(pick(1, 8), width, generator=random)
    layers: list[nn.Module] = []
    for _ in range(pick(1, 4)):
        following = pick(1, 4)
        activation = create(DIFFERENTIABLE[pick(0, len(DIFFERENTIABLE) - 1)])
        layers += [nn.Linear(width, following), activation]
        width = following
    return nn.Sequential(*layers), x


@pytest.mark.parametrize("seed", range(40))
def test_values_and_gradients_are_those_of_torch_to_the_last_bit(seed: int) -> None:
    module, x = random_module(seed)
    between: list[torch.Tensor] = []
    for layer in module:
        layer.register_forward_hook(lambda _, __, result: between.append(result))
    with watch() as values:
        loss = module(x).square().mean()
    record = trace(loss, values, params=module)

    parameters = dict(module.named_parameters())
    gradients = torch.autograd.grad(loss, list(parameters.values()), retain_graph=True)
    for name, gradient in zip(parameters, gradients, strict=True):
        (output,) = box(record, name).outputs
        assert torch.equal(output.gradient, gradient)
        assert torch.equal(output.value, parameters[name])

    shown = [output for box in record.boxes for output in box.outputs]
    upward = torch.autograd.grad(loss, between)
    for value, gradient in zip(between, upward, strict=True):
        expected = (value.tolist(), gradient.tolist())
        assert expected in [(plain(output.value), plain(output.gradient)) for output in shown]


def test_the_lesson_in_single_steps_is_the_calculation_by_hand() -> None:
    w1, w2, b = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.6, -0.2, 0.8))
    with watch() as values:
        first, second = w1 * 1.0, w2 * 2.0
        u = first + second + b
        y = torch.tanh(u)
        loss = (y - 1.0) ** 2
    names = {"w1": w1, "w2": w2, "b": b, "u": u, "y": y, "L": loss}
    record = trace(loss, values, names=names)

    forward = by_hand.forward((1.0, 2.0), (0.6, -0.2), 0.8)
    back = by_hand.backward((1.0, 2.0), (0.6, -0.2), 0.8, 1.0)
    expected = {
        "w1": (0.6, back.dL_dw[0]),
        "w2": (-0.2, back.dL_dw[1]),
        "b": (0.8, back.dL_db),
        "u": (forward.u, back.dL_du),
        "y": (forward.y, back.dL_dy),
        "L": (by_hand.squared_error(forward.y, 1.0), 1.0),
    }
    for label, (value, gradient) in expected.items():
        (output,) = box(record, label).outputs
        assert output.value.item() == pytest.approx(value, rel=1e-14)
        assert output.gradient.item() == pytest.approx(gradient, rel=1e-14)
        assert output.shape == ()
    (arrow,) = box(record, "y").arrows
    assert arrow.derivative == pytest.approx(back.dy_du, rel=1e-14)
    assert arrow.gradient.item() == pytest.approx(back.dL_du, rel=1e-14)
    assert record.boxes[arrow.target].label == "u"
    assert [each.made for each in record.boxes if each.made] == [6 + 1, 6, 5, 4, 3, 2, 1]
    assert [each.order for each in record.boxes] == list(range(1, 11))
    assert {k: plain(v) for k, v in box(record, "y").saved.items()} == {"result": forward.y}


def test_the_order_is_the_one_in_which_the_engine_runs() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    with watch() as values:
        loss = nn.MSELoss()(model(torch.tensor([[1.0, 2.0]])), torch.ones(1, 1))
    assert [(box.order, box.name) for box in trace(loss, values).boxes] == [
        (1, "MseLossBackward0"),
        (2, "TanhBackward0"),
        (3, "AddmmBackward0"),
        (4, "AccumulateGrad"),
        (5, "TBackward0"),
        (6, "AccumulateGrad"),
        (None, ""),  # the target and the input, which get no gradient
        (None, ""),
    ]


def test_what_nobody_saw_is_unknown_and_not_invented() -> None:
    model = Neuron()
    unseen = trace(model(torch.ones(1, 2)), params=model)
    known = [box.name for box in unseen.boxes if box.outputs[0].value is not None]
    assert known == ["TanhBackward0"]  # the output itself
    assert {box.made for box in unseen.boxes} == {None}
    assert [box.label for box in unseen.boxes if box.label] == ["layer1.bias", "layer1.weight"]


def test_a_node_with_several_outputs_has_them_all() -> None:
    x = torch.arange(6.0, requires_grad=True)
    with watch() as values:
        first, last = x.split(4)
        total = first.sum() + 2 * last.sum()
    (split,) = [b for b in trace(total, values).boxes if b.name == "SplitBackward0"]
    assert [plain(output.value) for output in split.outputs] == [[0, 1, 2, 3], [4, 5]]
    assert [plain(output.gradient) for output in split.outputs] == [[1, 1, 1, 1], [2, 2]]
    assert [output.shape for output in split.outputs] == [(4,), (2,)]


def test_an_output_that_nothing_uses_has_a_value_and_no_gradient() -> None:
    x = torch.arange(6.0, requires_grad=True)
    with watch() as values:
        first, last = x.split(4)
        total = first.sum()
    (split,) = [b for b in trace(total, values).boxes if b.name == "SplitBackward0"]
    assert [(o.shape, plain(o.value), plain(o.gradient)) for o in split.outputs] == [
        ((4,), [0, 1, 2, 3], [1, 1, 1, 1]),
        ((2,), [4, 5], None),
    ]
    unseen = [b for b in trace(total).boxes if b.name == "SplitBackward0"][0]
    assert [(o.shape, plain(o.value), plain(o.gradient)) for o in unseen.outputs] == [
        ((4,), None, [1, 1, 1, 1]),
        (None, None, None),
    ]


def test_an_output_alone_in_use_is_not_taken_for_the_first() -> None:
    x = torch.arange(6.0, requires_grad=True)
    with watch() as values:
        total = x.split(4)[1].sum()
    (split,) = [b for b in trace(total, values).boxes if b.name == "SplitBackward0"]
    assert [plain(output.gradient) for output in split.outputs] == [None, [1, 1]]


def test_what_an_operation_saved_is_listed_by_its_name() -> None:
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    record = trace((x**3).sum(), names={"x": x})
    (power,) = [b for b in record.boxes if b.name == "PowBackward0"]
    assert power.saved["exponent"] == 3.0
    assert plain(power.saved["self"]) == [2.0, 3.0]
    (softmax,) = [b for b in trace(x.softmax(0)[0]).boxes if b.name == "SoftmaxBackward0"]
    assert list(softmax.saved) == ["dim", "result"]


def test_a_tensor_that_is_used_twice_gets_the_sum() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    with watch() as values:
        y = x * x
    record = trace(y, values, names={"x": x})
    assert box(record, "x").outputs[0].gradient == 6.0
    (mul,) = [each for each in record.boxes if each.arrows]
    assert [(arrow.target, arrow.derivative) for arrow in mul.arrows] == [(1, 3.0), (1, 3.0)]


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * gradient


def test_a_function_of_ones_own_is_traced_too() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    with watch() as values:
        y = Cube.apply(x)
    cube, leaf = trace(y, values).boxes
    assert (cube.name, leaf.outputs[0].gradient) == ("CubeBackward", 12.0)


class Ignoring(torch.autograd.Function):
    """Passes its gradient to the second input alone."""

    @staticmethod
    def forward(ctx, ignored, x):
        return ignored + x

    @staticmethod
    def backward(ctx, gradient):
        return None, gradient


def test_a_box_that_no_gradient_reaches_has_none() -> None:
    ignored, x = (torch.tensor(v, requires_grad=True) for v in (2.0, 3.0))
    with watch() as values:
        y = Ignoring.apply(ignored.exp(), x)
    record = trace(y, values, names={"ignored": ignored, "x": x})
    assert [(each.name, each.label, each.order) for each in record.boxes] == [
        ("IgnoringBackward", "", 1),
        ("AccumulateGrad", "x", 2),
        ("ExpBackward0", "", 3),  # the engine runs it with nothing to pass on
        ("AccumulateGrad", "ignored", 4),
    ]
    assert [arrow.gradient for arrow in record.boxes[0].arrows] == [None, 1.0]
    assert [arrow.gradient for arrow in record.boxes[2].arrows] == [None]
    assert [output.gradient for output in record.boxes[3].outputs] == [None]


def test_an_input_that_needs_no_gradient_has_no_arrow() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    record = trace(torch.tensor(2.0) * x)
    assert [(arrow.target, arrow.gradient) for arrow in record.boxes[0].arrows] == [(1, 2.0)]
    assert len(record.boxes) == 2  # nobody saw the other factor


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_other_dtypes_are_traced(dtype: torch.dtype) -> None:
    model = Neuron().to(dtype)
    with watch() as values:
        output = model(torch.ones(1, 2, dtype=dtype))
    record = trace(output, values, params=model)
    gradient = torch.autograd.grad(output, model.layer1.bias)[0]
    assert box(record, "layer1.bias").outputs[0].gradient.tolist() == gradient.tolist()


def test_a_graph_of_a_gradient_is_traced() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    with watch() as values:
        (slope,) = torch.autograd.grad(x**3, x, create_graph=True)
    record = trace(slope, values, names={"x": x})
    assert box(record, "x").outputs[0].gradient == 12.0


def test_a_gradient_can_be_given_for_an_output_of_any_shape() -> None:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    record = trace(x**2, names={"x": x}, gradient=torch.tensor([1, 10, 100]))
    assert box(record, "x").outputs[0].gradient.tolist() == [2.0, 40.0, 600.0]


def test_a_sparse_gradient_is_shown_in_full() -> None:
    table = nn.Embedding(2, 3, sparse=True)
    record = trace(table(torch.tensor([1])).sum(), params=table)
    assert box(record, "weight").outputs[0].gradient.to_dense().tolist() == [[0.0] * 3, [1.0] * 3]


def test_tracing_changes_no_gradient_parameter_hook_or_random_number() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Dropout(), nn.Tanh(), nn.Linear(3, 1))
    x = torch.ones(4, 2)
    model(x).sum().backward()
    seen: list[str] = []
    model[0].weight.register_post_accumulate_grad_hook(lambda _: seen.append("accumulated"))
    with watch() as values:
        loss = model(x).sum()

    def state() -> list[list]:
        parameters = list(model.parameters())
        return [
            [p.tolist() for p in parameters],
            [p.grad.tolist() for p in parameters],
            torch.get_rng_state().tolist(),
        ]

    before = state()
    first = trace(loss, values, params=model)
    assert state() == before
    assert seen == []
    again = trace(loss, values, params=model)  # no hook of the first one is left
    assert repr(flow.table(again)) == repr(flow.table(first))

    loss.backward()  # and the graph can still be used
    assert seen == ["accumulated"]


def freed() -> torch.Tensor:
    output = torch.tensor(2.0, requires_grad=True).exp()
    output.backward()
    return output


def overwritten() -> torch.Tensor:
    middle = torch.tensor(2.0, requires_grad=True).exp()
    output = middle * 2
    middle += 1
    return output


class Broken(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        raise RuntimeError("broken on purpose")


class Freed(Broken):
    """What older versions of torch say of a graph that is gone."""

    @staticmethod
    def backward(ctx, gradient):
        raise RuntimeError("Saved tensors have already been freed.")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: torch.ones(1),
            "このテンソルには計算グラフがありません（grad_fn が None です）。"
            "requires_grad=True の値から、torch.no_grad() の外で計算してください。",
        ),
        (lambda: 1.0, "テンソルを渡してください。渡された値: 1.0"),
        (
            freed,
            "この計算グラフは、backward() のあとで捨てられています。"
            "もう一度順伝播を行うか、backward(retain_graph=True) としてください。",
        ),
        (
            overwritten,
            "逆伝播に必要な値が、あとから書き換えられています。"
            "x += 1 や x.relu_() の代わりに、新しい変数に入れてください。",
        ),
        (
            lambda: torch.ones(2, requires_grad=True) * 2,
            "出力の形が (2,) で、数1つではありません。"
            "損失を渡すか、gradient に同じ形の勾配を渡してください。",
        ),
        (
            lambda: Broken.apply(torch.tensor(1.0, requires_grad=True)),
            "逆伝播が失敗しました: broken on purpose",
        ),
        (
            lambda: Freed.apply(torch.tensor(1.0, requires_grad=True)),
            "この計算グラフは、backward() のあとで捨てられています。"
            "もう一度順伝播を行うか、backward(retain_graph=True) としてください。",
        ),
    ],
)
def test_what_cannot_be_traced_is_refused_in_plain_words(make, message: str) -> None:
    output = make()
    with pytest.raises(GraphError) as raised:
        trace(output)
    assert str(raised.value) == message


def test_a_graph_of_as_many_boxes_as_allowed_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "LIMIT", 10)
    x = torch.tensor(1.0, requires_grad=True)
    for _ in range(9):
        x = x + 1
    assert len(trace(x).boxes) == 10 < LIMIT
    with pytest.raises(GraphError) as raised:
        trace(x + 1)
    assert str(raised.value) == (
        "計算グラフの箱が 10 を超えました。層やデータを減らすか、途中の値から描いてください。"
    )


def test_a_gradient_of_another_shape_is_refused() -> None:
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(GraphError) as raised:
        trace(x * 2, gradient=torch.ones(3))
    assert str(raised.value) == "gradient の形 (3,) が、出力の形 (2,) と違います。"


def test_a_refused_trace_leaves_no_hook() -> None:
    output = Broken.apply(torch.tensor(1.0, requires_grad=True))
    calls: list[int] = []
    for _ in range(2):
        with pytest.raises(GraphError):
            trace(output)
    output.grad_fn.register_prehook(lambda g: calls.append(1))
    with pytest.raises(RuntimeError):
        output.backward()
    assert calls == [1]
