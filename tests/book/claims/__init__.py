"""Sentences of the pages, each with the function that proves it on the installed torch.

A module a page. A sentence is quoted as it stands in the page's source; its proof asserts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

Proof = Callable[[], None]
Keep = Callable[[Proof], Proof]


@dataclass(frozen=True)
class Claim:
    """A sentence of a page, and what fails where it is false."""

    page: str
    sentence: str
    proof: Proof


CLAIMS: list[Claim] = []


def claims_of(page: str) -> Callable[[str], Keep]:
    """The decorator for the proofs of a page's sentences."""

    def claim(sentence: str) -> Keep:
        def keep(proof: Proof) -> Proof:
            CLAIMS.append(Claim(page, sentence, proof))
            return proof

        return keep

    return claim


def every() -> list[Claim]:
    """The claims of all modules here."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return CLAIMS
