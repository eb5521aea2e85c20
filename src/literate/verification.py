"""Verify each page while Sphinx reads it, mark what was verified, and keep the count.

With ``literate_accept`` the same run rewrites the expected blocks in the sources instead.
"""

from __future__ import annotations

import difflib
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from literate.accept import rewrite
from literate.gate import ExecutedCell, executed_cells, warn
from literate.ledger import versions
from literate.page import Page, PageError, parse
from literate.verify import problems


class TestOutput(SphinxDirective):
    """An expected block; the page shows the output of the run in its place."""

    has_content = True
    option_spec = {"options": str, "rtol": str}

    def run(self) -> list[nodes.Node]:
        """Show nothing."""
        return []


def verify_page(app: Sphinx, doctree: nodes.document) -> None:
    """Compare a page with its run; where all its cells ran."""
    docname = app.env.docname
    cells = executed_cells(app, docname)
    if not cells or not app.env.nb_metadata[docname].get("exec_data", {}).get("succeeded"):
        return  # no notebook, or the gate has told already what went wrong
    file = Path(app.env.doc2path(docname))
    text = file.read_bytes().decode("utf-8")
    outputs = [cell.node.outputs for cell in cells]
    try:
        page = parse(text)
        if app.config.literate_accept:
            accept(file, text, rewrite(text, page, outputs))
            return
    except PageError as error:
        warn(docname, error.line, str(error))
        return
    for problem in problems(page, outputs):
        warn(docname, problem.line, problem.message)
    record(app, page)
    mark_verified(doctree, page, cells)
    add_foot(app, doctree, page)


def accept(file: Path, old: str, new: str) -> None:
    """Write a page anew where it changed, and show the difference."""
    if new != old:
        lines = (text.splitlines() for text in (old, new))
        print("\n".join(difflib.unified_diff(*lines, str(file), str(file), lineterm="")))
        file.write_bytes(new.encode("utf-8"))


def record(app: Sphinx, page: Page) -> None:
    """Keep a page's counts in the environment, for the ledger."""
    app.env.metadata[app.env.docname]["literate"] = {
        "title": page.title,
        "cells": len(page.cells),
        "compared": compared(page),
        "exempt": [(cell.line, cell.reason) for cell in page.cells if "unverified" in cell.tags],
    }


def mark_verified(doctree: nodes.document, page: Page, cells: list[ExecutedCell]) -> None:
    """Put a quiet tick at each output that was compared."""
    ticked = {
        executed.index
        for cell, executed in zip(page.cells, cells, strict=True)
        if cell.expected is not None
    }
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
