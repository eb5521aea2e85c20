"""サイトを、軽く、安全にします。

- CSSは、ページで使う規則だけを残した ``_static/book.css`` 1つにします（stylesheet.py）。
- スクリプトは、この本のもの（各部屋の ``static``）だけを読み込みます。テーマのものは公開しません。
- 読み込んでよいもの（Content-Security-Policy）を、全ページと、サーバーの設定ファイルに書きます。
- 説明文（description）を全ページにつけます。``html_baseurl`` があれば、``sitemap.xml`` と、
  リンクに添えられる絵も作ります。
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docutils import nodes
from markupsafe import Markup
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util.fileutil import copy_asset
from sphinx.util.typing import ExtensionMetadata

from booksite.frame import card
from booksite.frame.stylesheet import names_in_pages, names_in_scripts, names_of_words, reduce
from booksite.sphinx_api import IN_PARALLEL, static_folder, style_sheets

TEMPLATES = Path(__file__).parent / "templates"
SHEETS = "styles"  # the themes' folder for them
FIRST_SHEETS = ("basic.css", f"{SHEETS}/pydata-sphinx-theme.css")
CARD = "_static/card.png"
EXCERPT = 120  # letters of a description

ONLY_FOR = {"neuron-steps.js": "neuron-(?:steps|folded)"}  # what else would load for nothing

HEADERS = {  # what only a server can say, besides the policy
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Website(StandaloneHTMLBuilder):
    """The builder ``html``, without what no page loads: the themes' scripts, fonts and pictures."""

    def copy_theme_static_files(self, context: dict[str, Any]) -> None:
        """Copy the sheets of which the one of the pages is made."""

        def excluded(path: str) -> bool:
            return Path(path) != Path(SHEETS) and not path.endswith((".css", ".css.jinja"))

        for theme in reversed(self.theme.get_theme_dirs()):
            folder = Path(theme, "static")
            copy_asset(folder, static_folder(self), excluded, context, self.templates, force=True)

    def copy_html_static_files(self, context: dict[str, Any]) -> None:
        """Copy the book's own files, and of its scripts what a browser runs."""
        super().copy_html_static_files(context)
        for file in own_scripts(self):
            text = without_comments(file.read_text("utf-8"))
            (static_folder(self) / file.name).write_text(text, "utf-8")

    def copy_translation_js(self) -> None:
        """Copy nothing: the words of the interface stand in the pages."""

    def copy_stemmer_js(self) -> None:
        """Copy nothing: the search has its own scripts."""


def without_comments(script: str) -> str:
    """Return a script without what is only for who writes it: its comments, most of them types.

    A comment begins with ``/**`` or ``/* global``, or is a line of its own.
    """
    return re.sub(r"/\*(?:\*| global )(?s:.*?)\*/\s?|^ *//.*\n", "", script, flags=re.M)


def inline(name: str) -> str:
    """Return a script that stands in the page itself."""
    return (TEMPLATES / name).read_text("utf-8").strip()


def policy() -> str:
    """Return what a page may load.

    ``file:`` serves whoever opens the pages from the disk, where ``'self'`` means nothing in some
    browsers; a page from a server can load no file of the disk anyway. Styles may stand in the
    page: pictures have theirs inside.
    """
    scripts = [inline(name).encode() for name in ("early.js", "find-root.js")]
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts]
    directives = {
        "default-src": "'self' file:",  # Firefox fetches the next page ahead, under this name
        "script-src": " ".join(["'self'", "file:", *(f"'sha256-{value}'" for value in hashes)]),
        "style-src": "'self' file: 'unsafe-inline'",
        "img-src": "'self' file: data:",
        "font-src": "'self' file:",
        "connect-src": "'self'",
        "form-action": "'self' file:",
        "base-uri": "'none'",
    }
    forbidden = ("object", "frame", "worker", "media")
    directives |= {f"{kind}-src": "'none'" for kind in forbidden}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def describe(doctree: nodes.document | None) -> str:
    """Return the goal of a page, or how it begins."""
    if doctree is None:
        return ""
    goals = (n for n in doctree.findall(nodes.admonition) if "goal" in n["classes"])
    paragraph = next(next(goals, doctree).findall(nodes.paragraph), nodes.paragraph())
    text = re.sub(r"\s+", " ", paragraph.astext()).strip()
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"


def chapter(app: Sphinx, page: str) -> str:
    """Return the part of the book to which a page belongs, and its place there."""
    contents = app.env.tocs[app.config.root_doc].findall(addnodes.toctree)
    for part in contents:
        if page in part["includefiles"] and part["caption"]:
            place = part["includefiles"].index(page) + 1
            return f"{part['caption']}　{place}/{len(part['includefiles'])}"
    return ""


def complete_context(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Tell the templates what they need, and leave out the scripts that are not the book's own."""
    if app.builder.name != "html":
        return
    context["website"] = {
        "policy": policy(),
        "early": Markup(inline("early.js")),
        "find_root": Markup(inline("find-root.js")),
        "root": app.config.html_baseurl,
        "card": CARD,
        "chapter": chapter(app, page),
    }
    context["description"] = describe(doctree) or app.config.html_title
    own = {f"_static/{file.name}" for file in own_scripts(app.builder)}
    body = context.get("body", "")
    own -= {f"_static/{name}" for name, mark in ONLY_FOR.items() if not re.search(mark, body)}
    context["script_files"] = [s for s in context["script_files"] if str(s.filename) in own]


def add_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page that servers show for an address that leads nowhere."""
    if app.builder.name == "html":
        yield "404", {}, "404.html"


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write what can only be written when all pages are there."""
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = [page for page in sorted(out.rglob("*.html")) if "_static" not in page.parts]
    link_style_sheet(pages, write_style_sheet(app, pages))
    shutil.rmtree(Path(app.outdir, "_static", SHEETS), ignore_errors=True)
    write_headers(out)
    if app.config.html_baseurl:
        write_sitemap(app)
        card.draw(out / CARD)


def write_style_sheet(app: Sphinx, pages: list[Path]) -> str:
    """Write the one style sheet, unless nothing has changed, and return its fingerprint."""
    static = Path(app.outdir, "_static")
    target = static / "book.css"
    kept, mark = Path(app.doctreedir, "book.css"), Path(app.doctreedir, "book.css.mark")
    assert isinstance(app.builder, Website)
    files = [static / name for name in FIRST_SHEETS]
    files += style_sheets(app.builder)
    files += [
        static / file.name for folder in own_folders(app.builder) for file in folder.glob("*.css")
    ]
    css = "\n".join(file.read_text("utf-8") for file in dict.fromkeys(files))
    used = names_in_pages(page.read_text("utf-8") for page in pages)
    used &= names_of_words(css)
    scripts = [file.read_text("utf-8") for file in own_scripts(app.builder)]
    key = fingerprint("\n".join([css, *scripts, *sorted(used)]))
    if not kept.exists() or not mark.exists() or mark.read_text() != key:
        kept.write_text(reduce(css, used.union(*map(names_in_scripts, scripts))), "utf-8")
        mark.write_text(key)
    shutil.copyfile(kept, target)
    return fingerprint(target.read_text("utf-8"))


def own_folders(builder: Builder) -> list[Path]:
    """Return the folders of the book's own styles and scripts."""
    return [Path(builder.confdir, folder) for folder in builder.config.html_static_path]


def own_scripts(builder: Builder) -> list[Path]:
    """Return the book's own scripts, as they are written."""
    return [file for folder in own_folders(builder) for file in folder.glob("*.js")]


def fingerprint(text: str) -> str:
    """Return a short name for a text, another one for any other text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def link_style_sheet(pages: list[Path], version: str) -> None:
    """Name the version of the style sheet in every page, also in those of an earlier build."""
    for page in pages:
        html = page.read_text("utf-8")
        linked = re.sub(r"(?<=book\.css\?v=)\w*", version, html)
        if linked != html:
            page.write_text(linked, "utf-8")


def write_headers(out: Path) -> None:
    """Write the headers for servers that read them from a file: Netlify's kind, and Apache."""
    headers = {"Content-Security-Policy": f"{policy()}; frame-ancestors 'none'"} | HEADERS
    lines = [f"  {name}: {value}" for name, value in headers.items()]
    (out / "_headers").write_text("\n".join(["/*", *lines, ""]), "utf-8")
    lines = [f'  Header always set {name} "{value}"' for name, value in headers.items()]
    lines = ["ErrorDocument 404 /404.html", "<IfModule mod_headers.c>", *lines, "</IfModule>", ""]
    (out / ".htaccess").write_text("\n".join(lines), "utf-8")


def write_sitemap(app: Sphinx) -> None:
    """Write the list of the pages for search engines."""
    root = app.config.html_baseurl
    urls = [root + app.builder.get_target_uri(name) for name in sorted(app.env.found_docs)]
    lines = [f"<url><loc>{escape(url)}</loc></url>" for url in urls]
    start = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    text = "\n".join(['<?xml version="1.0" encoding="utf-8"?>', start, *lines, "</urlset>", ""])
    Path(app.outdir, "sitemap.xml").write_text(text, "utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Come last, when the theme has added what it likes."""
    app.add_builder(Website, override=True)
    app.connect("html-page-context", complete_context, priority=900)
    app.connect("html-collect-pages", add_pages)
    app.connect("build-finished", finish, priority=900)
    return IN_PARALLEL
