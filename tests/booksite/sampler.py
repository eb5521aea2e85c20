"""Two small books in words: what comes of all that pages can have, and what is said of mistakes.

``python -m tests.booksite.sampler`` writes them down anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock
from zipfile import ZipFile

import nbformat
from PIL import Image

from booksite.text import glossary, terms
from tests.builds import ROOT, Build, build_here, environment_of, read
from tests.told import joined, lines

PAPER = {"new.pdf": 2**32, "new.epub": 2**32, "old.pdf": 1}  # when each was made
BOOK = Path(__file__).with_suffix("")
MISTAKES = BOOK.with_name("mistakes")
WHERE = {"BOOK_BASE_URL": "https://book.example", "BOOK_REPOSITORY_URL": "https://github.com/a/b"}
# What is told of a page that is not the first: the frame around it is the same.
HEAD = "meta[name=description], link[rel=next], link[rel=prev], script[src]"
BODY = ".chapter, .bd-article, .page-turn"
# What another version of something changes: names of files, addresses and sizes.
CHANGING = re.compile(
    r"(?<=\?v=)\w+|(?<=mystnb\.)\w{64}|(?<=Python )[\d.]+|(?<=torch )[\w.+]+|(?<=/docs/)[\d.]+"
    r"|\d+(?= KB)"
)
COLUMNS, ROWS = 60, 30  # of the letters by which a picture is told


def build(out: Path, builder: str, book: Path = BOOK) -> Build:
    """Build a book in this process, where its terms are its own."""
    options = ["-nW", "--keep-going", "--no-color", "-b", builder, "-c", str(ROOT)]
    options += ["-D", "literate_preload=math"]  # these cells need no torch
    options += ["-d", str(out / "doctrees"), str(book), str(out / builder)]
    environment = environment_of(ROOT) | WHERE
    with (
        mock.patch.object(terms, "FILE", BOOK / "terms.yml"),
        mock.patch.object(glossary, "FILE", BOOK / "terms.yml"),
    ):
        made = build_here(out / builder, options, environment)
    for kept in (terms.terms, terms.pattern):
        kept.cache_clear()  # whoever asks next wants those of the whole book
    return made


def built(out: Path, builder: str) -> Path:
    """Build the book that has no mistake, and return where it is."""
    made = build(out, builder)
    if made.returncode:
        raise AssertionError(made.log)
    return made.html


def told() -> str:
    """Tell all that is made of the book: the site, the EPUB, and a text."""
    with TemporaryDirectory() as folder:
        out = Path(folder)
        (out / "paper").mkdir()
        for name, time in PAPER.items():
            (out / "paper" / name).write_bytes(b"book")
            os.utime(out / "paper" / name, (time, time))
        site = built(out, "html")
        parts = [*pages(site), *notebooks(site), *files(site)]
        with redirect_stdout(StringIO()) as links:
            glossary.list_links(out / "doctrees")
        parts.append(("links to the glossary", links.getvalue().splitlines()))
        epub = built(out, "epub")
        for page in ("index", "lesson/forward", "lesson/square"):
            chapter = read(epub / f"{page}.xhtml")
            tags = [*chapter.select("head link, head script"), chapter.body]
            parts.append((f"epub/{page}.xhtml", [line for tag in tags for line in lines(tag)]))
        text = built(out, "text")
        for page in ("index", "lesson/forward", "lesson/square"):
            parts.append((f"{page}.txt", (text / f"{page}.txt").read_text("utf-8").splitlines()))
        return joined(parts, CHANGING)


def complained() -> str:
    """Tell what is said of mistakes, with the lines that follow a message."""
    with TemporaryDirectory() as folder:
        log = build(Path(folder), "html", MISTAKES).log
    messages = log.split(f"\n{MISTAKES}{os.sep}")[1:]
    told = [re.split(r"\n(?=looking for|generating|reading)", each)[0] for each in messages]
    return "".join(f"{each}\n" for each in told if re.match(r"\S+: (?:WARNING|ERROR): ", each))


def pages(site: Path) -> Iterator[tuple[str, Iterable[str]]]:
    """Tell what a browser gets of each page."""
    for file in sorted(site.glob("*.html")) + sorted(site.glob("[a-z]*/*.html")):
        page, first = read(file), file.name == "index.html"
        head = page.head.select("meta, link, script" if first else HEAD)
        body = page.select("main > .bd-content" if first else BODY) or [page.body]
        yield str(file.relative_to(site)), [line for tag in head + body for line in lines(tag)]


def notebooks(site: Path) -> Iterator[tuple[str, Iterable[str]]]:
    """Tell the cells of the notebooks."""
    for file in sorted(site.rglob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)
        about = notebook.metadata
        told = [f"[{dict(about.kernelspec)} {sorted(about.language_info)}]"]
        for cell in notebook.cells:
            told += [f"[{cell.cell_type} {cell.id} {dict(cell.metadata)}]", cell.source]
            told += [str(dict(output)) for output in cell.get("outputs", [])]
        yield str(file.relative_to(site)), told


def files(site: Path) -> Iterator[tuple[str, Iterable[str]]]:
    """Tell the files beside the pages."""
    yield "downloads", sorted(file.name for file in (site / "downloads").iterdir())
    for kind in ("whl", "zip"):
        (file,) = (site / "downloads").glob(f"*.{kind}")
        names = ZipFile(file).namelist()
        yield f"downloads/{file.name}", [name for name in names if not name.endswith(".py")]
    for name in ("sitemap.xml", "_headers", ".htaccess", "_static/search_index.js"):
        yield name, (site / name).read_text("utf-8").splitlines()
    notes = (site / "_static" / "margin_notes.js").read_text("utf-8")
    yield "_static/margin_notes.js", [notes.partition("\n")[0]]
    yield "_static", sorted(file.name for file in (site / "_static").rglob("*"))
    yield "_static/card.png", picture(site / "_static" / "card.png")


def picture(file: Path) -> Iterator[str]:
    """Tell a picture by how dark it is where."""
    with Image.open(file) as image:
        yield f"{image.size} {sorted(image.info)}"
        small = image.convert("L").resize((COLUMNS, ROWS), Image.Resampling.BOX)
    for row in range(ROWS):
        dark = (255 - small.getpixel((column, row)) for column in range(COLUMNS))
        yield "".join(" .:-=+*#%@"[value * 10 // 256] for value in dark).rstrip()


if __name__ == "__main__":
    BOOK.with_suffix(".txt").write_text(told(), "utf-8")
    MISTAKES.with_suffix(".txt").write_text(complained(), "utf-8")
