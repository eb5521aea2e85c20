"""An EPUB as trees: what it says of itself, and its chapters, to find, make and rename in them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lxml import etree

NAMES = {
    "h": "http://www.w3.org/1999/xhtml",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "s": "http://www.w3.org/2000/svg",
}


IDS = ("id", "for", "aria-labelledby", "aria-describedby")


@dataclass(frozen=True)
class Facts:
    """What the EPUB says of itself."""

    title: str
    author: str
    description: str
    day: datetime
    language: str


def tag(name: str, *children: etree._Element | str, **attributes: str) -> etree._Element:
    """Return an element of XHTML."""
    element = etree.Element(
        f"{{{NAMES['h']}}}{name}", {k.strip("_"): v for k, v in attributes.items()}
    )
    for child in children:
        if not isinstance(child, str):
            element.append(child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + child
        else:
            element.text = (element.text or "") + child
    return element


def find(element: etree._Element, path: str) -> list[etree._Element]:
    """Return what an XPath finds; ``{name}`` in it stands for elements of that class."""
    of_class = 'contains(concat(" ", normalize-space(@class), " "), " {} ")'
    path = re.sub(r"\{([\w-]+)\}", lambda match: f"[{of_class.format(match[1])}]", path)
    found: list[etree._Element] = element.xpath(path, namespaces=NAMES)
    return found


def read(file: Path) -> etree._Element:
    """Return the root of a file."""
    return etree.parse(file, etree.XMLParser(remove_comments=True)).getroot()


def words(element: etree._Element) -> str:
    """Return the text of an element."""
    return "".join(element.itertext()).strip()


def remove(element: etree._Element) -> None:
    """Take an element out, and its section with it where only the heading would be left."""
    parent = element.getparent()
    parent.remove(element)
    if parent.tag.endswith("section") and all(
        re.search(r"\}(h\d|span)$", each.tag) for each in parent
    ):
        parent.getparent().remove(parent)


def slug_of(name: str) -> str:
    """Return the id of a chapter in the whole book."""
    return name.removesuffix(".xhtml").replace("/", "-")


def rename(element: etree._Element, name: str) -> None:
    """Make the ids of an element, and those to which it points, unique in the whole book."""
    slug = slug_of(name)
    for key, value in element.attrib.items():
        if key in IDS:
            element.set(key, " ".join(f"{slug}--{each}" for each in value.split()))
        elif key == "href" and element.tag.endswith("}a"):
            element.set(key, target(name, value))
        elif "#" in value:
            moved = re.sub(r"url\(#|(?<=^)#(?=[A-Za-z])", rf"\g<0>{slug}--", value)
            element.set(key, moved if key.endswith("href") or "url(" in value else value)


def target(name: str, link: str) -> str:
    """Return a link of a chapter as a link of the whole book."""
    path, hash_, fragment = link.partition("#")
    if ":" in path:
        return link
    there = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    return f"#{slug_of(there)}" + (f"--{fragment}" if hash_ else "")


def unfold(details: etree._Element) -> None:
    """Show what is folded on a screen."""
    details.tag = f"{{{NAMES['h']}}}div"
    details.attrib.pop("open", None)
    for summary in find(details, "./h:summary"):
        summary.tag = f"{{{NAMES['h']}}}p"


def flatten(picture: etree._Element) -> None:
    """Make a picture with links one that can only be looked at."""
    picture.set("role", "img")
    for link in find(picture, ".//s:a"):
        link.tag = f"{{{NAMES['s']}}}g"
        link.attrib.clear()


def read_facts(folder: Path) -> Facts:
    """Read what the EPUB says of itself."""
    package = read(folder / "content.opf")

    def fact(name: str) -> str:
        return words(find(package, f".//dc:{name}")[0])

    return Facts(
        fact("title"),
        fact("creator"),
        fact("description"),
        datetime.fromisoformat(fact("date")),
        fact("language"),
    )
