"""計算グラフの記録：順伝播の値と、逆伝播が送った勾配を、autograd 自身から読み取る。

値は ``watch`` の中で計算したときに、勾配と順番は逆伝播を1回動かして、手に入れる。
モデルの勾配、パラメーター、乱数、フックは変わらない。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.autograd.graph import Node
from torch.overrides import TorchFunctionMode

from neuron.engine import Value

LIMIT = 500

Numbers = float | list[Any]


class GraphError(ValueError):
    """計算グラフを調べられない、または描けない理由を伝えるエラー。"""


@dataclass(frozen=True)
class Output:
    """計算の結果1つ。``value`` は、融合された計算の内側では分からず、None になる。"""

    shape: tuple[int, ...] | None
    value: Numbers | None
    gradient: Numbers | None


@dataclass(frozen=True)
class Arrow:
    """逆向きの矢印。``target`` は送り先の箱の番号（0 から）、``gradient`` は送った勾配。

    ``derivative`` は、出力も送り先も数1つのときの、その区間だけの微分係数。
    """

    target: int
    gradient: Numbers | None
    derivative: float | None


@dataclass(frozen=True)
class Box:
    """逆向きの計算1つ。``order`` は逆伝播、``made`` は順伝播で動いた順番（1 から）。"""

    name: str
    label: str
    order: int | None
    made: int | None
    outputs: tuple[Output, ...]
    saved: dict[str, Numbers | None]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True)
class Trace:
    """計算グラフの記録。箱は逆伝播の順に並び、先頭が出発点。``asdict`` で JSON にできる。"""

    boxes: tuple[Box, ...]


class watch(TorchFunctionMode):
    """``with watch() as values:`` の中で計算された値を、``trace`` のために覚える。"""

    def __init__(self) -> None:
        """まだ何も覚えていない。"""
        super().__init__()
        self._made: dict[Node, dict[int, torch.Tensor]] = {}

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """計算をそのまま行い、結果の写しを残す。"""
        result = func(*args, **(kwargs or {}))
        for tensor in _tensors(result):
            if tensor.grad_fn is not None:
                values = self._made.setdefault(tensor.grad_fn, {})
                values.setdefault(tensor.output_nr, tensor.detach().clone())
        return result

    def made(self, node: Node) -> dict[int, torch.Tensor]:
        """その箱の計算の結果を、出力の番号ごとに返す。見ていなければ空になる。"""
        return self._made.get(node, {})

    def in_order(self) -> list[Node]:
        """見ていた計算を、順番に並べる。"""
        return list(self._made)


def trace(
    output: torch.Tensor | Value,
    values: watch | None = None,
    *,
    params: nn.Module | None = None,
    names: Mapping[str, torch.Tensor | Value] | None = None,
    gradient: torch.Tensor | None = None,
) -> Trace:
    """出力または損失 ``output`` の計算グラフを、値と勾配と順番つきで記録する。

    ``values`` は計算を見ていた ``watch``。``params`` と ``names`` の名前が箱につく。
    出力が数1つでなければ、``gradient`` に、出力と同じ形の勾配を渡す。
    自作の autograd の ``Value`` も渡せる。その勾配は、``backward`` を済ませたものを読む。

    Raises:
        GraphError: グラフがない、すでに捨てられた、途中の値が書き換えられた、出力が数1つでないのに
            ``gradient`` がない、形が合わない、箱が 500 を超えるとき。

    """
    if isinstance(output, Value):
        return _trace_engine(output, names or {})
    nodes = nodes_of(output)
    start = _start(output, gradient)
    order, sent, arrived = _run_backward(output, start, nodes)
    nodes.sort(key=lambda node: order.get(node, len(order) + 1))
    numbers = {node: number for number, node in enumerate(nodes)}
    labels = _labels(params, names or {})
    values = values or watch()  # 何も見ていない
    seen = [node for node in values.in_order() if node in numbers]
    made = {node: number for number, node in enumerate(seen, 1)}
    boxes = []
    for node in nodes:
        leaf = _leaf(node)
        known = values.made(node) if leaf is None else {0: leaf}
        boxes.append(
            Box(
                name=type(node).__name__,
                label=labels.get(leaf if leaf is not None else node, ""),
                order=order.get(node),
                made=made.get(node),
                outputs=_outputs(known, arrived.get(node, ())),
                saved=_saved(node),
                arrows=_arrows(node, numbers, sent.get(node, ()), arrived.get(node, ())),
            )
        )
    return Trace(tuple(boxes))


def _trace_engine(output: Value, names: Mapping[str, Value]) -> Trace:
    """自作の autograd の記録。葉は、勾配を足し込むだけなので、PyTorch と同じ名前で示す。"""
    if not output.parents or output.grad != 1.0:
        raise GraphError("計算の結果を、backward() を済ませてから渡してください。")
    values = output.graph()
    _refuse_more_than_limit(len(values))
    numbers = {value: number for number, value in enumerate(values)}
    labels = {value: name for name, value in names.items()}
    made = sorted((value for value in values if value.parents), key=lambda value: value.number)
    boxes = []
    for value, order in numbers.items():
        arrows = (
            Arrow(numbers[parent], value.grad * slope, slope) for parent, slope in value.parents
        )
        boxes.append(
            Box(
                name=value.name or "AccumulateGrad",
                label=labels.get(value, ""),
                order=order + 1,
                made=made.index(value) + 1 if value.parents else None,
                outputs=(Output((), value.data, value.grad),),
                saved={},
                arrows=tuple(arrows),
            )
        )
    return Trace(tuple(boxes))


def nodes_of(output: torch.Tensor) -> list[Node]:
    """``next_functions`` をたどって、計算グラフの箱をすべて集める。

    Raises:
        GraphError: テンソルでない、計算グラフがない、または箱が 500 を超えるとき。

    """
    if not isinstance(output, torch.Tensor):
        raise GraphError(f"テンソルを渡してください。渡された値: {output!r}")
    if output.grad_fn is None:
        raise GraphError(
            "このテンソルには計算グラフがありません（grad_fn が None です）。"
            "requires_grad=True の値から、torch.no_grad() の外で計算してください。"
        )
    found, waiting = {output.grad_fn: None}, [output.grad_fn]
    while waiting:
        for node, _ in waiting.pop().next_functions:
            if node is not None and node not in found:
                found[node] = None
                waiting.append(node)
        _refuse_more_than_limit(len(found))
    return list(found)


def _refuse_more_than_limit(count: int) -> None:
    if count > LIMIT:
        raise GraphError(
            f"計算グラフの箱が {LIMIT} を超えました。"
            "層やデータを減らすか、途中の値から描いてください。"
        )


def reason(error: RuntimeError) -> str:
    """計算グラフを使えないと torch が言ったときの、理由と直し方。"""
    message = str(error)
    if "second time" in message or "already been freed" in message:
        return (
            "この計算グラフは、backward() のあとで捨てられています。"
            "もう一度順伝播を行うか、backward(retain_graph=True) としてください。"
        )
    if "inplace operation" in message:
        return (
            "逆伝播に必要な値が、あとから書き換えられています。"
            "x += 1 や x.relu_() の代わりに、新しい変数に入れてください。"
        )
    return f"逆伝播が失敗しました: {message}"


def _start(output: torch.Tensor, gradient: torch.Tensor | None) -> torch.Tensor:
    if gradient is None:
        if output.numel() != 1:
            raise GraphError(
                f"出力の形が {tuple(output.shape)} で、数1つではありません。"
                "損失を渡すか、gradient に同じ形の勾配を渡してください。"
            )
        return torch.ones_like(output)
    if gradient.shape != output.shape:
        raise GraphError(
            f"gradient の形 {tuple(gradient.shape)} が、出力の形 {tuple(output.shape)} と違います。"
        )
    return gradient.to(output.dtype)


Gradients = tuple[torch.Tensor | None, ...]


def _run_backward(
    output: torch.Tensor, start: torch.Tensor, nodes: list[Node]
) -> tuple[dict[Node, int], dict[Node, Gradients], dict[Node, Gradients]]:
    """逆伝播を1回動かし、順番と、箱が送った勾配と、箱に届いた勾配を返す。

    葉の ``grad`` を変えないよう ``torch.autograd.grad`` を使う。このとき葉の AccumulateGrad は
    動かないので、葉のテンソルのフックで受け取る。
    """
    order: dict[Node, int] = {}
    sent: dict[Node, Gradients] = {}
    arrived: dict[Node, Gradients] = {}

    def before(node: Node, gradients: Gradients) -> None:
        order[node] = len(order) + 1
        arrived[node] = tuple(None if g is None else g.detach().clone() for g in gradients)

    def after(node: Node, gradients: Gradients) -> None:
        sent[node] = tuple(None if g is None else g.detach().clone() for g in gradients)

    leaves = {node: leaf for node in nodes if (leaf := _leaf(node)) is not None}
    handles = []
    try:
        for node in nodes:
            if node in leaves:
                hook = leaves[node].register_hook(lambda g, node=node: before(node, (g,)))
                handles.append(hook)
            else:
                handles.append(node.register_prehook(lambda g, node=node: before(node, g)))
                handles.append(node.register_hook(lambda g, _, node=node: after(node, g)))
        torch.autograd.grad(
            output, list(leaves.values()), start, retain_graph=True, allow_unused=True
        )
    except RuntimeError as error:
        raise GraphError(reason(error)) from error
    finally:
        for handle in handles:
            handle.remove()
    return order, sent, arrived


def _leaf(node: Node) -> torch.Tensor | None:
    return getattr(node, "variable", None)


def _labels(
    params: nn.Module | None, names: Mapping[str, torch.Tensor]
) -> dict[torch.Tensor | Node, str]:
    named = dict(params.named_parameters()) if params is not None else {}
    named |= names
    return {tensor if tensor.grad_fn is None else tensor.grad_fn: n for n, tensor in named.items()}


def _outputs(values: dict[int, torch.Tensor], gradients: Gradients) -> tuple[Output, ...]:
    count = max([len(gradients), *(number + 1 for number in values)], default=0)
    found = []
    for number in range(count):
        value = values.get(number)
        gradient = gradients[number] if number < len(gradients) else None
        known = value if value is not None else gradient
        shape = None if known is None else tuple(known.shape)
        found.append(Output(shape, _numbers(value), _numbers(gradient)))
    return tuple(found)


def _saved(node: Node) -> dict[str, Numbers | None]:
    """逆伝播のために保存された値。テンソルと数だけを、名前の順に集める。"""
    found = {}
    for attribute in sorted(dir(node)):
        if attribute.startswith("_saved_"):
            value = getattr(node, attribute)
            if isinstance(value, torch.Tensor):
                found[attribute.removeprefix("_saved_")] = _numbers(value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                found[attribute.removeprefix("_saved_")] = value
    return found


def _arrows(
    node: Node, numbers: dict[Node, int], sent: Gradients, arrived: Gradients
) -> tuple[Arrow, ...]:
    derivatives = _derivatives(node, arrived)
    found = []
    for place, (target, _) in enumerate(node.next_functions):
        if target is None:
            continue
        gradient = sent[place] if place < len(sent) else None
        scalar = gradient is not None and gradient.numel() == 1 and place < len(derivatives)
        derivative = derivatives[place].item() if scalar else None
        found.append(Arrow(numbers[target], _numbers(gradient), derivative))
    return tuple(found)


def _derivatives(node: Node, arrived: Gradients) -> Gradients:
    """届く勾配が 1 だったら送るはずの勾配。それが、その区間だけの微分係数になる。"""
    if _leaf(node) is not None or not callable(node):  # 自作の Function は直接呼べない
        return ()
    if len(arrived) != 1 or arrived[0] is None:
        return ()
    if arrived[0].numel() != 1:
        return ()
    with torch.no_grad():
        result = node(torch.ones_like(arrived[0]))
    return result if isinstance(result, tuple) else (result,)


def _numbers(tensor: torch.Tensor | None) -> Numbers | None:
    return None if tensor is None else tensor.detach().to_dense().tolist()


def _tensors(result: Any) -> Iterator[torch.Tensor]:
    if isinstance(result, torch.Tensor):
        yield result
    elif isinstance(result, list | tuple):
        for item in result:
            yield from _tensors(item)
