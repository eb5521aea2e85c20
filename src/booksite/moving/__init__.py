"""Pictures that can be moved: ``{moving} name`` puts one on a page.

A picture is one script, free of the page it stands on: a model (``facts``) and what a state looks
like. At build V8 draws the still that everybody sees, in the EPUB and the PDF, too; in a browser
``moving_hands.js`` takes it over. Only pages with a picture load these scripts.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from booksite import v8
from booksite.in_words import shown
from booksite.sphinx_api import IN_PARALLEL

STATIC = Path(__file__).parent / "static"
STYLE, CODE_STYLE, TOOLKIT, HANDS, STILL = (
    Path(__file__).with_name(f"moving{name}")
    for name in (".css", "_code.css", ".js", "_hands.js", "_still.js")
)
ACTIVATIONS = STATIC.parents[1] / "explorer" / "static" / "neuron_model.js"
NEEDED = {"race": [ACTIVATIONS]}  # what some pictures compute with


class moving(shown):
    """A picture, by its ``name``: ``alive`` is its HTML on the site, ``still`` on paper.

    ``words`` say the same.
    """


def names() -> list[str]:
    """Return the names of all pictures."""
    return sorted(file.stem.removeprefix("moving_of_") for file in STATIC.glob("moving_of_*.js"))


def scripts_of(name: str) -> list[Path]:
    """Return the files of a picture, besides those that all have."""
    return [*NEEDED.get(name, []), STATIC / f"moving_of_{name}.js"]


def ask(name: str, question: str) -> Any:
    """Return what V8 answers to an expression that may use ``Moving`` and the picture."""
    scripts = (script.read_text("utf-8") for script in (TOOLKIT, STILL, *scripts_of(name)))
    with v8.engine(*scripts) as engine:
        return v8.ask(engine, question)


@cache
def style(file: Path) -> str:
    """Return the styles, which stand in each picture: pages without one carry none of them."""
    return re.sub(r"\s*([{};:,])\s+|\n", r"\1", file.read_text("utf-8")).strip()


class MovingPicture(SphinxDirective):
    """``{moving} name``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Draw the still."""
        (name,) = self.arguments
        if name not in names():
            raise self.error(f"動かせる図 {name} はありません。選べるもの: {'、'.join(names())}")
        if any(node["name"] == name for node in self.state_machine.document.findall(moving)):
            raise self.error(f"動かせる図 {name} は、1つのページに1つだけ置けます。")
        code: list[dict[str, Any]] = []
        if name == "engine":
            from booksite.moving import listing  # loads torch: only where it is needed

            code = listing.listing()
            self.env.note_dependency(listing.SOURCE)
        for file in (TOOLKIT, STILL, *scripts_of(name), STYLE, CODE_STYLE):
            self.env.note_dependency(str(file))
        given = json.dumps([name, style(STYLE) + (style(CODE_STYLE) if code else ""), code])
        return [moving(name=name, **ask(name, f"Moving.begin(...{given})"))]


def visit_moving(self: HTML5Translator, node: moving) -> None:
    """Write the HTML; a book on paper has no controls."""
    self.body.append(node["still" if self.builder.name == "epub" else "alive"])
    raise nodes.SkipNode


def add_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the scripts of the pictures that stand on a page, and those that move them."""
    if app.builder.name == "epub" or doctree is None:
        return
    found = [node["name"] for node in doctree.findall(moving)]
    own = [script for name in found for script in scripts_of(name)]
    for file in [TOOLKIT, *own] if found else []:
        app.add_js_file(file.name, defer="defer")


def join_scripts(app: Sphinx) -> None:
    """Publish the toolkit as one file.

    The builder has looked at the settings by now: where this one lies is nothing of the book's.
    """
    joined = Path(app.doctreedir, "moving", TOOLKIT.name)
    joined.parent.mkdir(parents=True, exist_ok=True)
    joined.write_text("".join(part.read_text("utf-8") for part in (TOOLKIT, HANDS)), "utf-8")
    app.config.html_static_path.append(str(joined.parent))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.config.html_static_path.append(str(STATIC))
    app.connect("builder-inited", join_scripts)
    app.setup_extension("booksite.in_words")
    app.add_node(moving, html=(visit_moving, None))
    app.add_directive("moving", MovingPicture)
    app.connect("html-page-context", add_scripts)
    return IN_PARALLEL
