"""Change any digit of any expected block of the book, and the verification tells of it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from myst_nb.core.read import is_myst_markdown_notebook

from literate.page import parse
from literate.verify import problems
from tests.builds import ROOT, Build

PAGES = [
    page.relative_to(ROOT / "book").with_suffix("")
    for page in sorted((ROOT / "book").rglob("*.md"))
    if is_myst_markdown_notebook(page.read_text("utf-8"))
]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_changed_digit_is_noticed_at_its_block(site: Build, page: Path) -> None:
    text = (ROOT / "book" / page.with_suffix(".md")).read_text("utf-8")
    executed = site.html.parent / "jupyter_execute" / page.with_suffix(".ipynb")
    notebook = nbformat.read(executed, as_version=4)
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert not list(problems(parse(text), outputs))

    lines = text.splitlines(keepends=True)
    changed = 0
    for cell in parse(text).cells:
        if cell.expected is None:
            continue
        for number in range(*cell.expected.body):
            line = lines[number]
            for column in (i for i, character in enumerate(line) if character in "0123456789"):
                digit = str((int(line[column]) + 1) % 10)
                mutant = line[:column] + digit + line[column + 1 :]
                source = "".join([*lines[:number], mutant, *lines[number + 1 :]])
                found = [problem.line for problem in problems(parse(source), outputs)]
                assert found == [cell.expected.line], mutant
                changed += 1
    assert changed > 0
