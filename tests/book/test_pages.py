"""Every page goes the same way, in small steps, to exercises that check themselves."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from statistics import median

import pytest

from literate.verify.page import Cell, Page, parse
from tests.builds import ROOT

BOOK = ROOT / "book"
PAGES = sorted(
    page.relative_to(BOOK).with_suffix("").as_posix()
    for part in ("lesson", "beyond", "practice")
    for page in (BOOK / part).glob("*.md")
)
FORMULA = re.compile(r"^```\{math\}\n(.*?)^```$", re.M | re.S)  # it is read as prose
NOT_PROSE = re.compile(r"^---\n.*?^---$|^(`{3,}).*?^\1$|^(?::::+|:[\w-]+:)[^\n]*$", re.M | re.S)
EXERCISE = re.compile(r"^::::\{exercise\} (★+) ", re.M)
HINT = re.compile(r"^:::\{hint\}\n(?!:::)", re.M)
SOLUTION = re.compile(r"^:::\{solution\}$", re.M)


@dataclass(frozen=True)
class Exercise:
    """An exercise of a page, from its question to the end of its solution."""

    stars: str
    has_hint: bool
    solution: tuple[Cell, ...]

    @property
    def checks_itself(self) -> bool:
        return any(map(asserts, self.solution))


@cache
def text_of(page: str) -> str:
    return (BOOK / f"{page}.md").read_text("utf-8")


@cache
def parsed(page: str) -> Page:
    return parse(text_of(page))


def shown(page: str) -> list[Cell]:
    """The cells whose code is on the page."""
    hidden = {"remove-cell", "remove-input"}
    return [cell for cell in parsed(page).cells if not hidden & set(cell.tags)]


def lines(text: str) -> int:
    """How many lines of a text are not blank."""
    return sum(bool(line.strip()) for line in text.splitlines())


def sentences(text: str) -> int:
    """How many sentences a text has; a line without a full stop is one."""
    return sum(max(1, line.count("。")) for line in text.splitlines() if line.strip())


def asserts(cell: Cell) -> bool:
    """Tell whether a cell fails where its result is wrong."""
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("assert_close"):
            return True
    return False


def exercises(page: str) -> list[Exercise]:
    """The exercises of a page; each ends where the next one or the next section begins."""
    text = text_of(page)
    found = []
    for match in EXERCISE.finditer(text):
        end = re.compile(r"^(?:::::\{exercise\}|## )", re.M).search(text, match.end())
        stop = end.start() if end else len(text)
        mark = SOLUTION.search(text, match.end(), stop)
        first, last = (text.count("\n", 0, n) for n in (mark.start() if mark else stop, stop))
        solution = tuple(cell for cell in shown(page) if first < cell.line <= last)
        hint = HINT.search(text, match.end(), mark.start() if mark else stop)
        found.append(Exercise(match[1], hint is not None, solution))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_goes_from_its_goal_to_what_follows(page: str) -> None:
    headings = re.findall(r"^(?:## |:::\{admonition\} )(.+)$", text_of(page), re.M)
    assert headings[:2] == ["目標", "前提"]
    ending = ["ポイント", "練習問題", "次へ"]
    if page.startswith(("beyond/", "practice/")):
        ending.insert(2, "この先へ")
    assert headings[-len(ending) :] == ending


@pytest.mark.parametrize("page", PAGES)
def test_cells_are_short(page: str) -> None:
    lengths = {cell.line: lines(cell.source) for cell in shown(page)}
    assert {line: length for line, length in lengths.items() if length > 15} == {}
    assert median(lengths.values()) <= 6


@pytest.mark.parametrize("page", PAGES)
def test_words_and_code_are_in_balance(page: str) -> None:
    prose = sentences(NOT_PROSE.sub("", FORMULA.sub(r"\1", text_of(page))))
    code = sum(lines(cell.source) for cell in shown(page))
    assert 1.2 <= prose / code <= 5, f"{prose} sentences of prose, {code} lines of code"


@pytest.mark.parametrize("page", PAGES)
def test_exercises_grow_harder_and_check_themselves(page: str) -> None:
    found = exercises(page)
    assert len(found) >= 3
    assert [e.stars for e in found] == sorted((e.stars for e in found), key=len)
    assert [n for n, e in enumerate(found, 1) if not e.has_hint] == []
    assert [n for n, e in enumerate(found, 1) if not e.checks_itself] == []


def test_the_book_has_a_hundred_exercises() -> None:
    assert sum(len(exercises(page)) for page in PAGES) >= 100
