"""用語の意味を、広い画面の余白に書きます。

文は用語集と同じ ``appendix/terms.yml`` のもので、1つのスクリプトに入ります。広い画面でだけ、
``frame.js`` が読み込みます。ほかの画面、紙、EPUBでは、何も増えません。
"""

from __future__ import annotations

import json
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from booksite.sphinx_api import IN_PARALLEL
from booksite.text.terms import terms

SCRIPT = Path(__file__).with_suffix(".js")


def folder(app: Sphinx) -> Path:
    """Return where the script is written."""
    return Path(app.doctreedir, "margin_notes")


def begin(app: Sphinx) -> None:
    """Make the folder known.

    The builder has looked at the settings by now: where this one lies is nothing of the book's.
    """
    folder(app).mkdir(parents=True, exist_ok=True)
    app.config.html_static_path.append(str(folder(app)))


def write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write the script, with each term by its place in the glossary."""
    places = {
        name: anchor
        for name, _, kind, _, anchor, _ in env.domains.standard_domain.get_objects()
        if kind == "term"
    }
    notes = {
        places[name]: (name, term.text, term.page)
        for name, term in terms().items()
        if name in places
    }
    data = f"const MarginNotes = {json.dumps(notes, ensure_ascii=False, sort_keys=True)};\n"
    (folder(app) / SCRIPT.name).write_text(data + SCRIPT.read_text("utf-8"), "utf-8")
    return []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Write the script when the places of the terms are known."""
    app.connect("builder-inited", begin)
    app.connect("env-updated", write, priority=50)  # before literate looks at all that is published
    return IN_PARALLEL
