"""One number of a tensor, followed through the numbers that flow into it."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import nn

from neuron import flow
from neuron.trace import Box, GraphError, Trace, trace, watch


def values_of(record: Trace) -> dict[str, tuple[float, float | None]]:
    """The value and the gradient of each box."""
    found = {}
    for box in record.boxes:
        (output,) = box.outputs
        gradient = None if output.gradient is None else output.gradient.item()
        found[box.label] = (output.value.item(), gradient)
    return found


@pytest.fixture(scope="module")
def record() -> Trace:
    """The neuron of the lesson on a batch; its first row is the lesson's own input."""
    layer = nn.Linear(2, 1, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.6, -0.2]]))
        layer.bias.fill_(0.8)
    x = torch.tensor([[1.0, 2.0], [-1.0, 1.0]], dtype=torch.float64)
    t = torch.ones(2, 1, dtype=torch.float64)
    with watch() as values:
        u = layer(x)
        y = torch.tanh(u)
        loss = ((y - t) ** 2).sum()
    names = {"x": x, "t": t, "u": u, "y": y, "L": loss}
    return trace(loss, values, params=layer, names=names)


def test_one_number_of_a_batch_is_the_lessons_scalar_picture(record: Trace) -> None:
    followed = flow.follow(record, "y", (0, 0))
    rows = repr(flow.table(followed)).splitlines()
    assert rows[:2] == [
        "1  y[0, 0]  TanhBackward0  0.7616  −0.4768  u[0, 0]へ −0.4768 × 0.4200 = −0.2002",
        "2  u[0, 0]  AddmmBackward0  1.0000  −0.2002  bias[0]へ −0.2002 × 1.0000 = −0.2002、"
        "weight[0, 0]へ −0.2002 × 1.0000 = −0.2002、weight[0, 1]へ −0.2002 × 2.0000 = −0.4005",
    ]
    said = flow.draw(followed).description
    assert "weight[0, 1]: 値 −0.2000、勾配 −0.4005、ほかの道も合わせると −2.4005。" in said
    assert said.endswith("x[0, 0]: 値 1.0000。x[0, 1]: 値 2.0000。")
    assert repr(flow.steps(followed)).startswith("順伝播 1/2　u[0, 0]の値 1.0000\n")

    whole = flow.follow(record, "L")  # the number that the record itself begins at
    assert values_of(whole)["weight[0, 1]"][1] == pytest.approx(-2.4004973, abs=1e-7)
    assert "ほかの道" not in flow.describe(whole)
    assert {"t[0, 0]", "t[1, 0]", "x[1, 1]"} <= set(values_of(whole))


OPERATIONS = {
    "linear": lambda a, w: a @ w,
    "elementwise": lambda a, w: torch.tanh(a) * w[0] + w[1],
    "softmax": lambda a, w: torch.softmax(a, dim=1) / (w.exp() + 1),
    "mean": lambda a, w: a - a.mean(dim=0, keepdim=True) * w.sum(),
    "index": lambda a, w: torch.cat([a[1:], a[:1]]) * w[:, :1].t(),
    "split": lambda a, w: torch.stack([a.unbind(1)[i] for i in (2, 0, 1)], 1) + w.max(),
    "views": lambda a, w: (w @ a.t()).reshape(-1)[: a.numel()].reshape(a.shape).sigmoid(),
}


@settings(deadline=None, max_examples=25)
@given(
    chosen=st.lists(st.sampled_from(sorted(OPERATIONS)), min_size=1, max_size=3),
    seed=st.integers(0, 1000),
    where=st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
def test_the_numbers_are_those_of_torch(
    chosen: list[str], seed: int, where: tuple[int, int]
) -> None:
    generator = torch.Generator().manual_seed(seed)

    def leaf() -> torch.Tensor:
        tensor = torch.randn(3, 3, generator=generator, dtype=torch.float64)
        return tensor.requires_grad_()

    leaves = {f"w{number}": leaf() for number in range(len(chosen) + 1)}
    with watch() as values:
        middle = []
        y = leaves["w0"]
        for number, name in enumerate(chosen, 1):
            y = OPERATIONS[name](y, leaves[f"w{number}"])
            middle.append(y)
        loss = (y**2).sum()
    (arrived,) = torch.autograd.grad(loss, y, retain_graph=True)
    marked = {**leaves, **{f"a{number}": each for number, each in enumerate(middle[:-1])}}
    right = torch.autograd.grad(y[where], list(marked.values()), arrived[where], True)
    record = trace(loss, values, names={**marked, "y": y})
    found = values_of(flow.follow(record, y, where))
    for (name, tensor), gradient in zip(marked.items(), right, strict=True):
        for index in torch.cartesian_prod(torch.arange(3), torch.arange(3)).tolist():
            label = f"{name}{index}"
            value, part = found.get(label, (tensor[tuple(index)].item(), 0.0))
            assert value == tensor[tuple(index)].item()
            assert part == pytest.approx(gradient[tuple(index)].item(), rel=1e-9, abs=1e-12)
    assert found[f"y{list(where)}"] == (y[where].item(), arrived[where].item())


def noted(record: Trace) -> list[str]:
    return [box.note for box in record.boxes if box.note]


class Double(torch.autograd.Function):
    """A function of one's own, which nobody can call one step of."""

    @staticmethod
    def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
        return 2 * x

    @staticmethod
    def backward(ctx: object, gradient: torch.Tensor) -> torch.Tensor:
        return 2 * gradient


def test_where_it_ends_it_says_why() -> None:
    w = torch.tensor([1.0, -1.0, 0.0], requires_grad=True)
    frozen = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with watch() as values:
        own = Double.apply(w) * 3
        dead = torch.relu(w) * 3
        root = w.sqrt() * 3
        cold = frozen * w
        hooked = w * 2
        hooked.register_hook(lambda gradient: gradient * 10)
        after = hooked * 3
        remade = torch.utils.checkpoint.checkpoint(torch.sin, w, use_reentrant=False) * 3
        rows = torch.stack([own, dead, root, cold, after, remade])
    frozen.requires_grad_(False)
    record = trace(rows, values, gradient=torch.ones(6, 3), names={"rows": rows})

    def notes(row: int, column: int) -> list[str]:
        return noted(flow.follow(record, "rows", (row, column)))

    assert notes(0, 0)[0] == "自作の Function なので、ここまで"
    assert notes(1, 1) == ["微分係数が0なので、ここまで"]
    assert notes(2, 0) == ["微分係数が nan なので、ここまで"]  # 0 × inf at the third number
    assert "勾配が届かないので、ここまで" in notes(3, 0)
    assert notes(4, 0)[0].endswith("フックが勾配を書き換えるので、ここまで")
    assert notes(5, 0)[0] == "チェックポイントの中なので、ここまで"

    picture = flow.draw(flow.follow(record, "rows", (1, 1)))
    assert "微分係数が0なので、ここまで" in picture.description
    assert ">微分係数が0なので、ここまで</text>" in picture.svg


def test_an_input_used_in_another_shape_is_named_without_an_index() -> None:
    x = torch.arange(4.0)
    w = torch.ones(2, 2, requires_grad=True)
    with watch() as values:
        y = w * x.view(2, 2).t()
        z = torch.special.xlogy(w, x.view(2, 2))
        total = y.sum() + z.sum()
    record = trace(total, values, names={"x": x, "y": y, "z": z})
    last: Box = flow.follow(record, "y", (0, 1)).boxes[-1]
    assert (last.label, last.outputs[0].value.item()) == ("xの1つ", 2.0)
    assert noted(flow.follow(record, "z", (1, 0))) == ["ほかの道も合わせると 1.6931", "値の全体"]


def test_of_the_inputs_of_a_matrix_product_a_row_or_a_column_flows_in() -> None:
    w = torch.ones(3, 2, requires_grad=True)
    b, x = torch.tensor([5.0, 6.0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    with watch() as values:
        y = torch.addmm(b, w, x)
        z = x @ w.t()
    names = {"b": b, "x": x, "y": y, "z": z}
    record = trace([y, z], values, names=names, gradient=[torch.ones(3, 2), torch.ones(2, 3)])

    def inputs(name: str, row: int, column: int) -> list[str]:
        boxes = flow.follow(record, name, (row, column)).boxes
        return [box.label for box in boxes if box.given]

    assert inputs("y", 2, 1) == ["b", "x[0, 1]", "x[1, 1]"]
    assert inputs("z", 1, 2) == ["x[1, 0]", "x[1, 1]"]


def test_what_16_bits_round_is_no_other_way() -> None:
    torch.manual_seed(0)
    w = torch.randn(4, 4, dtype=torch.bfloat16, requires_grad=True)
    y = torch.tanh(torch.randn(1, 4, dtype=torch.bfloat16) @ w)
    record = trace(y, gradient=torch.randn(1, 4), names={"y": y})
    assert [noted(flow.follow(record, "y", (0, column))) for column in range(4)] == [[]] * 4


def test_a_number_is_counted_from_either_end(record: Trace) -> None:
    first, last = (flow.follow(record, "y", (row, 0)) for row in (0, 1))
    for row, same in ((-2, first), (-1, last)):
        boxes = flow.follow(record, "y", (row, 0)).boxes
        assert [repr(box) for box in boxes] == [repr(box) for box in same.boxes]


def test_what_cannot_be_followed_is_refused(record: Trace) -> None:
    for what, index, message in (
        ("weight", (0, 0), "流れこむ数がありません"),
        ("x", (0, 0), "流れこむ数がありません"),
        ("v", 0, "^記録に 'v' という名前はありません。ある名前: L、y、u、bias、weight、x、t$"),
        (torch.ones(1), 0, "流れこむ数がありません"),
        (
            torch.ones(1, requires_grad=True) * 2,
            0,
            "^このテンソルは、この記録の計算グラフにありません。$",
        ),
        ("y", 0, r"index 0 は、形 \(2, 1\) の中の"),
        ("y", (2, 0), r"index \(2, 0\) は"),
        ("y", (0.5, 0), r"index \(0.5, 0\) は"),
    ):
        with pytest.raises(GraphError, match=message):
            flow.follow(record, what, index)
    with pytest.raises(GraphError, match=r"trace\(…\) の記録を渡してください"):
        flow.follow("y", record)
    with pytest.raises(
        GraphError, match="^この記録は、はじめから数1つずつなので、flow.draw で描いてください。$"
    ):
        flow.follow(flow.follow(record, "y", (0, 0)), "y")

    with pytest.raises(GraphError, match="^記録に 'v' という名前はありません。ある名前: なし$"):
        flow.follow(trace(torch.ones(1, requires_grad=True) * 2), "v", 0)

    w = torch.ones(30, 30, requires_grad=True)
    squares = w**2
    total = squares.sum()
    many = trace(total, names={"squares": squares, "total": total})
    said = "500 個を超えた.*。もっと入力に近い値を追うか、小さなモデルで試してください。$"
    with pytest.raises(GraphError, match=said):
        flow.follow(many, "total")
    total.backward()
    with pytest.raises(GraphError, match=r"backward\(\) のあとで捨てられています"):
        flow.follow(many, "squares", (0, 0))
    z = torch.ones(2, requires_grad=True) * 1j
    length = z.abs()
    complex_record = trace(length.sum(), names={"z": z, "length": length})
    is_complex = "^複素数の計算を通るので、1つの数としては追えません。$"
    with pytest.raises(GraphError, match=is_complex):
        flow.follow(complex_record, "z", 0)
    with pytest.raises(GraphError, match=is_complex):
        flow.follow(complex_record, "length", 0)
