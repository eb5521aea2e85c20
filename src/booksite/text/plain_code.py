"""Code that has the colour of its ground stands in no element of its own.

Pygments wraps every name and bracket: a quarter of the elements of a page, each of which a browser
styles and lays out before anything can be read.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from booksite.sphinx_api import IN_PARALLEL

PLAIN = ("n", "nn", "nx", "p", "w")  # Pygments' classes for names, brackets and spaces
SPAN = re.compile(rf'<span class="(?:{"|".join(PLAIN)})">([^<]*)</span>')
CODE = re.compile(r"<pre>.*?</pre>", re.S)


def unwrap(html: str) -> str:
    """Return a page whose code has only the elements that something is said of."""
    return CODE.sub(lambda code: SPAN.sub(r"\1", code[0]), html)


def unwrap_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Unwrap the code of a page."""
    if doctree is not None:
        context["body"] = unwrap(context["body"])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Come after the quantities, which have a colour."""
    app.connect("html-page-context", unwrap_page, priority=600)
    return IN_PARALLEL
