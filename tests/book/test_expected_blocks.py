"""Change any character of any expected block of the book, and the comparison tells of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from myst_nb.core.read import is_myst_markdown_notebook

from literate.verify.block import Expected, Rule
from literate.verify.compare import matches
from literate.verify.page import parse
from literate.verify.printed import Printed, printed
from literate.verify.problems import outputs_of, problems
from tests.builds import ROOT, Build

PAGES = [
    page.relative_to(ROOT / "book").with_suffix("")
    for page in sorted((ROOT / "book").rglob("*.md"))
    if is_myst_markdown_notebook(page.read_text("utf-8"))
]
HEADER = "Traceback (most recent call last):"
DIGITS = dict(zip("0123456789", "1234567890", strict=True))
BLANKS = re.compile(r"[ \t]+$", re.M)
FULL = re.compile(r"(?<![\w.])[+-]?\d*\.\d*(?:e[+-]\d\d)?(?![\w.])", re.ASCII)


def mutants(text: str) -> Iterator[str]:
    """Yield a text with one character more, less, of the other case, or another one."""
    for place in range(len(text) + 1):
        before, character, after = text[:place], text[place : place + 1], text[place + 1 :]
        for added in ("x", "0", " ", "\n", "."):
            yield before + added + character + after
        if character:
            other = DIGITS.get(character, "x")
            yield from (before + each + after for each in ("", " ", other, character.swapcase()))


def documented(new: str, expected: Expected, got: Printed) -> bool:
    """Tell by other means than the comparison's own whether the documented rules call it equal."""
    if Rule.ELLIPSIS in expected.rules:
        said, printed_text = ("\n".join(simple(text, got)) for text in (new, got.text))
        pattern = ".*".join(map(re.escape, said.split("...")))
        return re.fullmatch(pattern, printed_text, re.DOTALL) is not None
    return simple(new, got) == simple(expected.text, got) or near(expected, new)


def simple(text: str, got: Printed) -> list[str]:
    """Return the lines of a text that count: no blanks at the ends, no stack of an exception."""
    lines = BLANKS.sub("", text).rstrip("\n").split("\n")
    if got.raised is not None and HEADER in lines:
        start = lines.index(HEADER) + 1
        while start < len(lines) and lines[start][:1] in (" ", "\t"):
            del lines[start]
    return lines


def near(expected: Expected, new: str) -> bool:
    """Tell whether only the last digits of floats are different, full ones if it is not said."""
    old = expected.text
    numbers = [FULL.findall(BLANKS.sub("", text)) for text in (old, new)]
    if FULL.sub("#", BLANKS.sub("", old)) != FULL.sub("#", BLANKS.sub("", new)):
        return False
    return all(
        abs(float(a) - float(b)) <= 1.1 * (expected.rtol or 1e-5) * abs(float(a))
        and (significant(a) >= 6 or expected.rtol is not None)
        for a, b in zip(*numbers, strict=True)
        if a != b
    )


def significant(number: str) -> int:
    return len(re.sub(r"e.*|\D", "", number).lstrip("0"))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_changed_character_is_noticed(site: Build, page: Path) -> None:
    text = (ROOT / "book" / page.with_suffix(".md")).read_text("utf-8")
    executed = site.html.parent / "jupyter_execute" / page.with_suffix(".ipynb")
    notebook = nbformat.read(executed, as_version=4)
    outputs = [outputs_of(cell) for cell in notebook.cells if cell.cell_type == "code"]
    read = parse(text)
    assert not list(problems(read, outputs))

    changed = 0
    for cell, cell_outputs in zip(read.cells, outputs, strict=True):
        if cell.expected is None:
            continue
        got = printed(cell_outputs)
        for mutant in set(mutants(cell.expected.text)) - {cell.expected.text}:
            if matches(replace(cell.expected, text=mutant), got):
                assert documented(mutant, cell.expected, got), mutant
            changed += 1
    assert changed > 0
