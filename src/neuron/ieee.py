"""止まらない計算。0 で割っても、大きくなりすぎても、PyTorch と同じ inf や nan になる。"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def divide(a: float, b: float) -> float:
    """割り算。"""
    return _quietly(np.divide, a, b)


def exp(x: float) -> float:
    """指数関数。"""
    return _quietly(np.exp, x)


def power(base: float, exponent: float) -> float:
    """累乗。PyTorch は 0.5 乗を平方根で求めるので、負の無限大では nan になる。"""
    if abs(exponent) != 0.5:
        return _quietly(np.power, base, exponent)
    root = _quietly(np.sqrt, base)
    return root if exponent > 0 else divide(1.0, root)


def _quietly(operation: Callable[..., np.float64], *numbers: float) -> float:
    with np.errstate(all="ignore"):
        return float(operation(*map(np.float64, numbers)))
