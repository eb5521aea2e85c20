"""`Neuron` に渡された値を調べ、合わないときは、何を渡せばよいかを日本語で伝える。"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch
from torch import nn

Values = Sequence[Any] | np.ndarray | torch.Tensor

MOST = 1_000_000  # 1つの層の、入力や出力の数。これより多いと、重みがメモリーに入らない


def checked_count(name: str, count: int) -> int:
    """個数 ``count`` が 1 以上の整数であることを確かめ、ただの整数にして返す。

    Raises:
        TypeError: 整数でないとき。
        ValueError: 1 より小さい、またはメモリーに入らないほど大きいとき。

    """
    if not isinstance(count, Integral) or isinstance(count, bool):
        raise TypeError(f"{name} は整数で指定します。渡された値: {count!r}")
    if count < 1:
        raise ValueError(f"{name} は 1 以上の整数で指定します。渡された値: {count}")
    if count > MOST:
        raise ValueError(f"{name} は {MOST} 以下で指定します。渡された値: {count}")
    return int(count)


def checked_activation(activation: nn.Module) -> nn.Module:
    """活性化関数が ``nn.Module`` の部品であることを確かめて返す。

    Raises:
        TypeError: 部品でないとき。よくあるのは、``nn.Tanh()`` の括弧を忘れた ``nn.Tanh``。

    """
    if not isinstance(activation, nn.Module):
        raise TypeError(
            f"activation は nn.Tanh() のような部品で指定します（最後の括弧も要ります）。"
            f"渡された値: {activation!r}"
        )
    return activation


def checked_values(name: str, values: Values, shape: tuple[int, ...]) -> nn.Parameter:
    """``values`` が形 ``shape`` の有限な実数であることを確かめ、パラメーターにして返す。

    Raises:
        TypeError: リストでも配列でもない、または中身が実数でないとき。
        ValueError: 形が合わない、長さがそろっていない、NaN か無限大があるとき。

    """
    fit = f"{name} には、形 {shape} の小数を渡します（例: {_example(shape)}）。"
    tensor = _as_tensor(values, fit)
    if tensor.shape != shape:
        hint = ""
        if len(shape) == 2 and tensor.shape == shape[::-1]:
            hint = "行と列が逆です。nn.Linear の重みは（out_features, in_features）の形です。"
        raise ValueError(f"{fit}渡された値の形: {tuple(tensor.shape)}。{hint}".rstrip())
    dtype = torch.get_default_dtype()
    if not torch.isfinite(tensor := tensor.to(dtype)).all():
        raise ValueError(
            f"{fit}NaN や無限大や、{dtype} に入らないほど大きい数は使えません。渡された値: {values}"
        )
    return nn.Parameter(tensor)


def _as_tensor(values: Values, fit: str) -> torch.Tensor:
    """そのままの細かさで、新しいテンソルにする。"""
    if isinstance(values, torch.Tensor):
        _require_real(values.is_floating_point(), f"dtype が {values.dtype} のテンソル", fit)
        _require_real(not values.is_meta, "値のない meta テンソル", fit)
        return values.detach().to_dense().clone()
    if isinstance(values, np.ndarray):
        _require_real(values.dtype.kind == "f", f"dtype が {values.dtype} の配列", fit)
        return torch.from_numpy(values.astype(np.float64))
    _require_real(isinstance(values, list | tuple), repr(values), fit)
    for number in _numbers(values):
        is_real = isinstance(number, Real) and not isinstance(number, bool | np.bool)
        _require_real(is_real, f"{number!r} を含むリスト", fit)
    try:
        return torch.tensor(_floats(values), dtype=torch.float64)
    except ValueError as error:
        raise ValueError(f"{fit}内側のリストの長さがそろっていません: {values}") from error


def _floats(values: Any) -> Any:
    """入れ子のまま、数をどれも Python の小数にする。大きすぎる整数は、無限大とする。"""
    if isinstance(values, list | tuple):
        return [_floats(value) for value in values]
    try:
        return float(values)
    except OverflowError:
        return math.inf


def _require_real(condition: bool, given: str, fit: str) -> None:
    if not condition:
        raise TypeError(f"{fit}渡された値: {given}")


def _numbers(values: Sequence[Any]) -> list[Any]:
    """入れ子のリストの、いちばん内側の値を並べる。"""
    numbers: list[Any] = []
    for value in values:
        numbers.extend(_numbers(value) if isinstance(value, list | tuple) else [value])
    return numbers


def _example(shape: tuple[int, ...]) -> str:
    """その形に合う、短い書き方の例。"""
    if len(shape) * math.prod(shape) > 4:
        return f"torch.zeros{shape}"
    return str(torch.linspace(0.5, -0.5, math.prod(shape)).reshape(shape).tolist())
