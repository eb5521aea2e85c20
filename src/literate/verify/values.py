"""Compare what is written as Python values: dicts and sets in any order, floats as near ones."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from math import copysign, isclose, isnan
from typing import Any

Near = Callable[[float, float], bool]
# What `repr` writes of a float that is no literal.
NAMES = {"nan": float("nan"), "inf": float("inf")}


class _Floats(ast.NodeTransformer):
    """Lets a name stand for the float that it is."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Put the float in the place of its name."""
        return ast.copy_location(ast.Constant(NAMES[node.id]), node) if node.id in NAMES else node


def equal_values(want: str, have: str, *, rtol: float, atol: float) -> bool:
    """Tell whether two texts are the same Python value; never where one of them is none."""
    try:
        a, b = map(_value, (want, have))
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return False
    return _equal(a, b, lambda x, y: isclose(x, y, rel_tol=rtol, abs_tol=atol))


def _value(text: str) -> object:
    return ast.literal_eval(_Floats().visit(ast.parse(text.strip(), mode="eval")))


def _equal(a: Any, b: Any, near: Near) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        if a == b == 0:
            return copysign(1, a) == copysign(1, b)
        return (isnan(a) and isnan(b)) or near(a, b)
    if isinstance(a, complex):
        return _equal(a.real, b.real, near) and _equal(a.imag, b.imag, near)
    if isinstance(a, dict):
        return _matched([*a.items()], [*b.items()], near)
    if isinstance(a, set):
        return _matched(a, b, near)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(_equal(x, y, near) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def _matched(want: Collection[object], have: Collection[object], near: Near) -> bool:
    """Tell whether each element has one that is equal to it, in any order."""
    left = list(have)
    for each in want:
        place = next((n for n, other in enumerate(left) if _equal(each, other, near)), None)
        if place is None:
            return False
        del left[place]
    return not left
