"""The book as an EPUB: Sphinx's own, with the files that it needs, and always the same bytes.

Its chapters are also what ``literate.publish.paper`` prints.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from sphinx.builders.epub3 import Epub3Builder
from sphinx.highlighting import PygmentsBridge

from literate.publish.archive import write_zip

STYLE = Path(__file__).with_name("epub.css")
OPF = "http://www.idpf.org/2007/opf"
LINK = re.compile(r"\b(?:href|src)=\"([^\"#?:]+)")


class Epub(Epub3Builder):
    """Sphinx's builder, with a style of its own in place of a theme's."""

    def init_highlighter(self) -> None:
        """Colour the code as on the site; the theme of Sphinx has no colours for paper."""
        self.highlighter = PygmentsBridge("html", "a11y-high-contrast-light")
        self.dark_highlighter = None

    def _get_style_filenames(self) -> Iterator[str]:
        return iter(())

    def init_css_files(self) -> None:
        """Load the style of the book before those of the site."""
        super().init_css_files()
        self.add_css_file(STYLE.name, priority=100)

    def add_css_file(self, filename: str, **kwargs: Any) -> None:
        """Load a style, but not MyST-NB's, which it copies for HTML alone."""
        if not filename.startswith("mystnb."):
            super().add_css_file(filename, **kwargs)

    def copy_static_files(self) -> None:
        """Add the style of the book."""
        super().copy_static_files()
        shutil.copyfile(STYLE, self.outdir / "_static" / STYLE.name)

    def build_content(self) -> None:
        """Leave out what no chapter shows, and say which chapters hold formulas or pictures."""
        chapters = [*Path(self.outdir).rglob("*.xhtml")]
        needed = {page.relative_to(self.outdir).as_posix() for page in chapters}
        for chapter in chapters:
            links = LINK.findall(chapter.read_text("utf-8"))
            needed |= {os.path.relpath(chapter.parent / link, self.outdir) for link in links}
        present = (path for path in Path(self.outdir).rglob("*") if path.is_file())
        names = {path.relative_to(self.outdir).as_posix() for path in present}
        self.config.epub_exclude_files = sorted(names - needed)
        super().build_content()
        self._declare_properties()

    def _declare_properties(self) -> None:
        package = self.outdir / "content.opf"
        ElementTree.register_namespace("", OPF)
        ElementTree.register_namespace("dc", "http://purl.org/dc/elements/1.1/")
        tree = ElementTree.parse(package)
        for item in tree.iter(f"{{{OPF}}}item"):
            if item.get("media-type") != "application/xhtml+xml" or "properties" in item.attrib:
                continue
            chapter = (self.outdir / item.attrib["href"]).read_text("utf-8")
            held = [
                name for name, tag in (("mathml", "math"), ("svg", "svg")) if f"<{tag}" in chapter
            ]
            if held:
                item.set("properties", " ".join(held))
        tree.write(package, "utf-8", xml_declaration=True)

    def build_epub(self) -> None:
        """Write the file; its bytes do not tell when, nor where."""
        names = ["META-INF/container.xml", "content.opf", "toc.ncx", *self.files]
        write_zip(
            self.outdir / f"{self.config.epub_basename}.epub",
            {name: (self.outdir / name).read_bytes() for name in ["mimetype", *names]},
        )
