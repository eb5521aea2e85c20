"""What goes wrong on a page is told at that page and ends there; the others are built.

Sphinx ends the whole build with whatever is raised while it reads or writes a page, and asks the
author to report it. Here it becomes a warning of the page, and a stand-in takes the page's place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import new_document

from literate.report.warning import tell
from literate.run import mystnb, sphinx_api
from literate.run.freshness import forget_run
from literate.verify import source
from literate.words import _

TOCTREE = re.compile(r"^(?P<fence>`{3,}|:{3,})\{toctree\}.*?^(?P=fence)$", re.M | re.S)


class GuardedEnvironment(BuildEnvironment):
    """Sphinx' environment; a page that cannot be finished is an empty one."""

    def get_and_resolve_doctree(
        self, docname: str, builder: Builder, **options: Any
    ) -> nodes.document:
        """Return a page that can be written."""
        try:
            return super().get_and_resolve_doctree(docname, builder, **options)
        except Exception as error:
            tell(docname, error, _("The page cannot be finished"))
            document = new_document(str(self.doc2path(docname)))
            document += nodes.section("", nodes.title("", docname), ids=["stand-in"])
            return document


def guard(app: Sphinx) -> None:
    """Put a guard around each page, whatever extensions do with it."""
    sphinx_api.enclose(app, GuardedEnvironment, partial(read, app), write)


def read(app: Sphinx, read_doc: Callable[..., None], docname: str, **options: Any) -> None:
    """Read a page; run it again in the next build if we had to warn of it."""
    with logging.pending_logging() as log:
        try:
            source.check(Path(app.env.doc2path(docname)), app.config.source_encoding)
            read_doc(docname, **options)
        except Exception as error:
            tell(docname, error, _("The page cannot be read"))
            read_contents(app, read_doc, docname, **options)
        if any(getattr(record, "type", "") == "literate" for record in log.buffer):
            forget_run(app.env, docname)


def read_contents(app: Sphinx, read_doc: Callable[..., None], docname: str, **options: Any) -> None:
    """Read nothing of a page but its tables of contents: the other pages need their places."""
    app.emit("env-purge-doc", app.env, docname)
    app.env.clear_doc(docname)
    with contents_only(app):
        read_doc(docname, **options)


def write(write_doc: Callable[..., None], docname: str, doctree: nodes.document) -> None:
    """Write a page, if that is possible."""
    try:
        write_doc(docname, doctree)
    except Exception as error:
        tell(docname, error, _("The page cannot be written"))


@contextmanager
def contents_only(app: Sphinx) -> Iterator[None]:
    """Let Sphinx see nothing of a page but its tables of contents, and no extension see it."""
    # The stand-in is text, whatever the page is.
    with sphinx_api.without_extensions(app, keep_contents), mystnb.no_notebooks():
        yield


def keep_contents(app: Sphinx, docname: str, text: list[str]) -> None:
    """Put a stand-in for the text of a page."""
    contents = [match[0] for match in TOCTREE.finditer(words_of(text[0]))]
    text[0] = "\n\n".join(["---\norphan: true\n---", f"# {docname}", *contents])


def words_of(page: str) -> str:
    """Return the text of a page, also where it stands in the cells of a notebook."""
    try:
        cells = json.loads(page)["cells"]
        return "\n\n".join("".join(cell["source"]) for cell in cells)
    except (ValueError, TypeError, KeyError):
        return page
