"""What an output shows that is not text, as lines that an author can state and a run must give.

Of a figure or an HTML table Jupyter's text says only that there is one. To compare that would prove
nothing; so the facts of it are taken from what a page shows: an HTML's visible text, a drawing's
description, and what ``literate.run.figures`` has noted of a figure in the kernel.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from myst_nb.core.render import get_mime_priority
from nbformat import NotebookNode

from literate.run.figures import FACTS
from literate.words import say

TEXT = "text/plain"
MARKDOWN = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)

UNSEEN = {"defs", "metadata", "noscript", "script", "style", "template"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
INLINE = {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i"}
INLINE |= {"img", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong"}
INLINE |= {"sub", "sup", "time", "tspan", "u", "var", "wbr"}
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
# What Python and IPython write for an object that has no words of its own.
PLACEHOLDER = re.compile(r"<[\w.]+ [^<>]*>", re.ASCII)
WHOLE = r"(?!(?<=[\w.])\w){}(?!(?<=\w)\.?\w)"  # the 1 of 1.5 is no 1


def is_rich(output: NotebookNode) -> bool:
    """Tell whether an HTML page shows of an output what the text of the output does not say."""
    return kind_of(output) not in ("", TEXT) and not _says_all(output)


def facts(output: NotebookNode) -> list[str]:
    """Return what an output shows, a line each; nothing of a picture that nobody described."""
    noted = output.get("metadata", {}).get(FACTS)
    if noted is not None:
        return [_line(say(message)) for message in noted]
    kind = kind_of(output)
    if kind in ("text/html", "image/svg+xml"):
        return _visible(output.data[kind])
    if kind == "text/markdown":
        return _visible(MARKDOWN.render(output.data[kind]))
    if kind == "text/latex":
        return [_line(output.data[kind])]
    return []


def kind_of(output: NotebookNode) -> str:
    """Return the form in which an HTML page shows an output; of glue's records it shows none."""
    return next((kind for kind in _priority() if kind in output.get("data", {})), "")


@cache
def _priority() -> tuple[str, ...]:
    return tuple(get_mime_priority("html", ()))


def _says_all(output: NotebookNode) -> bool:
    """Tell whether the text of an output says its facts, all and in order, as a DataFrame's does.

    To compare such a text is to compare what the page shows.
    """
    text, place = _words(PLACEHOLDER.sub("", output.data.get(TEXT, ""))), 0
    found = facts(output)
    for fact in found:
        match = re.compile(WHOLE.format(re.escape(_words(fact)))).search(text, place)
        if match is None:
            return False
        place = match.end()
    return bool(found)


def _words(text: str) -> str:
    return _line(text.replace("|", " "))


def _line(text: str) -> str:
    return " ".join(text.split())


def _visible(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.lines


class _Reader(HTMLParser):
    """Reads what an HTML shows: a block is a line, and so is a row of a table.

    A row is a list of cells; text outside of tables is a row of one cell. A table within a cell has
    rows of its own, which end before the row that it stands in.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._rows: list[list[str]] = [[]]
        self._labels: list[str] = []
        self._described = False
        self._drawings = 0
        self._verbatim = 0
        self._unseen: list[str] = []  # the element that is not shown, once for each of its name

    def close(self) -> None:
        """End every row that the HTML has left open."""
        super().close()
        while self._rows:
            self._end_row()
            self._rows.pop()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        attributes = dict(attrs)
        if self._unseen or self._is_hidden(tag, attributes):
            if tag not in VOID and tag in (self._unseen or [tag]):
                self._unseen.append(tag)
        elif tag == "img":
            self._read(attributes.get("alt") or "")
        elif tag in ("table", "svg"):
            self._break()
            self._rows.append([])
            self._drawings += tag == "svg"
        elif tag == "tr":
            self._end_row()
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag not in INLINE:
            self._verbatim += tag == "pre"
            self._break()

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if self._unseen:
            if tag == self._unseen[-1]:
                self._unseen.pop()
        elif tag == "desc":
            self._described = True
            self.lines += filter(None, re.split("(?<=。)", self._take()))
        elif tag == "text":
            self._labels.append(self._take())
        elif tag in ("title", "tr"):
            self._end_row()
        elif tag in ("table", "svg") and len(self._rows) > 1:
            self._end_row()
            self._rows.pop()
            if tag == "svg":
                self._end_drawing()
        elif tag not in INLINE and tag not in ("td", "th"):
            self._verbatim -= tag == "pre"
            self._break()

    def handle_data(self, data: str) -> None:
        """Read text, of which ``pre`` keeps the lines."""
        first, *rest = data.split("\n") if self._verbatim > 0 else [data]
        self._read(first)
        for line in rest:
            self._break()
            self._read(line)

    def _read(self, text: str) -> None:
        """Read text of a line; what stands between the cells of a table is no cell."""
        row = self._rows[-1]
        if self._unseen or not (row or text.strip()):
            return
        if not row:
            row.append("")
        row[-1] += text

    def _is_hidden(self, tag: str, attributes: dict[str, str | None]) -> bool:
        """Tell whether a browser shows nothing of an element; a document's title is not in it."""
        if tag in UNSEEN or "hidden" in attributes or (tag == "title" and not self._drawings):
            return True
        return bool(HIDDEN.search(attributes.get("style") or ""))

    def _take(self) -> str:
        """Return the row that was read, and begin another."""
        row = self._rows[-1]
        cells = [_line(cell) for cell in row]
        row.clear()
        return _line(" | ".join(cells)) if any(cells) else ""

    def _end_row(self) -> None:
        if line := self._take():
            self.lines.append(line)

    def _break(self) -> None:
        """End a line; in a cell, where a row goes on, that is a blank."""
        if len(self._rows) == 1:
            self._end_row()
        else:
            self._read(" ")

    def _end_drawing(self) -> None:
        """Let a description speak for the drawing, and its labels only where there is none."""
        self._drawings -= 1
        if not self._described:
            self.lines += filter(None, self._labels)
        self._labels.clear()
        self._described = False
