"""用語。すべて ``appendix/terms.yml`` にあり、表記を調べる prh も同じファイルを読みます。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from sphinx.errors import ExtensionError

FILE = Path(__file__).parents[3] / "book" / "appendix" / "terms.yml"
OF_PRH = ("pattern", "patterns", "options", "specs")


@dataclass(frozen=True)
class Term:
    """A term: how it is written, read and explained, and the page that teaches it."""

    expected: str
    english: str
    reading: str
    text: str
    page: str
    symbol: str = ""
    match: str = ""

    @property
    def pattern(self) -> str:
        """What is found in prose: the term itself, a Latin one as a whole word."""
        if self.match:
            return self.match
        word = re.escape(self.expected)
        return rf"(?<![A-Za-z]){word}(?![A-Za-z])" if self.expected.isascii() else word


@cache
def terms() -> dict[str, Term]:
    """Return the terms by their names; a rule without ``english`` is one of spelling alone.

    Raises:
        ExtensionError: the file is no YAML, or a term lacks a field, has an unknown one, or
            stands there twice.

    """
    try:
        rules = yaml.load(FILE.read_text("utf-8"), yaml.CSafeLoader)["rules"]
    except yaml.YAMLError as error:
        raise ExtensionError(f"{FILE.name} を読めません: {error}") from error
    found: dict[str, Term] = {}
    for rule in rules:
        if "english" not in rule:
            continue
        fields = {key: value for key, value in rule.items() if key not in OF_PRH}
        try:
            term = Term(**fields)
        except TypeError as error:
            raise ExtensionError(f"{FILE.name} の {rule['expected']}: {error}") from error
        if term.expected in found:
            raise ExtensionError(f"{FILE.name} に {term.expected} が2つあります。")
        found[term.expected] = term
    return found


@cache
def pattern() -> re.Pattern[str]:
    """Match any term, the longest first; the name of the group is its place in ``terms()``."""
    places = enumerate(terms().values())
    longest = sorted(places, key=lambda item: -len(item[1].expected))
    return re.compile("|".join(f"(?P<t{place}>{term.pattern})" for place, term in longest))


def matches(text: str) -> Iterator[tuple[re.Match[str], Term]]:
    """Yield every place of a text in which a term stands."""
    every = list(terms().values())
    for match in pattern().finditer(text):
        yield match, every[int(str(match.lastgroup)[1:])]
