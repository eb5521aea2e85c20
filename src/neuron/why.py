"""「なぜ grad が None なのか」「nan や inf はどこから来たか」に、計算グラフを調べて答える。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.autograd.graph import Node

from neuron.drawing.backward import reason, unchanged
from neuron.drawing.numbers import number, size
from neuron.drawing.record import Arrow, Box, GraphError, Trace
from neuron.drawing.torch_api import storage_of
from neuron.drawing.watching import Cut, leaf_of, watch
from neuron.drawing.words import product, title_of, value_of
from neuron.trace import nodes_of


@dataclass(frozen=True)
class Answer:
    """答え。``kind`` は理由の種類で、``text`` は理由と直し方。"""

    kind: str
    text: str

    def __repr__(self) -> str:
        """理由の種類と、その文。"""
        return f"{self.kind}：{self.text}"


def why_no_grad(
    tensor: torch.Tensor, loss: torch.Tensor | None = None, values: watch | None = None
) -> Answer:
    """``tensor`` の ``grad`` が None である理由を答える。

    ``backward()`` を呼んだ、または呼ぶつもりの ``loss`` を渡すと、そこから届くかどうかも調べる。
    計算を見ていた ``values`` も渡すと、道を切った計算の名前までわかる。何も変えない。

    Raises:
        GraphError: テンソルでないものを渡したとき。

    """
    for each in (tensor, loss) if loss is not None else (tensor,):
        if not isinstance(each, torch.Tensor):
            raise GraphError(f"テンソルを渡してください。渡された値: {each!r}")
    if values is not None and not isinstance(values, watch):
        raise GraphError("values には、計算を見ていた watch を渡してください。")
    if not tensor.requires_grad:
        return _unmarked(tensor, values)
    if tensor.is_leaf or tensor.retains_grad:
        if tensor.grad is not None:
            return Answer("grad はある", "None ではありません。")
    elif tensor.grad_fn is not None:
        return Answer(
            "葉でない",
            f"{_calculation(tensor.grad_fn)}の結果で、葉ではありません。"
            "途中の値の grad は残りません。"
            "見たいときは、backward() の前に retain_grad() を呼びます。"
            "パラメーターのつもりなら、計算する前の値の grad を見ます。",
        )
    if loss is None:
        return Answer(
            "届いていない",
            "勾配を受け取れる値です。backward() がまだか、zero_grad() で消されたか、"
            "損失までの道がないかです。loss を渡すと、どれなのかを調べます。",
        )
    return _unreached(tensor, loss, values)


def _unmarked(tensor: torch.Tensor, values: watch | None) -> Answer:
    if not (tensor.is_floating_point() or tensor.is_complex()):
        kind = str(tensor.dtype).removeprefix("torch.")
        return Answer(
            "整数", f"{kind} の値には、勾配がありません。小数にしてから、計算に使います。"
        )
    cut = values.cuts.get(tensor) if values is not None else None
    if cut is not None:
        return Answer("切り離し", f"{_cutting(cut)}ので、記録が切れています。")
    if tensor.is_inference():
        return Answer("切り離し", "inference_mode() の中で作られたので、勾配を求められません。")
    if isinstance(tensor, nn.Parameter):
        return Answer("凍結", "requires_grad が False です。requires_grad_(True) で戻ります。")
    return Answer(
        "印がない",
        "requires_grad が False です。はじめから印がないか、detach() や no_grad() で"
        "記録から切り離された値です。",
    )


def _unreached(tensor: torch.Tensor, loss: torch.Tensor, values: watch | None) -> Answer:
    """葉か、``retain_grad()`` をした値に、``loss`` から勾配が届かない理由。"""
    if not loss.requires_grad:
        answer = _unmarked(loss, values)
        return Answer(answer.kind, f"損失に、たどる道がありません。損失は、{answer.text}")
    nodes = nodes_of(loss) if loss.grad_fn is not None else []
    if not any(_is_of(node, tensor) for node in nodes):
        return _unconnected(tensor, nodes, values)
    try:
        with unchanged(nodes):
            (found,) = torch.autograd.grad(
                loss, tensor, torch.ones_like(loss), retain_graph=True, allow_unused=True
            )
    except RuntimeError as error:
        return Answer("たどれない", reason(error))
    if found is None:
        users = [
            node for node in nodes if any(_is_of(each, tensor) for each, _ in node.next_functions)
        ]
        names = "、".join(dict.fromkeys(map(_calculation, users)))
        return Answer("送られない", f"道はありますが、{names}が、この値へ勾配を送りません。")
    return Answer(
        "まだ",
        "損失から勾配が届く値です。backward() をまだ呼んでいないか、呼んだあとで zero_grad() が"
        "消しました。",
    )


def _unconnected(tensor: torch.Tensor, nodes: list[Node], values: watch | None) -> Answer:
    """損失の計算グラフに ``tensor`` がない理由：切り離されたか、使われていない。"""
    cuts = [] if values is None else [
        (result, cut) for result, cut in values.cuts.items()
        if any(_depends(given(), tensor) for given in cut.given)
    ]  # fmt: skip
    made = [] if values is None else [m for node in nodes if (m := values.made(node)) is not None]
    used = {storage_of(given) for each in made for given, _ in each.given}
    for result, cut in cuts:
        if storage_of(result) in used:
            return Answer(
                "切り離し", f"この値から損失への道が、{_cutting(cut)}ので、切れています。"
            )
    if cuts:
        names = "、".join(dict.fromkeys(_cutting(cut) for _, cut in cuts))
        return Answer(
            "使われていない",
            f"損失の計算グラフに、この値はありません。この値から計算した値に、{names}ものがあります。",
        )
    return Answer(
        "使われていない",
        "損失の計算グラフに、この値はありません。損失の計算に使っていないか、"
        "途中の値が detach() や no_grad() で切り離されています。",
    )


def _depends(given: torch.Tensor | None, tensor: torch.Tensor) -> bool:
    """切れる前の値が、``tensor`` か、``tensor`` から計算した値か。"""
    if given is None or given is tensor:
        return given is tensor
    return given.grad_fn is not None and any(_is_of(node, tensor) for node in nodes_of(given))


def _is_of(node: Node | None, tensor: torch.Tensor) -> bool:
    if node is None:
        return False
    return node is tensor.grad_fn or leaf_of(node) is tensor


def _cutting(cut: Cut) -> str:
    return f"{cut.name} を通った" if cut.recorded else f"{cut.name} が no_grad() の中だった"


def _calculation(node: Node | None) -> str:
    return f"{type(node).__name__} "


def why_not_finite(trace: Trace) -> Answer:
    """記録の中で、はじめて nan か inf になったところと、そこに入った数を答える。

    順伝播の値を計算の順に、続けて逆伝播の勾配を動いた順に調べる。

    Raises:
        GraphError: ``trace`` の記録でないものを渡したとき。

    """
    if not isinstance(trace, Trace):
        raise GraphError(f"trace(…) の記録を渡してください。渡された値: {trace!r}")
    boxes = trace.boxes
    for box in (box for box in boxes if not box.arrows):
        if not all(_finite(output.value) for output in box.outputs):
            return Answer("はじめの値", f"{title_of(box)}が、もう {value_of(box)} です。")
    for box in sorted(boxes, key=lambda box: len(boxes) if box.made is None else box.made):
        if not all(_finite(output.value) for output in box.outputs):
            used = "、".join(
                f"{title_of(boxes[arrow.target], arrow.output)} {value_of(boxes[arrow.target])}"
                for arrow in box.arrows
            )
            became = f"{title_of(box)}の値が {value_of(box)} になりました。"
            return Answer("順伝播", f"{became}使った値は、{used}です。")
    for box in boxes:
        for output in box.outputs:
            if not _finite(output.gradient):
                return Answer(
                    "はじめの勾配", f"{title_of(box)}に届いた勾配が、{size(output.gradient)} です。"
                )
        for arrow in box.arrows:
            if not _finite(arrow.gradient):
                return Answer("逆伝播", _sent(boxes, box, arrow))
    return Answer("有限", "記録にある値も勾配も、すべて有限です。")


def _sent(boxes: Sequence[Box], box: Box, arrow: Arrow) -> str:
    target = title_of(boxes[arrow.target], arrow.output)
    if arrow.derivative is not None:
        return f"{title_of(box)}から{target}へ送る勾配が、{product(box, arrow)} になりました。"
    arrived = "、".join(size(output.gradient) for output in box.outputs)
    return (
        f"{title_of(box)}から{target}へ送る勾配が、{number(arrow.gradient)} になりました。"
        f"届いた勾配は {arrived}、{target}の値は {value_of(boxes[arrow.target])} です。"
    )


def _finite(tensor: torch.Tensor | None) -> bool:
    return tensor is None or tensor.is_meta or bool(torch.isfinite(tensor.to_dense()).all())
