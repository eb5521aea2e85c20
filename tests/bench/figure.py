"""A figure of the site: what was measured in which browser, and its limit."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BOOK = "本"  # the column of what no browser has a part in
COLUMNS = (BOOK, "Chromium", "Firefox", "WebKit")


@dataclass(frozen=True)
class Value:
    """A number, and the page on which it is the worst."""

    number: float
    where: str = ""


@dataclass(frozen=True)
class Figure:
    """A line of the table. A value above the limit misses it, or one below, if `least`."""

    name: str
    values: Mapping[str, Value]
    limit: float
    unit: str = ""
    least: bool = False

    def misses(self, value: Value) -> bool:
        """Whether a value is on the wrong side of the limit."""
        return value.number < self.limit if self.least else value.number > self.limit

    @property
    def missed(self) -> bool:
        """Whether any value is."""
        return any(map(self.misses, self.values.values()))

    def __str__(self) -> str:
        """Return the line."""
        cells = [self.cell(self.values[name]) if name in self.values else "" for name in COLUMNS]
        bound = f"{self.limit:g} {self.unit}".strip() + ("以上" if self.least else "以下")
        return f"| {' | '.join([self.name, *cells, bound])} |"

    def cell(self, value: Value) -> str:
        """Return a value with its mark."""
        where = f"（{value.where}）" if value.where else ""
        return f"{'✗' if self.misses(value) else '✓'} {value.number:g}{where}"


def table(figures: Sequence[Figure]) -> str:
    """Return the table of all figures."""
    head = f"| {' | '.join(['項目', *COLUMNS, '基準'])} |\n|{'---|' * (len(COLUMNS) + 2)}"
    return "\n".join([head, *map(str, figures)])


def highest(found: Mapping[str, float]) -> Value:
    """Return the highest number of any page."""
    worst = max(found, key=found.__getitem__)
    return Value(round(found[worst], 3), worst)


def lowest(found: Mapping[str, float]) -> Value:
    """Return the lowest number of any page."""
    worst = min(found, key=found.__getitem__)
    return Value(round(found[worst], 2), worst)


def count(found: Mapping[str, Sequence[str]]) -> Value:
    """Return how many things there are that must not be there at all, and tell each."""
    for page, things in found.items():
        for thing in things:
            tell(f"{page}: {thing}")
    pages = [page for page, things in found.items() if things]
    return Value(sum(map(len, found.values())), "、".join(pages[:3]) + "…" * (len(pages) > 3))


def tell(words: str) -> None:
    """Tell how far it is."""
    print(words, file=sys.stderr, flush=True)
