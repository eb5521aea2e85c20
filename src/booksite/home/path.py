"""The contents on the home page as a path of cards: each page with its question and its minutes.

The question stands in the front matter (``question: …``); a page without one shows its goal.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from booksite.home.thumbnails import thumbnail
from booksite.sphinx_api import IN_PARALLEL

LETTERS = 400  # read in a minute, by somebody who looks at the pictures, too
LINES = 15  # of code
LEFT_OUT = "練習問題"


def minutes(doctree: nodes.document) -> int:
    """Return how long a page takes, without its exercises."""

    def read(node: nodes.Element) -> bool:
        """Whether a node stands outside the exercises."""
        while node.parent is not None:
            node = node.parent
            if isinstance(node, nodes.section) and node[0].astext() == LEFT_OUT:
                return False
        return True

    letters = sum(len(node.astext()) for node in doctree.findall(nodes.paragraph) if read(node))
    lines = sum(
        node.astext().count("\n") + 1 for node in doctree.findall(nodes.literal_block) if read(node)
    )
    return max(1, round(letters / LETTERS + lines / LINES))


def note(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what the card of a page will say."""
    known = app.env.metadata[app.env.current_document.docname]
    goal = next((n for n in doctree.findall(nodes.admonition) if "goal" in n["classes"]), None)
    if goal is not None:
        text = next(goal.findall(nodes.paragraph)).astext()
        known.setdefault("question", re.split("(?<=。)", text)[0])
        known["minutes"] = minutes(doctree)


def cards(env: BuildEnvironment) -> dict[str, tuple[str, int]]:
    """Return the question and the minutes of each page that has a card."""
    return {
        page: (known["question"], known["minutes"])
        for page, known in sorted(env.metadata.items())
        if "minutes" in known
    }


def draw(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the contents on the home page of the site, where the parts have cards."""
    if docname != app.config.root_doc or app.builder.name != "html":
        return
    known = cards(app.env)
    for contents in list(doctree.findall(addnodes.toctree)):
        pages = [page for _, page in contents["entries"]]
        if not set(pages) <= set(known):
            continue
        part = addnodes.compact_paragraph("", "", toctree=True)
        part += nodes.title("", contents["caption"])
        part += nodes.bullet_list("", *(card(app, page, *known[page]) for page in pages))
        contents.parent["classes"].append("path")
        contents.replace_self(part)


def card(app: Sphinx, page: str, question: str, time: int) -> nodes.list_item:
    """Return the card of a page."""
    title = [child.deepcopy() for child in app.env.titles[page].children]
    link = nodes.reference("", "", *title, internal=True, refuri=app.builder.get_target_uri(page))
    return nodes.list_item(
        "",
        nodes.raw("", thumbnail(page), format="html"),
        addnodes.compact_paragraph("", "", link),
        nodes.paragraph("", question, classes=["question"]),
        nodes.paragraph("", f"約{time}分", classes=["minutes"]),
    )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take the place of the contents before they are filled in."""
    app.config.html_static_path.append(str(Path(__file__).parent / "static"))
    app.connect("doctree-read", note)
    app.connect("doctree-resolved", draw)
    return IN_PARALLEL
