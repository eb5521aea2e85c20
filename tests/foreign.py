"""What other libraries keep to themselves, and this project stands on."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import Parameter, signature
from types import CodeType, FunctionType


def names_used_in(kind: type | FunctionType) -> Iterator[str]:
    """Yield the names that a function, or the methods of a class, look up."""
    functions = [kind] if isinstance(kind, FunctionType) else vars(kind).values()
    for function in functions:
        if isinstance(function, FunctionType):
            yield from names_in(function.__code__)


def names_in(code: CodeType) -> Iterator[str]:
    """Yield the names that code looks up, those of the functions inside it, too."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from names_in(inner)


def check_override(kind: type, name: str) -> None:
    """Hold a method against that of the library whose place it takes."""
    (theirs, *_) = [vars(base) for base in kind.__mro__[1:] if name in vars(base)] or [{}]
    assert name in theirs, f"{kind.__mro__[1].__module__} has no {name} any more"
    given = signature(theirs[name]).parameters
    taken = signature(vars(kind)[name]).parameters
    if Parameter.VAR_KEYWORD not in {each.kind for each in taken.values()}:
        assert given.keys() <= taken.keys(), f"{name} is given more than it takes"
