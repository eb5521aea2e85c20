"""用語集と、そこへのリンク。

``{term-list}`` は、用語を読みの順に並べます。
どのページでも、用語が最初に出てきたところは、用語集へのリンクになります。
これから学ぶことを言う「目標」と「次へ」と、本の入り口のページでは、リンクにしません。
用語とは別の意味で使う言葉は、``{word}`形` `` と書くと、リンクになりません。
``python -m booksite.text.glossary DOCTREES`` は、自動でついたリンクを、前後の文字とともに並べます。
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata

from booksite.sphinx_api import IN_PARALLEL
from booksite.text.terms import FILE, Term, matches, pattern, terms
from literate.verify.visible import texts

ORDINARY = "no-terms"  # the class of what is never linked
AROUND = 12  # letters of context beside a link in the list
ROWS = {
    "あ": "あいうえおぁぃぅぇぉ",
    "か": "かきくけこがぎぐげご",
    "さ": "さしすせそざじずぜぞ",
    "た": "たちつてとだぢづでどっ",
    "な": "なにぬねの",
    "は": "はひふへほばびぶべぼぱぴぷぺぽ",
    "ま": "まみむめも",
    "や": "やゆよゃゅょ",
    "ら": "らりるれろ",
    "わ": "わをん",
}
NOT_PROSE = (
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.reference,
    nodes.title,
    nodes.target,
    addnodes.pending_xref,
    addnodes.glossary,
)


class TermList(SphinxDirective):
    """``{term-list}``: the glossary, in the order of Japanese reading."""

    def run(self) -> list[nodes.Node]:
        """Write it as Markdown, and let MyST and Sphinx read that."""
        ordered = sorted(terms().values(), key=lambda term: term.reading)
        lines: list[str] = []
        for row, group in groupby(ordered, key=lambda term: row_of(term.reading)):
            lines += [f":::{{rubric}} {row}行", ":::", "", "```{glossary}"]
            for term in group:
                symbol = f"、記号は ${term.symbol}$" if term.symbol else ""
                names = f"{term.english}（{term.reading}{symbol}）。"
                lines += [term.expected, f"  {names}{term.text}[](/{term.page}.md)", ""]
            lines += ["```", ""]
        return self.parse_text_to_nodes("\n".join(lines))


def row_of(reading: str) -> str:
    """Return the row of the syllabary in which a reading stands.

    Raises:
        ExtensionError: a reading does not begin with hiragana.

    """
    for row, letters in ROWS.items():
        if reading[0] in letters:
            return row
    raise ExtensionError(f"{FILE.name}: 読み {reading} は、ひらがなで書きます。")


class LinkTerms(SphinxTransform):
    """Link the first use of each term on a page to the glossary."""

    default_priority = 850  # after the exercises are gathered

    def apply(self, **kwargs: object) -> None:
        """Go through the prose in its order."""
        self.env.note_dependency(str(FILE))
        if (
            self.env.docname == self.config.root_doc
            or "notermlinks" in self.env.metadata[self.env.docname]
        ):
            return
        seen: set[str] = set()
        for text in list(prose(self.document)):
            self.link(text, seen)

    def link(self, text: nodes.Text, seen: set[str]) -> None:
        """Put links into a text at the terms that are not ``seen`` yet."""
        words, place = text.astext(), 0
        new: list[nodes.Node] = []
        for match, term in matches(words):
            if term.expected in seen:
                continue
            seen.add(term.expected)
            new.append(nodes.Text(words[place : match.start()]))
            new.append(self.reference(term, match[0]))
            place = match.end()
        if new:
            new.append(nodes.Text(words[place:]))
            text.parent.replace(text, [node for node in new if node.astext()])

    def reference(self, term: Term, words: str) -> addnodes.pending_xref:
        """Return a link to the glossary."""
        return addnodes.pending_xref(
            "",
            nodes.inline("", words, classes=["xref", "std", "std-term"]),
            refdomain="std",
            reftype="term",
            reftarget=term.expected,
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )


def prose(node: nodes.Node) -> Iterator[nodes.Text]:
    """Yield the texts in which a term is explained or used, and not merely announced."""
    return texts(node, is_apart)


def is_apart(node: nodes.Element) -> bool:
    """Tell whether the words in a part of a page explain no term, or stand for no term."""
    marked = {ORDINARY, "literate-foot"} & set(node.get("classes", []))
    return bool(marked) or isinstance(node, NOT_PROSE) or announces(node)


def announces(node: nodes.Element) -> bool:
    """Tell whether a part of a page says what is still to come."""
    if isinstance(node, nodes.section):
        return node.children[0].astext() == "次へ"
    return "goal" in node.get("classes", [])


class Word(SphinxRole):
    """A word in its everyday sense, which no link explains."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Show it."""
        return [nodes.inline(self.rawtext, self.text, classes=[ORDINARY])], []


def links(doctree: nodes.document) -> Iterator[tuple[str, str]]:
    """Yield each link to the glossary on a page: the term, and the words around it."""
    for link in doctree.findall(addnodes.pending_xref):
        if link["reftype"] == "term":
            at = link.parent.index(link)
            before, after = (
                "".join(each.astext() for each in part)
                for part in (link.parent[:at], link.parent[at + 1 :])
            )
            around = f"{before[-AROUND:]}[{link.astext()}]{after[:AROUND]}"
            yield link["reftarget"], " ".join(around.split())


def list_links(doctrees: Path) -> None:
    """Print every automatic link of a built book, for somebody to read."""
    for file in sorted(doctrees.rglob("*.doctree")):
        page = file.relative_to(doctrees).with_suffix("").as_posix()
        for term, around in links(pickle.loads(file.read_bytes())):
            print(page, term, around, sep="\t")


def read_terms(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Read the file anew in each build, for one process may make many."""
    terms.cache_clear()
    pattern.cache_clear()
    terms()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and the links."""
    app.add_directive("term-list", TermList)
    app.add_role("word", Word())
    app.add_transform(LinkTerms)
    app.connect("env-before-read-docs", read_terms)
    return IN_PARALLEL


if __name__ == "__main__":
    list_links(Path(sys.argv[1]))
