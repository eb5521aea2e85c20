"""One colour, one quantity: x, w, b, u, y and L keep theirs in formulas, pictures, tables and code.

No page says anything of it. A name in code is coloured where a formula or a picture of its page
shows the quantity; elsewhere a ``b`` may be anything. The letter always stands there, too: nobody
has to tell the colours apart. The colours themselves are in ``site.css``.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from booksite.sphinx_api import IN_PARALLEL

NAMES = {
    "x": ("x", "x1", "x2"),
    "w": ("w", "w1", "w2", "weight"),
    "b": ("b", "bias"),
    "u": ("u",),
    "y": ("y", "y_pred"),
    "L": ("L", "loss"),
}
OF = {name: quantity for quantity, names in NAMES.items() for name in names}
LETTER = f"[{''.join(NAMES)}]"
FORMULA = re.compile(rf"<(msub|msup|msubsup)><mi>({LETTER})</mi>|<mi>({LETTER})</mi>")
# A label in a picture: the name alone, or what it is.
LABEL = re.compile(rf"<text\b([^>]*)>(?=({LETTER})[₁₂]?(?:<| = | −?\d| の|（))")
ITALIC = re.compile(rf"<i>({LETTER})</i>([₁₂]?)")
CODE = re.compile(rf'<span class="(n|pre)">({"|".join(OF)})</span>')


def colour(html: str) -> str:
    """Return a page with the class ``q-…`` on all that names a quantity."""

    def formula(found: re.Match[str]) -> str:
        outer, first, alone = found.groups()
        if alone:
            return f'<mi class="q-{alone}">{alone}</mi>'
        if outer == "msup":  # the exponent is of no quantity
            return f'<msup><mi class="q-{first}">{first}</mi>'
        return f'<{outer} class="q-{first}"><mi>{first}</mi>'

    def label(found: re.Match[str]) -> str:
        attributes, quantity = found.groups()
        if 'class="' not in attributes:
            return f'<text class="q-{quantity}"{attributes}>'
        if "q-" in attributes:
            return found[0]
        return "<text" + attributes.replace('class="', f'class="q-{quantity} ', 1) + ">"

    html = FORMULA.sub(formula, html)
    html = LABEL.sub(label, html)
    html = ITALIC.sub(r'<span class="q-\1"><i>\1</i>\2</span>', html)
    shown = set(re.findall(rf'class="[^"]*\bq-({LETTER})', html))

    def code(found: re.Match[str]) -> str:
        kind, name = found.groups()
        return f'<span class="{kind} q-{OF[name]}">{name}</span>' if OF[name] in shown else found[0]

    return CODE.sub(code, html)


def colour_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Colour a page, whatever wrote its parts."""
    if doctree is not None:
        context["body"] = colour(context["body"])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Colour the finished pages."""
    app.connect("html-page-context", colour_page)
    return IN_PARALLEL
