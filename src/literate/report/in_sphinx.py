"""Verify each page while Sphinx reads it, mark what was verified, and keep the count.

With ``literate_accept`` the same run rewrites the expected blocks in the sources instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx

from literate.report.directives import unseen
from literate.report.label import label_of
from literate.report.ledger import versions
from literate.report.pages import MarkdownSource, NotebookSource, source_of
from literate.report.progress import CELLS
from literate.report.warning import warn
from literate.run import mystnb, shard
from literate.verify.block import PageError
from literate.verify.choices import Choices
from literate.verify.page import Page
from literate.verify.problems import (
    Outputs,
    Problem,
    Verdict,
    faults,
    never_ran,
    outputs_of,
    pictures,
    problems,
    reached,
    stray,
    verdict,
)
from literate.verify.prose import text_of, unproven
from literate.words import _


def verify_page(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of whatever a page says and its run does not, or the other way round."""
    docname, source = app.env.docname, source_of(app)
    if docname in shard.elsewhere:
        return
    notebook = executed_cells(app, source)
    code = [cell for cell in notebook if cell.cell_type == "code"]
    try:
        wishes = source.wishes()
        page = source.page(source.text, wishes) if code else Page("", (), ())
    except PageError as error:
        tell(docname, source, [Problem(error.line, str(error), "page")])
        return
    app.env.metadata[docname][CELLS] = len(page.cells)
    tell(docname, source, wishes.wanted(stray(unseen(app.env, page, source))))
    if not code:
        check_prose(app, doctree, wishes, [], source)
        return
    if len(page.cells) != len(code):
        message = _("The executed cells are not those of the page: an extension rewrites its text.")
        tell(docname, source, [Problem(1, message, "page")])
        return
    result = mystnb.last_run(app.env, docname)
    if result is None:
        tell(docname, source, wishes.wanted(never_ran(page)))
        return
    outputs = list(map(outputs_of, code))
    if result["error"] == "CellTimeoutError":
        numbered = enumerate(zip(code, outputs, strict=True))
        stopped = max(n for n, (cell, got) in numbered if cell.source.strip() and got is not None)
        del outputs[stopped:]  # what the cell had written by then is a matter of chance
        message = f"{_('The cell did not end in time.')}\n{result['traceback']}"
        tell(docname, source, [Problem(page.cells[stopped].code, message, "timeout")])
    if app.config.literate_accept:
        accept(docname, source, page, outputs, wishes)
        return
    tell(docname, source, wishes.wanted(problems(page, outputs)))
    if result["succeeded"]:
        check_prose(app, doctree, wishes, list(filter(None, outputs)), source)
    verdicts = list(map(verdict, page.cells, outputs))
    record(app, page, outputs, verdicts)
    gentle = "blockless" in wishes.off
    mark(doctree, notebook, page, verdicts, only_blocks=gentle)
    if not gentle or any(cell.blocks for cell in page.cells):
        add_foot(app, doctree)


def tell(docname: str, source: MarkdownSource, found: Iterable[Problem]) -> None:
    """Warn of problems of a page."""
    for problem in map(source.place, found):
        warn(docname, problem.line, problem.message, problem.kind)


def executed_cells(app: Sphinx, source: MarkdownSource) -> list[NotebookNode]:
    """Return the cells of a page after its run, prose included; none of one that is only text."""
    docname = app.env.docname
    if not isinstance(source, NotebookSource) and "source_map" not in app.env.metadata[docname]:
        return []
    notebook = nbformat.read(mystnb.executed_notebook(app.env, docname), as_version=4)
    return list(notebook.cells)


def check_prose(
    app: Sphinx,
    doctree: nodes.document,
    wishes: Choices,
    outputs: Sequence[Outputs],
    source: MarkdownSource,
) -> None:
    """Warn of the numbers and shapes in a page's prose that nothing proves."""
    if "prose" in wishes.off:
        return
    printed = [*map(text_of, chain(*outputs)), app.config.today]  # `{sub-ref}` inserts the day
    found = unproven(doctree, "\n".join(printed), source.words.splitlines())
    tell(app.env.docname, source, found)


def accept(
    docname: str,
    source: MarkdownSource,
    page: Page,
    outputs: Sequence[Outputs | None],
    wishes: Choices,
) -> None:
    """Write a page anew where its outputs changed, show the difference, and tell what is left."""
    found = chain.from_iterable(faults(*cell) for cell in reached(page, outputs))
    failed = list(wishes.wanted(found))
    for problem in failed:
        message = _("Not rewritten: {message}").format(message=problem.message)
        tell(docname, source, [replace(problem, message=message)])
    if failed or len(outputs) < len(page.cells):
        return
    try:
        new = source.rewrite(page, outputs)
    except PageError as error:
        tell(docname, source, [Problem(error.line, str(error), "page")])
        return
    if new != source.text:
        before, after, name = source.text.splitlines(), new.splitlines(), str(source.file)
        print("\n".join(difflib.unified_diff(before, after, name, name, lineterm="")))
        source.file.write_bytes(new.encode("utf-8"))
    tell(docname, source, wishes.wanted(problems(source.page(new, wishes), outputs)))


def record(
    app: Sphinx, page: Page, outputs: Sequence[Outputs | None], verdicts: Sequence[Verdict]
) -> None:
    """Keep a page's counts in the environment, for the ledger and the foot of the page."""
    unproven = [
        pictures(cell_outputs)
        for cell_outputs, found in zip(outputs, verdicts, strict=True)
        if found in (Verdict.DIFFERENT, Verdict.UNPROVEN)
    ]
    app.env.metadata[app.env.docname]["literate"] = {
        "title": page.title,
        "cells": len(page.cells),
        "ran": sum(cell_outputs is not None for cell_outputs in outputs),
        "compared": verdicts.count(Verdict.PROVEN),
        "uncompared": len(unproven),
        "pictures": sum(unproven),
        "exempt": [(cell.place, cell.reason) for cell in page.cells if "unverified" in cell.tags],
        "numbered": any(cell.numbered for cell in page.cells),
    }


def mark(
    doctree: nodes.document,
    notebook: Sequence[NotebookNode],
    page: Page,
    verdicts: Sequence[Verdict],
    *,
    only_blocks: bool,
) -> None:
    """Join each output to its cell: call it one, and tell where it was compared, and with what.

    A book that compares where a block stands looks elsewhere as it did before.
    """
    indices = (index for index, cell in enumerate(notebook) if cell.cell_type == "code")
    found = dict(zip(indices, zip(page.cells, verdicts, strict=False), strict=False))
    for container in list(doctree.findall(nodes.container)):
        if mystnb.is_output(container):
            cell, verdict_of_cell = found.get(mystnb.cell_of(container), (None, None))
            if not only_blocks or (cell and cell.blocks):
                container.insert(0, label_of(cell, verdict_of_cell))


def add_foot(app: Sphinx, doctree: nodes.document) -> None:
    """State at the end of a page what was executed and compared, and by what."""
    counts = app.env.metadata[app.env.docname]["literate"]
    by = versions(app.config.literate_packages)
    words = _(
        "Outputs of this page that were executed and compared at build time with {versions}: "
        "{compared}."
    ).format(**counts, versions=by)
    if counts["uncompared"]:
        words += _(" Not compared: {uncompared}.").format_map(counts)
    sections = [child for child in doctree.children if isinstance(child, nodes.section)]
    [doctree, *sections][-1].append(nodes.paragraph("", words, classes=["literate-foot"]))
