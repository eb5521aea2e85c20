"""Pages in words, a line for each block, so that what they are can be written down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bs4 import Tag

# Elements that have a line of their own.
BLOCKS = ["article", "details", "div", "dl", "fieldset", "figure", "form", "g", "label", "li"]
BLOCKS += ["nav", "ol", "p", "pre", "section", "svg", "table", "tr", "ul"]
WHOLE = ["tr"]  # and those that have one with all that is in them


def lines(tag: Tag) -> Iterator[str]:
    """Tell an element, each block in it on a line of its own."""
    if tag.name == "style":
        yield f"<style>{tag.string[:60]}…"
    elif tag.name in WHOLE or tag.find([*BLOCKS, "style"]) is None:
        yield str(tag).replace("\n", "\\n")
    else:
        yield str(Tag(name=tag.name, attrs=tag.attrs)).removesuffix(f"</{tag.name}>")
        for child in tag.children:
            if isinstance(child, Tag):
                yield from (f" {line}" for line in lines(child))
            elif child.strip():
                yield f" {child.strip()!r}"


def joined(parts: Iterable[tuple[str, Iterable[str]]], changing: re.Pattern[str]) -> str:
    """Return what is told of each thing under its name, without what is ``changing``."""
    told = ("\n".join([f"# {name}", *words, ""]) for name, words in parts)
    return changing.sub("…", "\n".join(told))
