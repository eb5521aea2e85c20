"""What ran forward is recorded as it ran, for any model, and nothing of the reader's changes."""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from neuron import Neuron, flow
from neuron.trace import Box, GraphError, Trace, trace, watch


def box(record: Trace, label: str) -> Box:
    (found,) = [box for box in record.boxes if box.label == label]
    return found


# Each takes two tensors and gives another one; a shape that does not fit is tried no further.
OPERATIONS: list[Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = [
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: a @ b,
    lambda a, b: a.relu(),
    lambda a, b: a.sigmoid(),
    lambda a, b: a.t(),
    lambda a, b: a.reshape(-1),
    lambda a, b: a.sort(dim=-1)[0],
    lambda a, b: F.dropout(a, 0.5),
    lambda a, b: a.clone().mul_(b),
    lambda a, b: a.clone().add_(1).relu_(),
    lambda a, b: a.softmax(-1),
    lambda a, b: torch.index_fill(a, 0, torch.tensor([0]), 2.0),
    lambda a, b: a.chunk(2, dim=-1)[1],
    lambda a, b: a.max(dim=-1)[0],
    lambda a, b: torch.cat([a, a]),
    lambda a, b: a.sum(dim=0),
    lambda a, b: a.unsqueeze(0).expand(2, *a.shape),
    lambda a, b: torch.where(a > 0, a, a * 0.1),
    lambda a, b: F.layer_norm(a, a.shape[-1:]),
    lambda a, b: (a * 2).clamp(-1, 1),
    lambda a, b: a.cumsum(0)[..., ::2],
    lambda a, b: overwrite_first(a.clone()),
]


def overwrite_first(a: torch.Tensor) -> torch.Tensor:
    a[0] = a[0] * 2
    return a


def random_graph(seed: int) -> list[torch.Tensor]:
    """Leaves, and what some 20 operations made of them."""
    pick = random.Random(seed)
    torch.manual_seed(seed)
    made = [torch.randn(3, 3, requires_grad=True) for _ in range(3)]
    for _ in range(pick.randrange(4, 40)):
        try:
            result = pick.choice(OPERATIONS)(pick.choice(made), pick.choice(made))
        except (RuntimeError, IndexError):
            continue
        if 0 < result.numel() <= 500:
            made.append(result)
    return made


@pytest.mark.parametrize("seed", range(60))
def test_a_random_graph_has_the_values_and_gradients_of_torch(seed: int) -> None:
    with watch() as values:
        made = random_graph(seed)
        loss = sum(tensor.sin().sum() for tensor in made[-3:])
    names = {f"t{number}": tensor for number, tensor in enumerate(made)}
    record = trace(loss, values, names=names)
    shown = {n: o for b in record.boxes for o in b.outputs for n in o.label.split("、")}
    gradients = torch.autograd.grad(loss, made, allow_unused=True)
    for name, tensor, gradient in zip(names, made, gradients, strict=True):
        if gradient is not None:
            torch.testing.assert_close(shown[name].value, tensor.detach(), rtol=0, atol=0)
            torch.testing.assert_close(shown[name].gradient, gradient, rtol=0, atol=0)
    assert all(o.value is not None and o.sum is None for b in record.boxes for o in b.outputs)


def experts(x: torch.Tensor, gate: nn.Linear, layers: list[nn.Linear]) -> torch.Tensor:
    weights = gate(x).softmax(-1)
    result = torch.zeros_like(x)
    for number, layer in enumerate(layers):
        rows = torch.where(weights.argmax(-1) == number)[0]
        result.index_add_(0, rows, layer(x[rows]) * weights[rows, number, None])
    return result


def penalty(layer: nn.Linear, x: torch.Tensor) -> torch.Tensor:
    (gradient,) = torch.autograd.grad(layer(x).tanh().sum(), x, create_graph=True)
    return (gradient.norm() - 1) ** 2


MODELS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "linear": lambda x: nn.Linear(4, 4)(x),
    "attention": lambda x: nn.MultiheadAttention(4, 2, batch_first=True)(x, x, x)[0],
    "gru": lambda x: nn.GRU(4, 2, batch_first=True)(x)[0],
    "lstm": lambda x: nn.LSTM(4, 2, batch_first=True)(x)[0],
    "cell": lambda x: nn.LSTMCell(4, 2)(x[0])[0],
    "encoder": lambda x: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)(x),
    "weights of attention": lambda x: nn.MultiheadAttention(4, 2)(x, x, x, need_weights=True)[1],
    "experts": lambda x: experts(x.flatten(0, 1), nn.Linear(4, 2), [nn.Linear(4, 4)] * 2),
    "spectrum": lambda x: torch.fft.irfft(torch.fft.rfft(nn.Linear(4, 4)(x)).exp(), n=4),
    "half": lambda x: torch.autocast("cpu", torch.bfloat16)(nn.Linear(4, 2))(x),
    "penalty": lambda x: penalty(nn.Linear(4, 2), x.clone().requires_grad_()),
    "convolution": lambda x: nn.Sequential(nn.Conv1d(3, 2, 2), nn.BatchNorm1d(2), nn.ReLU())(x),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_value_inside_a_model_is_seen(name: str) -> None:
    with watch() as values:
        y = MODELS[name](torch.randn(2, 3, 4)).sum()
    record = trace(y, values)
    assert all(output.value is not None for box in record.boxes for output in box.outputs)


w, x = torch.randn(3, requires_grad=True), torch.randn(4, 3)
TRANSFORMED: dict[str, Callable[[], torch.Tensor]] = {
    "vmap": lambda: torch.vmap(lambda each: (w * each).tanh().sum())(x).sum(),
    "grad": lambda: torch.func.grad(lambda each: (w * each).sin().sum())(x[0]).pow(2).sum(),
    "jacrev": lambda: torch.func.jacrev(lambda each: w * each.tanh())(x[0]).sum(),
    "both": lambda: torch.vmap(torch.func.grad(lambda each: (w * each).sin().sum()))(x).sum(),
}


@pytest.mark.parametrize("name", TRANSFORMED)
def test_every_value_inside_a_transformed_function_is_seen(name: str) -> None:
    with watch() as values:
        y = TRANSFORMED[name]()
    record = trace(y, values, names={"w": w, "x": x})
    assert all(output.value is not None for box in record.boxes for output in box.outputs)
    leaf = box(record, "w").outputs[0]
    assert torch.equal(leaf.value, w)
    assert torch.equal(leaf.gradient, torch.autograd.grad(y, w)[0])


def test_values_are_those_of_the_forward_pass_whatever_came_after() -> None:
    model = Neuron(weight=[[0.6, -0.2]], bias=[0.8])
    x, t = torch.tensor([[1.0, 2.0]]), torch.ones(1, 1)
    with watch() as values:
        loss = F.mse_loss(model(x), t)
    loss.backward(retain_graph=True)
    torch.optim.SGD(model.parameters(), lr=1.0).step()
    model.layer1.bias.data.mul_(2)  # torch itself does not notice this one
    record = trace(loss, values, params=model, names={"x": x, "t": t})
    weight = box(record, "layer1.weight").outputs[0].value
    assert torch.equal(weight, torch.tensor([[0.6, -0.2]]))
    assert box(record, "layer1.bias").outputs[0].value.item() == pytest.approx(0.8)
    assert box(record, "x").outputs[0].value.tolist() == [[1.0, 2.0]]


def test_each_round_of_a_loop_keeps_its_own_weights_and_lets_the_past_go() -> None:
    w = torch.tensor(1.0, requires_grad=True)
    losses, past = [], []
    with watch() as values:
        for _ in range(3):
            loss = w * 2
            past.append(weakref.ref(values.made(loss.grad_fn)))
            losses = [loss]
            loss.backward(retain_graph=True)
            with torch.no_grad():
                w -= 0.1
    record = trace(losses[0], values, names={"w": w})
    assert box(record, "w").outputs[0].value.item() == pytest.approx(0.8)
    gc.collect()
    assert [ref() is None for ref in past] == [True, True, False]


def test_a_leaf_that_changed_between_two_uses_has_no_one_value() -> None:
    w = torch.tensor(1.0, requires_grad=True)
    with watch() as values:
        first = w + 1
        w.data.add_(1)
        y = first + w
    assert box(trace(y, values, names={"w": w}), "w").outputs[0].value is None


def test_inputs_targets_and_frozen_parameters_are_boxes() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))
    model[0].requires_grad_(False)
    model[2].weight.requires_grad_(False)
    x, t = torch.randn(4, 2), torch.tensor([0, 1, 1, 0])
    with watch() as values:
        loss = F.cross_entropy(model(x), t)
    record = trace(loss, values, params=model, names={"x": x, "t": t})
    given = [box.label for box in record.boxes if box.given]
    # What comes before the first parameter that learns is no part of the graph.
    assert given == ["", "1.running_mean", "1.running_var", "2.weight", "t"]
    assert record.missing == ("x",)
    assert "このグラフにない名前: x。" in flow.describe(record)
    target = box(record, "t")
    assert (target.outputs[0].value.tolist(), target.order, target.arrows) == (
        [0, 1, 1, 0],
        None,
        (),
    )


def test_a_part_of_an_input_is_called_so() -> None:
    x, w = torch.arange(4.0), torch.ones(2, requires_grad=True)
    with watch() as values:
        y = (w * x[2:]).sum()
    assert box(trace(y, values, names={"x": x}), "xの一部").outputs[0].value.tolist() == [2, 3]


def test_parts_of_one_tensor_keep_their_own_names() -> None:
    (a, b), w = torch.arange(4.0).reshape(2, 2), torch.ones(2, requires_grad=True)
    rows = torch.arange(6.0).reshape(3, 2)
    left, right = rows.unbind(1)
    with watch() as values:
        y = (w * a * b).sum() + (w[:1] * left * right[1:2]).sum() + (w * a[:1].expand(2)).sum()
    record = trace(y, values, names={"a": a, "b": b, "left": left, "right": right})
    labels = [box.label for box in record.boxes if box.given]
    assert labels == ["a", "b", "left", "rightの一部", "aの一部"]


def test_names_go_by_the_number_of_the_output() -> None:
    x = torch.arange(4.0, requires_grad=True)
    with watch() as values:
        a, b = x.chunk(2)
        y = (a * 2 + b * 3).sum()
    record = trace(y, values, names={"x": x, "a": a, "b": b})
    assert [output.label for output in box(record, "a、b").outputs] == ["a", "b"]
    rows = repr(flow.table(record)).splitlines()
    assert rows[2].endswith("bへ [3.0000, 3.0000]")
    assert rows[3].endswith("aへ [2.0000, 2.0000]")


def test_several_outputs_are_traced_together() -> None:
    w = torch.tensor(2.0, requires_grad=True)
    with watch() as values:
        first, second = w * 3, w.exp()
    record = trace([first, second], values, names={"w": w})
    assert box(record, "w").outputs[0].gradient.item() == pytest.approx(3 + second.item())
    weighted = trace([first, second], values, names={"w": w}, gradient=[10.0, 0.0])
    assert box(weighted, "w").outputs[0].gradient == 30.0


def test_the_calls_of_modules_are_known() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Tanh()))
    with watch() as values:
        y = model(torch.ones(1, 2)).sum()
    record = trace(y, values, params=model)
    (tanh,) = [box for box in record.boxes if box.name == "TanhBackward0"]
    assert [(c.name, c.kind) for c in tanh.calls] == [
        ("", "Sequential"),
        ("1", "Sequential"),
        ("1.0", "Tanh"),
    ]
    assert record.boxes[0].calls == ()  # the sum
    assert not nn.modules.module._global_forward_hooks
    assert not nn.modules.module._global_forward_pre_hooks


def test_what_overwrites_a_view_is_in_its_module() -> None:
    # The layer gives a view when its input has three dimensions.
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True))
    with watch() as values:
        y = model(torch.ones(1, 3, 2)).sum()
    inside = {box.name: box.calls[-1].kind for box in trace(y, values).boxes if box.calls}
    assert inside["CopySlices"] == "ReLU"


@pytest.mark.parametrize("seen", [True, False])
def test_gradients_that_tensors_retain_are_left_as_they_were(seen: bool) -> None:
    w = torch.tensor(2.0, requires_grad=True)
    for before in (None, torch.tensor(5.0)):
        with watch() if seen else nullcontext() as values:
            u = w * 3
            loss = u**2
        u.retain_grad()
        u.grad = before
        trace(loss, values)
        assert u.grad is before
        loss.backward()
        assert u.grad == 12.0 + (0.0 if before is None else 5.0)


class Counting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer, self.norm, self.calls = nn.Linear(2, 2), nn.BatchNorm1d(2), 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return torch.tanh(F.dropout(self.norm(self.layer(x))))


def test_tensors_are_looked_for_only_where_the_watch_saw_too_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(gc, "get_objects", lambda: looked.append(1) or [])
    w = torch.tensor(2.0, requires_grad=True)
    with watch() as values:
        u = w * 3
    trace(u, values)
    assert looked == []
    trace(u * 2, values)
    assert looked == [1]


def test_what_a_checkpoint_computes_again_leaves_no_trace() -> None:
    torch.manual_seed(0)
    model, x = Counting(), torch.randn(4, 2)
    with watch() as values:
        y = checkpoint(model, x, use_reentrant=False, preserve_rng_state=False).sum()
    calls, chance = model.calls, torch.get_rng_state()
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    record = trace(y, values, params=model)
    assert model.calls == calls + 1  # what the backward pass itself needs
    assert torch.equal(torch.get_rng_state(), chance)
    for name, buffer in model.named_buffers():
        assert torch.equal(buffer, buffers[name])
    assert box(record, "layer.weight").outputs[0].gradient is not None


def test_a_checkpoint_of_single_numbers_is_computed_again_once() -> None:
    calls: list[int] = []
    w = torch.tensor(2.0, requires_grad=True)
    with watch() as values:
        y = checkpoint(lambda t: calls.append(1) or (t * t).tanh(), w, use_reentrant=False)
    record = trace(y, values, names={"w": w})
    assert len(calls) == 2
    assert box(record, "w").outputs[0].gradient == torch.autograd.grad(y, w)[0]


def test_what_a_hook_does_to_a_gradient_is_shown() -> None:
    w = torch.tensor(2.0, requires_grad=True)
    with watch() as values:
        u = w * 3
        loss = u**2
    u.register_hook(lambda gradient: gradient / 12)
    record = trace(loss, values, names={"w": w, "u": u})
    output = box(record, "u").outputs[0]
    assert (output.sum, output.gradient) == (12.0, 1.0)
    assert "u: 値 6.0000、勾配 1.0000（フックの前は 12.0000）。" in flow.describe(record)
    assert box(record, "w").outputs[0].gradient == 3.0


def test_complex_numbers_have_no_product_and_no_loss() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    with watch() as values:
        z = torch.complex(x, x * 2)
        loss = (z * z).abs()
    record = trace(loss, values, names={"x": x, "z": z})
    for each in record.boxes:
        for arrow in each.arrows:
            ends = (*each.outputs, *record.boxes[arrow.target].outputs)
            mixed = any(output.value.is_complex() for output in ends)
            assert (arrow.derivative is None) == mixed
    assert "z: 値 1.0000+2.0000j、勾配 2.0000+4.0000j。" in flow.describe(record)
    with pytest.raises(GraphError, match="出力が複素数です"):
        trace(z * z)


def frozen_later() -> torch.Tensor:
    layer = nn.Linear(1, 1)
    y = layer(torch.ones(1, 1)).sum()
    layer.requires_grad_(False)
    return y


def nested(y: torch.Tensor) -> torch.Tensor:
    rows = torch.nested.as_nested_tensor([torch.ones(1), torch.ones(2)], layout=torch.jagged)
    return (rows * y).values().sum()


def reentrant() -> torch.Tensor:
    x = torch.ones(1, requires_grad=True)
    return checkpoint(lambda t: t * 2, x, use_reentrant=True).sum()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (lambda y: {"output": y, "values": {"w": y}}, "名前の辞書なら、names=…"),
        (lambda y: {"output": y, "names": {"x1": 2.0}}, "torch.tensor(2.0) にして計算すると"),
        (lambda y: {"output": y, "names": {1: y}}, "名前（文字列）からテンソルへの辞書"),
        (lambda y: {"output": y * torch.ones(2), "gradient": 1.0}, "gradient の形 ()"),
        (lambda y: {"output": y, "gradient": "1"}, "gradient には、テンソルを渡して"),
        (lambda y: {"output": [y, y * 2], "gradient": 1.0}, "出力と同じ 2 個の勾配"),
        (lambda y: {"output": (y * torch.ones(3)).argmax()}, "int64 の値には、勾配がありません"),
        (lambda y: {"output": torch.ones(1, device="meta", requires_grad=True) * 2}, "meta"),
        (lambda y: {"output": frozen_later()}, "勾配を受け取る葉"),
        (lambda y: {"output": reentrant()}, "use_reentrant=False としてください"),
        (lambda y: {"output": []}, "テンソルを渡してください"),
        (lambda y: {"output": nested(y)}, "入れ子のテンソル"),
    ],
)
def test_a_likely_mistake_is_answered_in_words(arguments: Callable, words: str) -> None:
    with pytest.raises(GraphError) as raised:
        trace(**arguments(torch.tensor(1.0, requires_grad=True) * 2))
    assert words in str(raised.value)


def test_what_is_meant_is_taken() -> None:
    w = torch.tensor(3.0, requires_grad=True)
    record = trace(w * torch.ones(2), params={"w": w}, gradient=np.array([1.0, 10.0]))
    assert box(record, "w").outputs[0].gradient == 11.0
