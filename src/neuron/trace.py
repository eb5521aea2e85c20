"""計算グラフの記録：順伝播の値と、逆伝播が送った勾配を、autograd 自身から読み取る。

値は ``watch`` の中で計算したときに、勾配と順番は逆伝播を1回動かして、手に入れる。
``grad``、パラメーター、バッファー、乱数は変わらない。フックは ``backward`` と同じように動く。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import nn
from torch.autograd.graph import Node

from neuron.drawing.assembling import Assembly
from neuron.drawing.backward import derivatives, reason, run_backward, saved_by
from neuron.drawing.naming import Names
from neuron.drawing.record import Arrow, Box, Call, GraphError, Output, Trace
from neuron.drawing.torch_api import outputs_of
from neuron.drawing.watching import watch
from neuron.engine import Value

__all__ = ["Arrow", "Box", "Call", "GraphError", "Output", "Trace", "nodes_of", "trace", "watch"]

LIMIT = 20_000

Outputs = torch.Tensor | Sequence[torch.Tensor]


def trace(
    output: Outputs | Value,
    values: watch | None = None,
    *,
    params: nn.Module | Mapping[str, torch.Tensor] | None = None,
    names: Mapping[str, torch.Tensor | Value] | None = None,
    gradient: Outputs | float | None = None,
) -> Trace:
    """出力または損失 ``output`` の計算グラフを、値と勾配と順番つきで記録する。

    ``values`` は計算を見ていた ``watch``。``params`` と ``names`` の名前が箱につく。
    出力が数1つでなければ、``gradient`` に、出力と同じ形の勾配を渡す。
    出力をいくつか並べて渡すと、それぞれから送られた勾配を足したものになる。
    自作の autograd の ``Value`` も渡せる。

    Raises:
        GraphError: グラフがない、すでに捨てられた、途中の値が書き換えられた、出力が数1つでないのに
            ``gradient`` がない、形が合わない、箱が多すぎる、渡したものの種類が違うとき。

    """
    _check(values, names)
    known: Mapping[str, Any] = names or {}
    if isinstance(output, Value):
        return _trace_engine(output, known)
    outputs = [output] if isinstance(output, torch.Tensor) else output
    nodes = nodes_of(output)
    if any(result.is_nested_tensor for node in nodes for result in outputs_of(node)):
        raise GraphError("入れ子のテンソル（torch.nested）の計算は、記録できません。")
    results = values.results_of(nodes) if values is not None else None
    run = run_backward(outputs, _starts(outputs, gradient), nodes, results)
    nodes.sort(key=lambda node: run.order.get(node, len(run.order) + 1))
    assembly = Assembly(nodes, outputs, run, values, Names(params, known))
    try:
        boxes = [assembly.box(node, saved_by(node), derivatives(node, run.arrived.get(node, ())))
                 for node in nodes]  # fmt: skip
    except RuntimeError as error:
        raise GraphError(reason(error)) from error
    return Trace((*boxes, *assembly.given_boxes()), assembly.names.missing(), tuple(nodes))


def _check(values: object, names: Any) -> None:
    if not isinstance(values, watch | None):
        raise GraphError(
            "2番目の引数 values には、計算を見ていた watch を渡してください。"
            "名前の辞書なら、names=… と書きます。"
        )
    for name, tensor in (names or {}).items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor | Value):
            hint = ""
            if isinstance(tensor, int | float):
                hint = f"ただの数は、torch.tensor({tensor!r}) にして計算すると、名前がつきます。"
            raise GraphError(
                "names は、名前（文字列）からテンソルへの辞書です。"
                f"{hint}渡された組: {name!r}: {tensor!r}"
            )


def _trace_engine(output: Value, names: Mapping[str, Value]) -> Trace:
    """自作の autograd の記録。葉は、勾配を足し込むだけなので、PyTorch と同じ名前で示す。"""
    if not output.parents:
        raise GraphError("この Value には計算グラフがありません。計算の結果を渡してください。")
    values = output.graph()
    _refuse_more_than_limit(len(values))
    numbers = {value: number for number, value in enumerate(values)}
    labels = {value: name for name, value in names.items()}
    order = sorted((v for v in values if v.parents), key=lambda value: value.number)
    made = {value: number for number, value in enumerate(order, 1)}
    gradients = dict.fromkeys(values, 0.0)  # 葉の grad には、ほかの backward の分も入っている
    gradients[output] = 1.0
    boxes = []
    for value, number in numbers.items():
        arrows = []
        for parent, slope in value.parents:
            sent = gradients[value] * slope
            gradients[parent] += sent
            arrows.append(Arrow(numbers[parent], _tensor(sent), slope))
        boxes.append(
            Box(
                name=value.name or "AccumulateGrad",
                label=labels.get(value, ""),
                order=number + 1,
                made=made.get(value),
                outputs=(Output((), _tensor(value.data), None),),
                saved={},
                arrows=tuple(arrows),
            )
        )
    return Trace(
        tuple(
            replace(box, outputs=(replace(box.outputs[0], gradient=_tensor(gradients[value])),))
            for value, box in zip(values, boxes, strict=True)
        ),
        tuple(name for name, value in names.items() if value not in numbers),
    )


def _tensor(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64)


def nodes_of(output: Outputs) -> list[Node]:
    """``next_functions`` をたどって、計算グラフの箱をすべて集める。

    Raises:
        GraphError: テンソルでない、計算グラフがない、または箱が多すぎるとき。

    """
    outputs = [output] if isinstance(output, torch.Tensor) else output
    if not isinstance(outputs, list | tuple) or not outputs:
        raise GraphError(f"テンソルを渡してください。渡された値: {output!r}")
    found: dict[Node, None] = {}
    for each in outputs:
        found |= dict.fromkeys([_start_of(each)])
    waiting = list(found)
    while waiting:
        for node, _ in waiting.pop().next_functions:
            if node is not None and node not in found:
                found[node] = None
                waiting.append(node)
        _refuse_more_than_limit(len(found))
    return list(found)


def _start_of(output: object) -> Node:
    if not isinstance(output, torch.Tensor):
        raise GraphError(f"テンソルを渡してください。渡された値: {output!r}")
    if output.is_meta:
        raise GraphError("meta のテンソルには値がないので、調べられません。")
    if output.grad_fn is not None:
        return output.grad_fn
    if not (output.is_floating_point() or output.is_complex()):
        raise GraphError(
            f"{str(output.dtype).removeprefix('torch.')} の値には、勾配がありません。"
            "argmax や比較、整数への変換の結果からは、逆伝播できません。"
        )
    raise GraphError(
        "このテンソルには計算グラフがありません（grad_fn が None です）。"
        "requires_grad=True の値から、torch.no_grad() の外で計算してください。"
    )


def _refuse_more_than_limit(count: int) -> None:
    if count > LIMIT:
        raise GraphError(
            f"計算グラフの箱が {LIMIT} を超えました。"
            "層やデータを減らすか、途中の値から描いてください。"
        )


def _starts(
    outputs: Sequence[torch.Tensor], gradient: Outputs | float | None
) -> list[torch.Tensor]:
    """逆伝播のはじめに、それぞれの出力へ渡す勾配。"""
    if gradient is None:
        return [_one(output) for output in outputs]
    gradients = gradient if len(outputs) > 1 else [gradient]
    if not isinstance(gradients, list | tuple) or len(gradients) != len(outputs):
        raise GraphError(f"gradient には、出力と同じ {len(outputs)} 個の勾配を並べてください。")
    found = []
    for output, each in zip(outputs, gradients, strict=True):
        try:
            start = torch.as_tensor(each, dtype=output.dtype, device=output.device)
        except (TypeError, ValueError, RuntimeError) as error:
            message = f"gradient には、テンソルを渡してください。渡された値: {each!r}"
            raise GraphError(message) from error
        if start.shape != output.shape:
            raise GraphError(
                f"gradient の形 {tuple(start.shape)} が、"
                f"出力の形 {tuple(output.shape)} と違います。"
            )
        found.append(start)
    return found


def _one(output: torch.Tensor) -> torch.Tensor:
    if output.numel() != 1:
        raise GraphError(
            f"出力の形が {tuple(output.shape)} で、数1つではありません。"
            "損失を渡すか、gradient に同じ形の勾配を渡してください。"
        )
    if output.is_complex():
        raise GraphError(
            "出力が複素数です。逆伝播は実数から始めます。"
            "abs() などで実数の損失にするか、gradient に複素数の勾配を渡してください。"
        )
    return torch.ones_like(output)
