"""日本語の検索。ページの見える文字をそのまま目次にし、ブラウザーで言葉を探します。

Sphinx の目次は、日本語を単語に分けて作られますが、探す言葉のほうは分けられません。
そのため「活性化関数」が見つかりません。ここでは、節ごとの文字を分けずに目次に書きます。
``search.js`` だけがどのページにも読み込まれ、残りは検索を開いたときに読み込まれます。
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from booksite import v8
from booksite.sphinx_api import IN_PARALLEL, leave_out_search
from booksite.text.terms import terms

INDEX = "search_index.js"
UNUSED = "searchindex.js"
MODEL = Path(__file__).parent / "static" / "search_model.js"

# Elements without an end, and those that stand within a line.
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
INLINE = {"a", "abbr", "b", "code", "data", "em", "i", "kbd", "label", "mark", "output", "small"}
INLINE |= {"span", "strong", "sub", "sup", "tspan", "u", "wbr", "math"}
# What can be found, and shows nobody what a page is about: controls, and formulas out of shape.
ASIDE = {"form", "svg"}
ASIDE_CLASSES = {"neuron-explorer", "formula"}
BUILT = re.compile(
    r"<math\b(?:(?!</math>).)*?<m(?:frac|sup|subsup|sqrt|table|underover)\b.*?</math>", re.S
)
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


@cache
def unseen() -> set[str]:
    """Return the elements and ``.classes`` of what is no part of the text, as browsers know it."""
    named: str = v8.constant("SearchModel.UNSEEN", MODEL)
    return set(named.split(", "))


class Sections(HTMLParser):
    """The visible text of a page's body, by its sections: id, heading, sentences, and the rest."""

    def __init__(self, body: str) -> None:
        """Read the whole body."""
        super().__init__()
        self.found: list[list[str]] = [["", "", "", ""]]
        self.current = [0]  # the open sections
        self.open: list[str] = []
        self.unseen = 0  # how many of the open elements were opened in one that is not seen
        self.aside = 0  # the same of the open elements in one that is no sentence
        self.part = 2
        self.feed(body)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element; a section begins a new entry, a block a new word."""
        values = dict(attrs)
        if tag == "section":
            self.found.append([values.get("id") or "", "", "", ""])
            self.current.append(len(self.found) - 1)
        elif tag in HEADINGS and not self.found[self.current[-1]][1]:
            self.part = 1
        self.separate(tag)
        if tag in VOID:
            return
        self.open.append(tag)
        classes = set((values.get("class") or "").split())
        if self.unseen or unseen() & {tag, *(f".{name}" for name in classes)}:
            self.unseen += 1
        if self.aside or tag in ASIDE or ASIDE_CLASSES & classes:
            self.aside += 1
            self.separate("div")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in self.open:
            return
        while self.open:
            left = self.open.pop()
            self.unseen = max(0, self.unseen - 1)
            self.aside = max(0, self.aside - 1)
            if left == tag:
                break
        if tag in HEADINGS:
            self.part = 2
        if tag == "section":
            self.current.pop()
        self.separate(tag)

    def handle_data(self, data: str) -> None:
        """Take what is seen."""
        if not self.unseen:
            self.found[self.current[-1]][3 if self.aside else self.part] += data

    def separate(self, tag: str) -> None:
        """Keep the words of two blocks apart."""
        if tag not in INLINE and "math" not in self.open:
            self.found[self.current[-1]][3 if self.aside else self.part] += "\n"


def sections(body: str) -> list[list[str]]:
    """Return ``[id, heading, sentences, rest]`` of each section that says something."""
    apart = BUILT.sub(lambda formula: f'<span class="formula">{formula[0]}</span>', body)
    tidy = [[line_up(part) for part in each] for each in Sections(apart).found]
    return [each for each in tidy if any(each[1:])]


def line_up(text: str) -> str:
    """Put each block on one line."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", text)).strip()


def kept(app: Sphinx, docname: str) -> Path:
    """Where the text of a page waits until every page is written."""
    return Path(app.doctreedir) / "search" / f"{docname}.json"


def keep(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Keep the text of a page that was written; it may be another process that writes it."""
    if doctree is not None and app.builder.name == "html":
        page = [app.builder.get_target_uri(pagename), *sections(context["body"])]
        file = kept(app, pagename)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(page, ensure_ascii=False), "utf-8")


def in_order(env: BuildEnvironment) -> list[str]:
    """Return the pages in the order of the book, and then those that stand in no contents."""
    listed = list(env.collect_relations())
    return listed + sorted(env.found_docs - set(listed))


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Write the text of all pages as a script, which can be read from a disk as well."""
    if exception is not None or app.builder.name != "html":
        return
    pages = [kept(app, docname) for docname in in_order(app.env)]
    rows = ",\n".join(page.read_text("utf-8") for page in pages if page.exists())
    site = Path(app.outdir)
    taught = {
        name: app.builder.get_target_uri(term.page)
        for term in terms().values()
        for name in (term.expected, term.english)
        if term.page in app.env.found_docs
    }
    script = f"var SearchIndex = [\n{rows}\n];\n"
    script += f"var SearchTerms = {json.dumps(taught, ensure_ascii=False)};\n"
    (site / "_static" / INDEX).write_text(script, "utf-8")
    (site / UNUSED).unlink(missing_ok=True)


def replace_search(app: Sphinx) -> None:
    """Leave out Sphinx' own index and page."""
    if isinstance(app.builder, StandaloneHTMLBuilder) and app.builder.name == "html":
        leave_out_search(app.builder)


def add_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Add the page that the search has without its box."""
    if app.builder.name == "html":
        yield "search", {"title": "検索"}, "search.html"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the index, its page, and the script that loads the rest."""
    app.connect("builder-inited", replace_search)
    app.connect("html-page-context", keep)
    app.connect("html-collect-pages", add_page)
    app.connect("build-finished", write_index)
    app.add_js_file("search.js", loading_method="defer")
    app.add_css_file("search.css")
    return IN_PARALLEL
