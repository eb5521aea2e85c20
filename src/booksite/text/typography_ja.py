"""日本語の組み方。HTML の見た目は ``typography_ja.css``、文書の直しはこのモジュールがします。

- 日本語の文の途中の改行を取り除きます。ブラウザーは、改行を空きとして表示するためです。
- 見出しを、文節の切れ目でだけ折り返せるようにします。切れ目は、組み立てのときに BudouX で求めます。
- 行頭に来てはいけない句読点や閉じかっこを、直前の式やコードから離れないようにします。
- 英語の題や文に、英語と印をつけます。読み上げソフトが、英語として読むためです。
- 実行から取り込んだ負の数に、ハイフンではなくマイナスの記号をつけます。
- コードに、翻訳しない印をつけ、長い名前を ``/`` や ``.`` のあとで折り返せるようにします。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from budoux import load_default_japanese_parser
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxTranslator
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from booksite.sphinx_api import IN_PARALLEL
from booksite.text.sentences import VERBATIM, letters, place, prose, put

JAPANESE = "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
OPENING, CLOSING = "（「『【", "、。，．）」』】：；？！ー・"
LONG = 24  # letters of code that may have to be cut
# Where a line may end. At a `<wbr>`, screen readers are told of a space inside the word.
CUT = '<span class="cut"></span>'
# Four words and more without a Japanese letter between them, from the first letter to the last.
WORD = r"[A-Za-z&][\w.'’-]*"
ENGLISH = re.compile(rf"{WORD}(?:[:;,.&“”()]*[ \n]+[“(]?{WORD}){{3,}}[”)]?\.?", re.A)


class phrase_break(nodes.Inline, nodes.Element):
    """A place where a line of a heading may end."""


class JoinLines(SphinxTransform):
    """Take a newline between two Japanese letters away."""

    default_priority = 850

    def apply(self, **kwargs: object) -> None:
        """Go through the blocks; a newline may be a text of its own."""
        for block in list(self.document.findall(nodes.paragraph)):
            texts = prose(block)
            whole = "".join(texts)
            start = 0
            for text in texts:
                end = start + len(text)
                gaps = re.finditer(rf"(?<=[{JAPANESE}])\n(?=[{JAPANESE}])", whole)
                places = [gap.start() - start for gap in gaps if start <= gap.start() < end]
                kept = "".join(letter for at, letter in enumerate(text) if at not in places)
                if places and self.next_to_text(text, texts):
                    put(text, [nodes.Text(kept)])
                start = end

    def next_to_text(self, text: nodes.Text, texts: list[nodes.Text]) -> bool:
        """Tell whether no code and no formula stands beside a text that is only a newline."""
        if text.strip():
            return True
        at = place(text)
        beside = [*text.parent[max(0, at - 1) : at], *text.parent[at + 1 : at + 2]]
        return not any(isinstance(node, VERBATIM) for node in beside)


class WriteMinus(SphinxTransform):
    """Write a negative number of the run as prose does, with a minus and no hyphen."""

    default_priority = 850

    def apply(self, **kwargs: object) -> None:
        """Go through what was glued."""
        for text in list(self.document.findall(nodes.Text)):
            if "pasted-text" in text.parent.get("classes", []):
                put(text, [nodes.Text(re.sub(r"(?<![\w-])-(?=\d)", "−", text))])


class MarkEnglish(SphinxPostTransform):
    """Mark phrases of English as such; docutils makes ``lang`` of the class."""

    default_priority = 860
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Go through all sentences."""
        for block in list(self.document.findall(nodes.paragraph)):
            for text in prose(block):
                parts = list(self.split(str(text)))
                if len(parts) > 1 or isinstance(parts[0], nodes.inline):
                    put(text, parts)

    def split(self, text: str) -> Iterator[nodes.Node]:
        """Yield the text in pieces, the English ones as marked nodes."""
        done = 0
        for match in ENGLISH.finditer(text):
            if text[done : match.start()]:
                yield nodes.Text(text[done : match.start()])
            yield nodes.inline("", match[0], classes=["language-en"])
            done = match.end()
        if text[done:] or not done:
            yield nodes.Text(text[done:])


class KeepTogether(SphinxPostTransform):
    """Hold code and formulas together with the marks that must not be parted from them.

    Browsers let a line end after either of them, whatever follows.
    """

    default_priority = 870
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Go through what stands in lines."""
        for stiff in list(filter(is_stiff, self.document.findall(nodes.Element))):
            node: nodes.Element = stiff
            while isinstance(outer := node.parent, nodes.Inline) and isinstance(
                outer, nodes.Element
            ):
                node = outer
            at = node.parent.index(node)
            before, after = node.parent[max(0, at - 1) : at], node.parent[at + 1 : at + 2]
            opening = ending(before, rf"[{OPENING}]+$")
            closing = ending(after, rf"^[{CLOSING}]+")
            if (opening or closing) and len(node.astext()) <= LONG:
                for text in before if opening else []:
                    put(text, [nodes.Text(text.astext()[: -len(opening)])])
                for text in after if closing else []:
                    put(text, [nodes.Text(text.astext()[len(closing) :])])
                kept = nodes.inline("", opening, classes=["keep"])
                node.replace_self(kept)
                kept += [node, nodes.Text(closing)]


def is_stiff(node: nodes.Node) -> bool:
    """Tell whether a node is code or a formula in a line."""
    return isinstance(node, nodes.literal | nodes.math)


def ending(beside: list[nodes.Node], pattern: str) -> str:
    """Return the marks at one end of the text that stands beside a node, if one does."""
    found = [re.search(pattern, node) for node in beside if isinstance(node, nodes.Text)]
    return found[0][0] if found and found[0] else ""


@cache
def phrases(text: str) -> tuple[str, ...]:
    """Cut a heading into its phrases; a letter alone goes with what is before or behind it.

    Stars in a row stay together.
    """
    parts = load_default_japanese_parser().parse(text)
    found: list[str] = []
    for part in parts:
        ends = re.fullmatch("[ぁ-ん]", part) or (len(part) == 1 and part is parts[-1])
        if found and (ends or len(found[-1]) == 1 or found[-1][-1] == part[0] == "★"):
            found[-1] += part
        else:
            found.append(part)
    return tuple(found)


class BreakHeadings(SphinxTransform):
    """Put a `phrase_break` after each phrase of a heading, its markup regarded."""

    default_priority = 870

    def apply(self, **kwargs: object) -> None:
        """Go through the headings and the captions."""
        for block in list(filter(is_heading, self.document.findall(nodes.TextElement))):
            texts = letters(block)
            ends, length = set(), 0
            for phrase in phrases("".join(texts))[:-1]:
                length += len(phrase)
                ends.add(length)
            start = 0
            for text in texts:
                parts: list[nodes.Node] = []
                done = 0
                for at in sorted(end - start for end in ends if start < end <= start + len(text)):
                    parts += [nodes.Text(text[done:at]), phrase_break()]
                    done = at
                start += len(text)
                if parts and not isinstance(text.parent, VERBATIM):
                    put(text, [*parts, *([nodes.Text(text[done:])] if text[done:] else [])])


def is_heading(node: nodes.Node) -> bool:
    """Tell whether a node is a heading, or a caption."""
    return isinstance(node, nodes.title | nodes.caption | nodes.rubric)


def visit_phrase_break(self: HTML5Translator, node: phrase_break) -> None:
    """Write the break of HTML."""
    self.body.append(CUT)
    raise nodes.SkipNode


def skip(self: SphinxTranslator, node: phrase_break) -> None:
    """Write nothing: other formats have no such break."""
    raise nodes.SkipNode


def keep_code(
    app: Sphinx,
    _page: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Tell translators to leave code as it is, and browsers where to cut a long name."""
    if "body" in context:
        code = r'(<(?:code|div) class="[^"]*\bnotranslate\b[^"]*")'
        body = re.sub(code, r'\1 translate="no"', context["body"])
        long = rf'(?<=<span class="pre">)[^<]{{{LONG + 1},}}'
        context["body"] = re.sub(long, lambda m: re.sub("(?<=[/._,(])", CUT, m[0]), body)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the transforms, and the style sheet."""
    for early in (JoinLines, WriteMinus, BreakHeadings):
        app.add_transform(early)
    for late in (MarkEnglish, KeepTogether):
        app.add_post_transform(late)
    none = (skip, None)
    app.add_node(
        phrase_break,
        html=(visit_phrase_break, None),
        latex=none,
        text=none,
        man=none,
        texinfo=none,
        gettext=none,
    )
    app.connect("html-page-context", keep_code)
    app.add_css_file("typography_ja.css")
    return IN_PARALLEL
