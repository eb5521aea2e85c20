"""Pages in words, a line for each block, so that what they are can be written down."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import Tag

# Elements that have a line of their own.
BLOCKS = [
    "article",
    "details",
    "div",
    "dl",
    "fieldset",
    "figure",
    "form",
    "g",
    "label",
    "li",
    "nav",
]
BLOCKS += ["ol", "p", "pre", "section", "svg", "table", "tr", "ul"]
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
