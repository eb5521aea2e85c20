"""A small book in words: what comes of pages that are right and wrong, and all that is said of it.

``python -m tests.literate.sampler`` writes it down anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.builds import Build, build, cell, read, write_page
from tests.literate.test_cases import CASES
from tests.literate.test_choices import PAGES
from tests.told import joined, lines

WRITTEN = Path(__file__).with_suffix(".txt")
CONF = """
extensions = ["myst_nb", "literate"]
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_merge_streams = True
myst_enable_extensions = ["colon_fence"]
literate_packages = ["sphinx"]
html_theme = "basic"
epub_basename = "book"
"""
UNVERIFIED = "```{code-cell} ipython3\n:tags: [unverified]\n:reason: by chance\nprint(7)\n```\n"
ANNOUNCED = "Traceback (most recent call last):\n    ...\nZeroDivisionError: division by zero"
HTML = "import IPython.display as d\nd.display(d.HTML('<b>2 + 2</b>'))"
RIGHT = [
    cell("print(1)", "1"),
    UNVERIFIED,
    cell("print(0.1 + 0.2)", ":options: +ELLIPSIS\n0.3..."),
    cell("1 / 0", ANNOUNCED, tags="raises-exception"),
    cell(HTML, "<IPython.core.display.HTML object>\n  2 + 2"),
    "In {fact}`2020` it was 0.30000000000000004.\n",
    "```{verification-ledger}\n```\n",
]
# Pages that go wrong as a whole; on all others each cell is judged alone.
WHOLE = {"exception", "blockless", "unclosed", "flag"}
STAYS = {"uncompared", "stderr", "unraised"}  # nothing is accepted on a page with such a cell
CELLS = PAGES | {name: blocks for name, (blocks, _, _) in CASES.items()}
MESSAGES = PAGES.keys() | {name for name, (_, _, messages) in CASES.items() if messages}


def page(names: Set[str]) -> list[str]:
    """Return the blocks of a page on which these cells stand, each under its name."""
    return [block for name in sorted(names) for block in [f"## {name}\n", *CELLS[name]]]


BOOK = {name: CELLS[name] for name in sorted(WHOLE)} | {
    "index": [*RIGHT, "```{toctree}\n:glob:\n:hidden:\n\n*\n```\n"],
    "right": page(CELLS.keys() - MESSAGES),
    "wrong": page(MESSAGES - WHOLE - STAYS),
    "stays": page(STAYS),
}
GENERATED = ("genindex.html", "search.html")
# What a build says.
PROGRESS = re.compile(r"\[ *\d+/\d+\] ")
WARNING = re.compile(r"^/\w+\.md:\d+: WARNING: (?:.*\n)*?.*\[literate\.\w+\]$", re.M)
DIFFERENCE = re.compile(r"^--- /\w+\.md\n(?:[-+@ ].*\n)*", re.M)
SUMMARY = re.compile(r"^(?:literate: |build ).*$", re.M)
# What differs from machine to machine, and from run to run.
CHANGING = re.compile(r"\d+\.\d+(?= s\b)|(?<=Python )[\d.]+|(?<=sphinx )[\d.]+|(?<=0x)\w+")


class Book:
    """A book in a folder."""

    def __init__(self, folder: Path) -> None:
        """Write its pages."""
        self.folder = folder
        (folder / "conf.py").write_text(CONF)
        for name, blocks in BOOK.items():
            write_page(folder / "book" / f"{name}.md", *blocks)

    def build(self, *options: str, builder: str = "html") -> Build:
        """Build it."""
        place = {"source": self.folder / "book", "conf": self.folder, "builder": builder}
        return build(self.folder / "_build", "-j1", *options, **place, seen=True)

    def said(self, log: str) -> list[str]:
        """Tell what a build has said: of each page that it was read, then what is wrong with it."""
        pages = [line.partition("] ")[2] for line in log.splitlines() if PROGRESS.match(line)]
        said = log.replace(str(self.folder / "book"), "")
        return sorted(pages) + sorted(WARNING.findall(said)) + SUMMARY.findall(said)


def told() -> str:
    """Tell all that is said and made of the book."""
    with TemporaryDirectory() as folder:
        book = Book(Path(folder))
        first = book.build()
        parts = [("first build", book.said(first.log))]
        names = [name for name in first.pages if name not in GENERATED]
        parts += [(name, list(article(first.html / name))) for name in names]
        parts.append(("second build", book.said(book.build().log)))
        accepting = book.build("-E", "-D", "literate_accept=1")
        shown = accepting.log.replace(str(book.folder / "book"), "")
        parts.append(("what is accepted", sorted(DIFFERENCE.findall(shown))))
        parts.append(("build that accepts", book.said(accepting.log)))
        epub = book.build(builder="epub").html
        package = (epub / "content.opf").read_text("utf-8").splitlines()
        parts.append(("content.opf", [each for each in package if "<item" not in each]))
        parts.append(("index.xhtml", list(lines(read(epub / "index.xhtml").body))))
    return joined(parts, CHANGING)


def article(page: Path) -> Iterator[str]:
    """Tell the text of a page."""
    for tag in read(page).select("div.body > section"):
        yield from lines(tag)


if __name__ == "__main__":
    WRITTEN.write_text(told(), "utf-8")
