"""逆伝播を1回動かして、順番と勾配を読み取る。動かす前と後で、読む人のものは何も変わらない。"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.autograd.graph import Node

from neuron.drawing.record import GraphError
from neuron.drawing.torch_api import raw_saved, saved
from neuron.drawing.watching import leaf_of

Gradients = tuple[torch.Tensor | None, ...]


@dataclass
class Run:
    """逆伝播1回。``order`` は動いた順番、``sent`` と ``arrived`` は、送った勾配と届いた勾配。"""

    order: dict[Node, int] = field(default_factory=dict)
    sent: dict[Node, Gradients] = field(default_factory=dict)
    arrived: dict[Node, Gradients] = field(default_factory=dict)

    def before(self, node: Node, gradients: Gradients) -> None:
        """節が動く直前に、届いた勾配を覚える。"""
        self.order[node] = len(self.order) + 1
        self.arrived[node] = _copies(gradients)

    def after(self, node: Node, gradients: Gradients) -> None:
        """節が動いた直後に、送る勾配を覚える。"""
        self.sent[node] = _copies(gradients)


def run_backward(
    outputs: Sequence[torch.Tensor],
    starts: Sequence[torch.Tensor],
    nodes: Sequence[Node],
    results: Sequence[torch.Tensor] | None,
) -> Run:
    """逆伝播を動かす。

    葉の ``grad`` を変えないよう ``torch.autograd.grad`` を使う。このとき葉の AccumulateGrad は
    動かないので、葉のテンソルのフックで受け取る。``results`` は、節の結果になったテンソル。

    Raises:
        GraphError: torch が逆伝播を断ったとき。

    """
    run = Run()
    leaves = {node: leaf for node in nodes if (leaf := leaf_of(node)) is not None}
    marked = [leaf for leaf in leaves.values() if leaf.requires_grad]  # 凍結した葉には届かない
    if not marked:
        raise GraphError(
            "このグラフには、勾配を受け取る葉（requires_grad=True の値）がありません。"
        )
    with unchanged(nodes, results), ExitStack() as hooks:
        for node in nodes:
            leaf = leaves.get(node)
            if leaf is None:
                handles = [
                    node.register_prehook(lambda g, node=node: run.before(node, g)),
                    node.register_hook(lambda g, _, node=node: run.after(node, g)),
                ]
            elif leaf.requires_grad:
                handles = [leaf.register_hook(lambda g, node=node: run.before(node, (g,)))]
            else:
                handles = []
            for handle in handles:
                hooks.callback(handle.remove)
        try:
            torch.autograd.grad(outputs, marked, starts, retain_graph=True, allow_unused=True)
        except RuntimeError as error:
            raise GraphError(reason(error)) from error
    return run


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
    if "use_reentrant=True" in message:
        return (
            "use_reentrant=True のチェックポイントの中は、調べられません。"
            "use_reentrant=False としてください。"
        )
    return f"逆伝播が失敗しました: {message}"


@contextmanager
def unchanged(
    nodes: Sequence[Node], results: Sequence[torch.Tensor] | None = None
) -> Iterator[None]:
    """``retain_grad`` をした値の勾配、乱数、再計算で動くバッファーを、終わったあとで元に戻す。"""
    if results is None:
        kinds = _kinds(torch.Tensor)
        results = [each for each in gc.get_objects() if type(each) in kinds]
    gradients = [(tensor, tensor.grad) for tensor in results if tensor.retains_grad]
    buffers = []
    if any(map(is_recomputed, nodes)):
        kinds = _kinds(nn.Module)
        modules = [module for module in gc.get_objects() if type(module) in kinds]
        buffers = [(b, b.detach().clone()) for m in modules for b in m.buffers(recurse=False)]
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        for tensor, gradient in gradients:
            tensor.grad = gradient
        for buffer, value in buffers:
            buffer.data.copy_(value)


def is_recomputed(node: Node) -> bool:
    """保存された値を、取り出すたびに作り直す節か。チェックポイントの中がそうなる。"""
    return any(getattr(each, "unpack_hook", None) is not None for each in raw_saved(node))


def saved_by(node: Node) -> dict[str, torch.Tensor | float]:
    """逆伝播のために保存された値。テンソルと数だけを、名前の順に集める。作り直す節のものは読まない。"""
    found: dict[str, torch.Tensor | float] = {}
    if is_recomputed(node):
        return found
    for name, value in saved(node):
        if isinstance(value, torch.Tensor):
            found[name] = value.detach()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = value
    return found


def derivatives(node: Node, arrived: Gradients) -> Gradients:
    """届く勾配が 1 だったら送るはずの勾配。それが、その区間だけの微分係数になる。"""
    if leaf_of(node) is not None or not callable(node):  # 自作の Function は直接呼べない
        return ()
    if len(arrived) != 1 or arrived[0] is None or arrived[0].numel() != 1:
        return ()
    if is_recomputed(node):
        return ()
    with torch.no_grad():
        result = node(torch.ones_like(arrived[0]))
    return result if isinstance(result, tuple) else (result,)


def _kinds(kind: type) -> set[type]:
    return {kind}.union(*map(_kinds, kind.__subclasses__()))


def _copies(gradients: Gradients) -> Gradients:
    return tuple(None if g is None else g.detach().clone() for g in gradients)
