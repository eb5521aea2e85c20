"""Verify each page while Sphinx reads it, mark what was verified, and keep the count.

With ``literate_accept`` the same run rewrites the expected blocks in the sources instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from literate.accept import rewrite
from literate.gate import executed_cells, warn
from literate.ledger import versions
from literate.page import Page, PageError, parse
from literate.prose import text_of, unproven
from literate.verify import Outputs, failures, problems


class TestOutput(SphinxDirective):
    """An expected block; the page shows the output of the run in its place."""

    has_content = True
    option_spec = {"options": str, "rtol": str}

    def run(self) -> list[nodes.Node]:
        """Show nothing."""
        return []


def verify_page(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of whatever a page says and its run does not, or the other way round."""
    docname = app.env.docname
    notebook = executed_cells(app, docname)
    code = [cell for cell in notebook if cell.cell_type == "code"]
    file = Path(app.env.doc2path(docname))
    text = file.read_bytes().decode("utf-8")
    if not code:
        check_prose(app, doctree, [], text)
        return
    try:
        page = parse(text)
    except PageError as error:
        warn(docname, error.line, str(error))
        return
    result = app.env.nb_metadata[docname].get("exec_data")
    if result is None:
        warn(docname, page.cells[0].code, "セルが実行されませんでした。")
        return
    outputs = [cell.outputs for cell in code if cell.execution_count is not None]
    if result["error"] == "CellTimeoutError":
        outputs.pop()  # what it had written by then is a matter of chance
        stopped = page.cells[len(outputs)].code
        warn(docname, stopped, f"セルが時間内に終わりませんでした。\n{result['traceback']}")
    if app.config.literate_accept:
        accept(docname, file, text, page, outputs)
        return
    for problem in problems(page, outputs):
        warn(docname, problem.line, problem.message, problem.kind)
    if result["succeeded"]:
        check_prose(app, doctree, outputs, text)
    record(app, page, len(outputs))
    mark_verified(doctree, page, notebook)
    add_foot(app, doctree, page)


def check_prose(
    app: Sphinx, doctree: nodes.document, outputs: Sequence[Outputs], text: str
) -> None:
    """Warn of the numbers and shapes in a page's prose that nothing proves."""
    printed = [*map(text_of, chain(*outputs)), app.config.today]  # `{sub-ref}` inserts the day
    for problem in unproven(doctree, "\n".join(printed), text.splitlines()):
        warn(app.env.docname, problem.line, problem.message)


def accept(docname: str, file: Path, old: str, page: Page, outputs: Sequence[Outputs]) -> None:
    """Write a page anew where its outputs changed, and show the difference."""
    failed = [
        problem
        for cell, cell_outputs in zip(page.cells, outputs, strict=False)
        for problem in failures(cell, cell_outputs)
    ]
    for problem in failed:
        warn(docname, problem.line, f"書き換えません。{problem.message}")
    if failed or len(outputs) < len(page.cells):
        return
    try:
        new = rewrite(old, page, outputs)
    except PageError as error:
        warn(docname, error.line, str(error))
        return
    if new != old:
        lines = (text.splitlines() for text in (old, new))
        print("\n".join(difflib.unified_diff(*lines, str(file), str(file), lineterm="")))
        file.write_bytes(new.encode("utf-8"))


def record(app: Sphinx, page: Page, ran: int) -> None:
    """Keep a page's counts in the environment, for the ledger."""
    app.env.metadata[app.env.docname]["literate"] = {
        "title": page.title,
        "cells": len(page.cells),
        "ran": ran,
        "compared": compared(page),
        "exempt": [(cell.line, cell.reason) for cell in page.cells if "unverified" in cell.tags],
    }


def mark_verified(doctree: nodes.document, page: Page, notebook: Sequence[NotebookNode]) -> None:
    """Put a quiet tick at each output that was compared."""
    indices = (index for index, cell in enumerate(notebook) if cell.cell_type == "code")
    cells = zip(indices, page.cells, strict=True)
    ticked = {index for index, cell in cells if cell.expected is not None}
    for container in list(doctree.findall(nodes.container)):
        outputs = container.get("nb_element") == "cell_code_output"
        if outputs and container.parent.get("cell_index") in ticked:
            tick = nodes.inline("", "✓", classes=["literate-tick"])
            words = nodes.inline("", "この出力は照合済みです", classes=["literate-words"])
            container.append(nodes.paragraph("", "", tick, words, classes=["literate-verified"]))


def add_foot(app: Sphinx, doctree: nodes.document, page: Page) -> None:
    """State at the end of a page what was executed and compared, and by what."""
    by = versions(app.config.literate_packages)
    words = f"このページの出力 {compared(page)} 件を、{by} でビルド時に実行し、照合しました。"
    *_, last = [doctree, *(child for child in doctree.children if isinstance(child, nodes.section))]
    last.append(nodes.paragraph("", words, classes=["literate-foot"]))


def compared(page: Page) -> int:
    """Return how many outputs of a page have an expected block."""
    return sum(cell.expected is not None for cell in page.cells)
