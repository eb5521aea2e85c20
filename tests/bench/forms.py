"""The pages of the planted faults, as other tools want them written."""

from __future__ import annotations

import ast
import re

import nbformat

from literate.verify.page import Cell, parse
from tests.literate.test_planted import FAULTS

FIGURE, SKIP = "<Figure", "skip-execution"


def cells_of(name: str, which: int) -> tuple[Cell, ...]:
    """Return the cells of a page: of the one that is right, or of the one with the fault."""
    return parse("\n".join(FAULTS[name][which])).cells


def notebook(name: str, which: int, skip: str) -> nbformat.NotebookNode:
    """Return a page as a notebook."""
    cells = []
    for cell in cells_of(name, which):
        tags = [tag.replace(SKIP, skip) for tag in cell.tags]
        cells.append(nbformat.v4.new_code_cell(cell.source, metadata={"tags": tags}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def rewrite(output: nbformat.NotebookNode, before: str, after: str) -> None:
    """Put the words of a fault into an output that was stored."""
    if output.output_type == "error":
        output.ename, output.evalue = after.split("\n")[-1].split(": ", 1)
        return
    place = output if "text" in output else output.data
    last = [text.split("\n")[-1].strip() for text in (before, after)]
    for key, value in place.items():
        if isinstance(value, str):
            whole = before in value
            place[key] = value.replace(*((before, after) if whole else last))


def said(cell: Cell) -> str:
    """Return what a cell prints where nobody shows pictures: the kind, or nothing of a figure."""
    text = cell.expected.text if cell.expected else ""
    if text.startswith("<"):
        text = text.split("\n")[0]
    return "" if text.startswith(FIGURE) else text


def doctest(cell: Cell) -> str:
    """Return a cell as one types it into Python."""
    lines = cell.source.split("\n")
    starts = {node.lineno for node in ast.parse(cell.source).body}
    skip = "  # doctest: +SKIP" if SKIP in cell.tags else ""
    begins = {True: ">>> {}" + skip, False: "... {}"}
    typed = [begins[n in starts].format(line) for n, line in enumerate(lines, 1)]
    expected = [line or "<BLANKLINE>" for line in said(cell).split("\n")] if said(cell) else []
    return "\n".join([*typed, *expected])


def directive(cell: Cell) -> str:
    """Return a cell as a directive of ``sphinx.ext.doctest``: results are seen in Python alone."""
    last = ast.parse(cell.source).body[-1]
    shown = isinstance(last, ast.Expr) and "print" not in ast.unparse(last)
    skip = "   :skipif: True\n" if SKIP in cell.tags else ""
    code, text = (re.sub("^", "   ", each, flags=re.M) for each in (cell.source, said(cell)))
    if shown and "raises-exception" not in cell.tags:
        typed = re.sub("^", "   ", doctest(cell), flags=re.M)
        return f".. doctest::\n{skip}\n{typed}\n"
    output = f".. testoutput::\n{skip}\n{text}\n" if said(cell) else ""
    return f".. testcode::\n{skip}\n{code}\n\n{output}"
