"""順伝播を見て、値、葉、勾配を求めない値、部品の呼び出しを、計算グラフの節に書きとめる。"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import nn
from torch.autograd.graph import Node
from torch.nn.modules import module as hooks
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakIdKeyDictionary

from neuron.drawing.torch_api import (
    DispatchMode,
    base_of,
    is_mutable,
    is_transforming,
    next_number,
    number_of,
    storage_of,
)


@dataclass
class Module:
    """部品の呼び出し1回。``inputs`` は、渡されたテンソルの記憶領域。"""

    module: weakref.ref[nn.Module]
    kind: str  # 部品は、呼ばれたあとで捨てられることもある
    number: int
    inputs: frozenset[int]


@dataclass
class Made:
    """節1つを作った計算。``given`` と ``leaves`` は、引数になったテンソルと、そのときの値。"""

    order: int
    calls: tuple[Module, ...]
    values: dict[int, torch.Tensor] = field(default_factory=dict)
    given: list[tuple[torch.Tensor, torch.Tensor]] = field(default_factory=list)
    leaves: list[tuple[torch.Tensor, torch.Tensor]] = field(default_factory=list)


@dataclass(frozen=True)
class Cut:
    """勾配の道を切った計算。``recorded`` は、記録が止められていなかったか。"""

    name: str
    recorded: bool
    given: tuple[weakref.ref[torch.Tensor], ...]


class watch(TorchFunctionMode):
    """``with watch() as values:`` の中で計算された値を、``trace`` のために覚える。

    値は計算グラフの節につけておくので、グラフが捨てられると、いっしょに捨てられる。
    """

    def __init__(self) -> None:
        """まだ何も覚えていない。"""
        super().__init__()
        self._calls: list[Module] = []
        self._copies: Any = WeakIdKeyDictionary()
        self._pending: dict[int, Made] = {}
        self._next, self._called = itertools.count(1).__next__, 0
        self.resting = False
        self.cuts: Any = WeakIdKeyDictionary()  # 勾配の道が切れた結果
        self._results: Any = WeakIdKeyDictionary()  # 節のある結果
        self._inside = _Inside(self)

    def __enter__(self) -> watch:
        """見はじめる。計算の内側と、部品の出入りも見る。"""
        super().__enter__()
        self._inside.__enter__()
        self._handles = [
            hooks.register_module_forward_pre_hook(self._enter_module),
            hooks.register_module_forward_hook(self._leave_module, always_call=True),
        ]
        return self

    def __exit__(self, *error: Any) -> None:
        """見おわる。"""
        for handle in self._handles:
            handle.remove()
        self._inside.__exit__(*error)
        super().__exit__(*error)

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """計算をそのまま行い、結果の写しを残す。"""
        given = list(tensors((args, kwargs)))
        for tensor in given:  # 自作の Function の結果は、次に使われるときに見える
            self._attach(tensor)
        first = next_number()
        self._inside.last = first - 1
        result = func(*args, **(kwargs or {}))
        marks = tuple(weakref.ref(tensor) for tensor in given if tensor.requires_grad)
        before = (self.cuts[tensor] for tensor in given if tensor in self.cuts)
        cut = Cut(_name(func), torch.is_grad_enabled(), marks) if marks else next(before, None)
        for tensor in tensors(result):
            self._attach(tensor, first)
            if cut is not None and not tensor.requires_grad:
                self.cuts[tensor] = cut
        if not is_transforming():  # vmap などの中では、節はまだ見えない
            last = next_number() - 1
            self._pending = {nr: made for nr, made in self._pending.items() if nr == last}
        return result

    def made(self, node: Node) -> Made | None:
        """その節を作った計算。見ていなければ None。"""
        return notes_on(node).get(self)

    def results_of(self, nodes: Sequence[Node]) -> list[torch.Tensor] | None:
        """いまも残っている結果。見ていなかった節があれば、すべてはわからないので None。"""
        seen = all(self in notes_on(node) or leaf_of(node) is not None for node in nodes)
        return list(self._results) if seen else None

    def _attach(self, tensor: torch.Tensor, first: int | None = None) -> None:
        """テンソルを作った節と、番号が ``first`` からの節に、まだなら、見たことをつける。"""
        if tensor.grad_fn is None:
            return
        self._results[tensor] = True
        waiting = [tensor.grad_fn]
        while waiting:
            node = waiting.pop()
            if self in notes_on(node) or leaf_of(node) is not None:
                continue
            number = number_of(node)
            made = self._pending.pop(number, None)
            if made is not None or node is tensor.grad_fn:
                notes_on(node)[self] = made or Made(self._next(), tuple(self._calls))
            elif first is None or number < first:
                continue
            waiting += [each for each, _ in node.next_functions if each is not None]
        values = notes_on(tensor.grad_fn)[self].values
        if tensor.output_nr not in values:
            values[tensor.output_nr] = self.copy(tensor)
        base = base_of(tensor)  # 一部を書き換えると、もとの値も変わる
        if base is not None and base.grad_fn is not None and self not in notes_on(base.grad_fn):
            self._attach(base)

    def computed(self, number: int, result: Any) -> None:
        """番号 ``number`` の節ができた計算の、結果と引数を書きとめる。"""
        made = self._pending.setdefault(number, Made(self._next(), tuple(self._calls)))
        made.values = {nr: self.copy(tensor) for nr, tensor in enumerate(tensors(result))}

    def used(self, number: int, arguments: list[torch.Tensor], *, given: bool) -> None:
        """計算の前に、引数になった葉と、``given`` なら勾配を求めない値も書きとめる。"""
        made = self._pending.setdefault(number, Made(self._next(), tuple(self._calls)))
        for tensor in arguments:
            if tensor.requires_grad and tensor.grad_fn is None:
                made.leaves.append((tensor, self.copy(tensor)))
            elif given and not tensor.requires_grad:
                made.given.append((tensor, self.copy(tensor)))

    def copy(self, tensor: torch.Tensor) -> torch.Tensor:
        """いまの値の写し。前の写しと同じなら、それを使う。"""
        if tensor.is_meta:
            return tensor.detach()
        self.resting = True
        try:
            with torch.no_grad():
                kept = self._copies.get(tensor)
                if kept is None or not _same(kept, tensor):
                    kept = self._copies[tensor] = tensor.detach().clone()
        finally:
            self.resting = False
        return kept

    def _enter_module(self, module: nn.Module, args: Any) -> None:
        self._called += 1
        inputs = frozenset(storage_of(tensor) for tensor in tensors(args))
        self._calls.append(Module(weakref.ref(module), type(module).__name__, self._called, inputs))

    def _leave_module(self, module: nn.Module, args: Any, result: Any) -> None:
        self._calls.pop()


class _Inside(DispatchMode):
    """C++ の中の計算も、1つずつ見る。"""

    # torch.compile を使わないので、その読み込みに1秒かけない。
    # クラスが完成する前に PyTorch が呼ぶので、`make mutate`が書き換える def では書けない。
    _should_skip_dynamo = classmethod(lambda cls: False)

    def __init__(self, outside: watch) -> None:
        super().__init__()
        self._outside = weakref.proxy(outside)
        self.last = -1  # ここまでの節は、もう見た
        self._copied = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self._outside.resting:
            return func(*args, **(kwargs or {}))
        number = next_number() - 1  # autograd は、計算の前に節を作り、番号をつける
        arguments = list(tensors((args, kwargs)))
        marked = any(tensor.requires_grad for tensor in arguments)
        recorded = torch.is_grad_enabled()  # 自作の Function の中では、記録は止まっている
        if self._copied and number == self.last and is_mutable(func):
            number, self.last = number - 1, -1  # 書き換える前の値を、別の節で写してあった
        self._copied = func is torch.ops.aten.clone.default
        new = recorded and marked and number != self.last
        if marked and (new or not recorded):
            self._outside.used(number, arguments, given=new)
        result = func(*args, **(kwargs or {}))
        if new:
            self._outside.computed(number, result)
        if new or not recorded:
            self.last = number
        return result


def tensors(value: Any) -> Iterator[torch.Tensor]:
    """組、リスト、辞書の中のテンソルを、順に取り出す。"""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors(item)
    elif isinstance(value, dict):
        yield from tensors(list(value.values()))


def notes_on(node: Node) -> dict[Any, Made]:
    """節に書きとめてあるもの。PyTorch の型では関数だが、辞書である。"""
    return cast("dict[Any, Made]", node.metadata)


def leaf_of(node: Node) -> torch.Tensor | None:
    """葉へ勾配を足し込む節なら、その葉。"""
    accumulating: Any = node
    return accumulating.variable if type(node).__name__ == "AccumulateGrad" else None


def _same(copy: torch.Tensor, tensor: torch.Tensor) -> bool:
    if copy.layout is not torch.strided or copy.dtype != tensor.dtype:
        return False
    return copy.shape == tensor.shape and torch.equal(copy, tensor)


def _name(func: Any) -> str:
    named = func.__self__ if func.__name__ == "__get__" else func  # tensor.data のような属性
    return str(named.__name__)
