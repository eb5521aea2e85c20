"""A page is light, and may load nothing but what its policy names."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import struct
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from booksite.frame import card, website
from booksite.frame.stylesheet import names_in_pages, names_in_scripts, reduce
from tests.builds import ROOT, Build, build, cell, copy_project, read, write_page

WEIGHT = 68_000
REQUESTS = 12


def pages(site: Build) -> dict[Path, BeautifulSoup]:
    files = [file for file in site.html.rglob("*.html") if "_static" not in file.parts]
    return {file: read(file) for file in sorted(files)}


def policy(page: BeautifulSoup) -> dict[str, list[str]]:
    content = page.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    return {name: values for name, *values in map(str.split, content.split(";"))}


def test_a_first_visit_to_a_page_is_light(site: Build) -> None:
    for file, page in pages(site).items():
        tags = page.select("script[src], img[src], link[rel=stylesheet], link[rel=icon]")
        names = {urlsplit(tag.get("src") or tag["href"]).path for tag in tags}
        loaded = [file, *(file.parent / name for name in names if name != ",")]
        size = sum(len(gzip.compress(each.read_bytes(), 9)) for each in loaded)
        assert size <= WEIGHT, (file, size)
        assert len(loaded) <= REQUESTS, (file, loaded)


@pytest.mark.parametrize(
    ("script", "runs"),
    [
        ("// why\nf(); // how\n", "f(); // how\n"),
        ("  /** @type {number} */\n  let a = /** @type {any} */ (b);\n", "    let a = (b);\n"),
        ("/* global A */\nf();\n", "f();\n"),
        ('f("http://a", /b*/gu, `/*`);\n', 'f("http://a", /b*/gu, `/*`);\n'),
    ],
)
def test_a_published_script_has_no_comments(script: str, runs: str) -> None:
    assert website.without_comments(script) == runs


def test_the_script_of_steps_is_loaded_where_there_are_some(site: Build) -> None:
    loads = [file for file, page in pages(site).items() if page.select("[src*='neuron-steps']")]
    needs = [
        file for file, page in pages(site).items() if page.select(".neuron-steps, .neuron-folded")
    ]
    assert loads == needs != []


def test_no_page_may_run_a_script_that_is_not_known(site: Build) -> None:
    for file, page in pages(site).items():
        allowed = policy(page)
        assert allowed["default-src"] == ["'self'", "file:"]
        for kind in ("object", "frame", "worker", "media"):
            assert allowed[f"{kind}-src"] == ["'none'"]
        hashes = {source for source in allowed["script-src"] if source.startswith("'sha256-")}
        assert set(allowed["script-src"]) == {"'self'", "file:"} | hashes
        for script in page.select("script:not([src])"):
            digest = hashlib.sha256(script.string.encode()).digest()
            assert f"'sha256-{base64.b64encode(digest).decode()}'" in hashes, (file, script)
        for tag in page.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")], (file, tag)
            assert not str(tag.get("href", "")).startswith("javascript:"), (file, tag)


def test_the_policy_comes_before_whatever_it_is_to_stop(site: Build) -> None:
    for file, page in pages(site).items():
        names = [tag.name for tag in page.head.find_all(True)]
        assert names[:2] == ["meta", "meta"], file
        assert page.head.find_all(True)[1].get("http-equiv") == "Content-Security-Policy", file


def test_servers_are_told_the_same_policy(site: Build) -> None:
    content = {
        page.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
        for page in pages(site).values()
    }
    assert len(content) == 1
    header = f"{content.pop()}; frame-ancestors 'none'"
    assert f"  Content-Security-Policy: {header}\n" in (site.html / "_headers").read_text("utf-8")
    apache = (site.html / ".htaccess").read_text("utf-8")
    assert f'Header always set Content-Security-Policy "{header}"' in apache


def test_nothing_of_the_theme_but_its_styles_is_published(site: Build) -> None:
    for file in site.html.rglob("*"):
        assert file.suffix not in {".map", ".woff", ".woff2", ".ttf", ".mo", ".po"}, file
        assert "fontawesome" not in file.name.lower(), file
    for file, page in pages(site).items():
        assert not page.select("[class*='fa-']"), file
    own = {script.name for script in (ROOT / "src" / "booksite").rglob("*.js")}
    published = {script.name for script in site.html.rglob("*.js")}
    assert published - own <= {"search_index.js"}


def test_each_page_says_what_it_is_about(site: Build) -> None:
    found = {}
    for file, page in pages(site).items():
        if file.name == "404.html":
            continue
        description = page.select_one("meta[name=description]")["content"]
        assert 10 < len(description) <= 120, file
        assert page.select_one("meta[property='og:description']")["content"] == description
        assert page.select_one("meta[property='og:title']")["content"], file
        found[file.stem] = description
    assert found["on_paper"].startswith("電卓と紙だけで")


def test_no_address_is_written_where_none_is_known(site: Build) -> None:
    assert not (site.html / "sitemap.xml").exists()
    for page in pages(site).values():
        assert not page.select("link[rel=canonical], meta[property='og:url']")


def test_the_sitemap_lists_the_pages(tmp_path: Path) -> None:
    app = SimpleNamespace(
        outdir=tmp_path,
        config=SimpleNamespace(html_baseurl="https://example.org/本/"),
        env=SimpleNamespace(found_docs={"index", "a&b"}),
        builder=SimpleNamespace(get_target_uri=lambda name: f"{name}.html"),
    )
    website.write_sitemap(app)
    text = (tmp_path / "sitemap.xml").read_text("utf-8")
    assert re.findall("<loc>(.*)</loc>", text) == [
        "https://example.org/本/a&amp;b.html",
        "https://example.org/本/index.html",
    ]


def test_a_page_with_an_address_has_a_picture_for_its_links(tmp_path: Path) -> None:
    copy = copy_project(tmp_path / "copy")
    write_page(copy / "book" / "index.md", cell("print(1)", "1"))
    address = "https://example.org/book/"
    run = build(tmp_path / "out", "-D", f"html_baseurl={address}", source=copy / "book", conf=copy)
    assert run.returncode == 0, run.log
    page = read(run.html / "index.html")
    assert page.select_one("link[rel=canonical]")["href"] == f"{address}index.html"
    picture = page.select_one("meta[property='og:image']")["content"]
    content = (run.html / picture.removeprefix(address)).read_bytes()
    assert struct.unpack(">II", content[16:24]) == (1200, 630)
    card.draw(tmp_path / "again.png")
    assert (tmp_path / "again.png").read_bytes() == content
    assert (run.html / "sitemap.xml").exists()


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("a{color:red}", "a{color:red}"),
        ("b{color:red}", ""),
        (".in, .out {color: red;}", ".in{color:red}"),
        (".in .out{color:red}", ""),
        ("a:not(.out):hover::before{color:red}", "a:not(.out):hover::before{color:red}"),
        ("#here[data-mark='x'] > a{color:red}", '#here[data-mark="x"]>a{color:red}'),
        ("[data-out]{color:red}", ""),
        ("a:is(.out,.off){color:red}", ""),
        ("a:is(.in,.out){color:red}", "a:is(.in,.out){color:red}"),
        ("a:has(> .out){color:red}", ""),
        ("a:last-child>:last-child{color:red}", ""),
        ("a:last-child>a:last-child{color:red}", "a:last-child>a:last-child{color:red}"),
        ("a>:last-child{color:red}", "a>:last-child{color:red}"),
        ("a[open]{color:red}", "a[open]{color:red}"),
        ("a{content:\", > \"}", "a{content:\", > \"}"),
        ("a{margin:calc(1px + 2px)  !important}", "a{margin:calc(1px + 2px)!important}"),
        ("@media print{b{color:red}}", ""),
        ("@media print{a{color:red}b{color:red}}", "@media print{a{color:red}}"),
        ("a{margin:var(--d)}:root{--d:1px}.off{--d:2px}", "a{margin:var(--d)}:root{--d:1px}"),
        (":root{--a:1px;--b:var(--c);--c:2px}a{margin:var(--b)}",
         ":root{--b:var(--c);--c:2px}a{margin:var(--b)}"),
        ("@font-face{font-family:Out;src:url(x)}", ""),
        ("@font-face{font-family:In;src:url(x)}a{font-family:In}",
         "@font-face{font-family:In;src:url(x)}a{font-family:In}"),
        ("@keyframes out{to{margin:0}}", ""),
        ("@keyframes in{to{margin:0}}a{animation:in 1s}",
         "@keyframes in{to{margin:0}}a{animation:in 1s}"),
        ("/* x */a{/* y */color:red}", "a{color:red}"),
        ("/* x */\n\n@media print {\n  /* y */\n  a { color: red; /* z */ margin: 0; }\n}",
         "@media print{a{color:red;margin:0}}"),
        ("a , .in , .on{color:red}", "a,.in,.on{color:red}"),
        ("a/* x */.in  >  .on{margin:1px\n  2px}", "a.in>.on{margin:1px 2px}"),
        ("a{font:1px a , b}", "a{font:1px a,b}"),
        ("@charset 'utf-8';@import 'x.css';a{color:red}", "a{color:red}"),
        ("[data-mark][data-out]{color:red}", ""),
        ("[data-mark=out]{color:red}", "[data-mark=out]{color:red}"),
        (":root{--a:1px}a{margin:var(--a)}b{--a:2px}", ":root{--a:1px}a{margin:var(--a)}"),
        (":root{--a:1px;--b:2px}a{margin:var(--a)}.in{padding:var(--b)}",
         ":root{--a:1px;--b:2px}a{margin:var(--a)}.in{padding:var(--b)}"),
        (":root{--a:var(--c);--b:var(--d);--c:1px;--d:2px}a{margin:var(--a) var(--b)}",
         ":root{--a:var(--c);--b:var(--d);--c:1px;--d:2px}a{margin:var(--a) var(--b)}"),
        ("@supports (a:b){@media print{a{color:red}b{color:red}}}",
         "@supports (a:b){@media print{a{color:red}}}"),
        ("@font-face{font-family:One;src:url(x)}@font-face{font-family:Two;src:url(y)}"
         "a{font-family:Two}", "@font-face{font-family:Two;src:url(y)}a{font-family:Two}"),
        ("[data-theme=light] a,[data-theme=light] .in{color:red}",
         "[data-theme=light] a,[data-theme=light] .in{color:red}"
         "@media (prefers-color-scheme:light)"
         "{[data-theme=auto] a,[data-theme=auto] .in{color:red}}"),
        ('html[data-theme="dark"] a{color:red}',
         'html[data-theme="dark"] a{color:red}'
         "@media (prefers-color-scheme:dark){html[data-theme=auto] a{color:red}}"),
    ],
)  # fmt: skip
def test_only_what_may_match_is_left_of_a_style_sheet(css: str, kept: str) -> None:
    page = "<html data-theme='auto'><a id=\"here\" class=\"in on\" data-mark='x'>b</a></html>"
    assert reduce(css, names_in_pages([page])).strip() == kept


def test_a_name_counts_as_what_it_is() -> None:
    css = "a{top:0}.a{top:1px}#a{top:2px}[a]{top:3px}"
    page = '<p class="a"><b id="a"><i a="">'
    assert reduce(css, names_in_pages([page])).strip() == css.removeprefix("a{top:0}")
    for words in ('"a"', "'b a'", "f(`${c ? `a` : d}`)"):
        assert reduce(css, names_in_scripts(words)).strip() == css
    for names in ("a.hidden = b", "x.a", "({ a: 1 })"):
        assert reduce(css, names_in_scripts(names)).strip() == "[a]{top:3px}"
    assert reduce(css, names_in_scripts('// "a"\n/** "a" */')).strip() == ""
