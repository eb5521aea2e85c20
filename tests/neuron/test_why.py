"""Why a tensor has no gradient: each reason is found, and nothing changes by asking."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from neuron import Neuron
from neuron.trace import GraphError, Trace, trace, watch
from neuron.why import why_no_grad, why_not_finite

X = torch.tensor([[1.0, 2.0]])


def leaf() -> torch.Tensor:
    return torch.tensor(2.0, requires_grad=True)


def inferred() -> torch.Tensor:
    with torch.inference_mode():
        return torch.ones(2)


UNMARKED = [
    (torch.tensor([1, 2]),
     "整数：int64 の値には、勾配がありません。小数にしてから、計算に使います。"),
    (torch.ones(2), "印がない：requires_grad が False です。はじめから印がないか、"
     "detach() や no_grad() で記録から切り離された値です。"),
    (nn.Parameter(torch.ones(2), requires_grad=False),
     "凍結：requires_grad が False です。requires_grad_(True) で戻ります。"),
    (inferred(), "切り離し：inference_mode() の中で作られたので、勾配を求められません。"),
]  # fmt: skip


@pytest.mark.parametrize(("tensor", "said"), UNMARKED)
def test_a_value_without_the_mark(tensor: torch.Tensor, said: str) -> None:
    assert repr(why_no_grad(tensor)) == said


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (lambda w: w.detach(), "detach を通った"),
        (lambda w: w.data, "data を通った"),
        (lambda w: torch.no_grad()(torch.exp)(w), "exp が no_grad() の中だった"),
        (lambda w: w.to(torch.int64), "to を通った"),
    ],
)
def test_the_operation_that_cut_the_way_is_named(cut, said: str) -> None:
    w, other = leaf(), leaf()
    with watch() as values:
        part = cut(w)
        loss = part * other
    answer = why_no_grad(w, loss, values)
    assert repr(answer) == f"切り離し：この値から損失への道が、{said}ので、切れています。"
    if part.is_floating_point():
        answer = why_no_grad(part, loss, values)
        assert repr(answer) == f"切り離し：{said}ので、記録が切れています。"
    assert why_no_grad(w, loss).kind == "使われていない"
    assert why_no_grad(other, loss, values).kind == "まだ"


def test_a_cut_elsewhere_is_not_blamed() -> None:
    w, other = leaf(), leaf()
    with watch() as values:
        shown = (w * 3).detach()
        loss = other * 2
    answer = why_no_grad(w, loss, values)
    assert answer.kind == "使われていない"
    assert "detach を通った" not in answer.text  # what it cut is gone, and nobody can tell
    with watch() as values:
        product = w * 3
        shown, same = product.detach(), other.detach()
        loss = other * 2
    answer = why_no_grad(w, loss, values)
    assert repr(answer) == (
        "使われていない：損失の計算グラフに、この値はありません。"
        "この値から計算した値に、detach を通ったものがあります。"
    )
    assert shown == 6 == same * 3


def test_a_value_in_between_and_one_that_keeps_its_gradient() -> None:
    w = leaf()
    y = w * 3
    loss = y**2
    assert repr(why_no_grad(y, loss)) == (
        "葉でない：MulBackward0 の結果で、葉ではありません。途中の値の grad は残りません。"
        "見たいときは、backward() の前に retain_grad() を呼びます。"
        "パラメーターのつもりなら、計算する前の値の grad を見ます。"
    )
    y.retain_grad()
    assert repr(why_no_grad(y, loss)) == (
        "まだ：損失から勾配が届く値です。backward() をまだ呼んでいないか、"
        "呼んだあとで zero_grad() が消しました。"
    )
    loss.backward()
    for tensor in (y, w):
        assert repr(why_no_grad(tensor, loss)) == "grad はある：None ではありません。"


def test_a_loss_without_a_graph() -> None:
    model = Neuron()
    with watch() as values, torch.no_grad():
        loss = nn.MSELoss()(model(X), torch.ones(1, 1))
    answer = why_no_grad(model.layer1.bias, loss, values)
    said = "損失は、linear が no_grad() の中だったので、記録が切れています。"
    assert answer.text == f"損失に、たどる道がありません。{said}"
    assert why_no_grad(model.layer1.bias, loss).kind == "印がない"
    loss.requires_grad = True  # hides the error and mends nothing
    assert repr(why_no_grad(model.layer1.bias, loss)) == (
        "使われていない：損失の計算グラフに、この値はありません。損失の計算に使っていないか、"
        "途中の値が detach() や no_grad() で切り離されています。"
    )


class SendsNothing(torch.autograd.Function):
    """Multiplies, and sends back no gradient."""

    @staticmethod
    def forward(ctx, x: torch.Tensor) -> torch.Tensor:
        return x * 2

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> None:
        return None


def test_a_way_on_which_nothing_arrives_or_that_cannot_be_walked() -> None:
    w = leaf()
    assert repr(why_no_grad(w, SendsNothing.apply(w) + 1)) == (
        "送られない：道はありますが、SendsNothingBackward が、この値へ勾配を送りません。"
    )

    y = torch.tanh(w)
    y += 1
    answer = why_no_grad(w, y)
    assert answer.kind == "たどれない"
    assert "書き換えられています" in answer.text

    loss = torch.tanh(w)
    loss.backward()
    w.grad = None
    assert "捨てられています" in why_no_grad(w, loss).text
    assert repr(why_no_grad(w)) == (
        "届いていない：勾配を受け取れる値です。backward() がまだか、zero_grad() で消されたか、"
        "損失までの道がないかです。loss を渡すと、どれなのかを調べます。"
    )


def test_asking_changes_nothing() -> None:
    w = leaf()
    y = w * 3
    y.retain_grad()
    loss = torch.nn.functional.dropout(y, 0.5) ** 2
    state = torch.random.get_rng_state()
    why_no_grad(w, loss)
    assert w.grad is None
    assert y.grad is None
    assert torch.equal(torch.random.get_rng_state(), state)
    loss.backward()


def test_only_tensors_are_asked_about() -> None:
    of_tensors = r"^テンソルを渡してください。渡された値: 1\.0$"
    of_values = r"^values には、計算を見ていた watch を渡してください。$"
    for wrong, said in (
        ((1.0,), of_tensors),
        ((leaf(), 1.0), of_tensors),
        ((leaf(), leaf() * 1, "values"), of_values),
    ):
        with pytest.raises(GraphError, match=said):
            why_no_grad(*wrong)


def recorded(w: torch.Tensor, calculation) -> Trace:
    with watch() as values:
        y = calculation(w).sum()
    return trace(y, values, names={"w": w})


FOUND = [
    (0.0, torch.log, "順伝播", "Logの値が −inf になりました。使った値は、w 0です。"),
    (100.0, lambda w: (w.exp() - 1).exp(), "順伝播",
     "Expの値が inf になりました。使った値は、w 100.0000です。"),
    (0.0, lambda w: (w**2).sqrt(), "逆伝播",
     "SqrtからPowへ送る勾配が、1.0000 × inf = inf になりました。"),
    ([4.0, 0.0], torch.sqrt, "逆伝播",
     "Sqrtからwへ送る勾配が、[0.2500, inf] になりました。"
     "届いた勾配は [1.0000, 1.0000]、wの値は [4.0000, 0] です。"),
    (0.0, lambda w: w / w, "順伝播", "Divの値が nan になりました。使った値は、w 0、w 0です。"),
    (float("nan"), lambda w: w * 2, "はじめの値", "wが、もう nan です。"),
    (1.0, torch.tanh, "有限", "記録にある値も勾配も、すべて有限です。"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "calculation", "kind", "text"), FOUND)
def test_the_first_number_that_is_not_finite_is_found(value, calculation, kind, text) -> None:
    w = torch.tensor(value, requires_grad=True)
    answer = why_not_finite(recorded(w, calculation))
    assert (answer.kind, answer.text) == (kind, text)


def test_a_gradient_that_begins_as_infinity_and_a_thing_that_is_no_record() -> None:
    w = leaf()
    answer = why_not_finite(trace(w * 2, gradient=float("inf")))
    assert (answer.kind, answer.text) == ("はじめの勾配", "Mulに届いた勾配が、inf です。")
    with pytest.raises(GraphError, match=r"^trace\(…\) の記録を渡してください。渡された値: "):
        why_not_finite(w)
