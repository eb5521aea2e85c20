"""The built site holds what the lesson promises, and asks nobody else for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from copy import copy
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.builds import (
    PAGES,
    ROOT,
    Build,
    build,
    cell,
    copy_project,
    differing,
    environment_of,
    read,
    write_page,
)


def pages(site: Build) -> list[Path]:
    """Every page that a reader can open; the theme's own snippets in _static are none."""
    return [page for page in site.html.rglob("*.html") if "_static" not in page.parts]


def article(site: Build, docname: str) -> str:
    """The text of a page, its outputs included."""
    return read(site.html / f"{docname}.html").find("article").get_text()


def test_the_book_builds_without_a_warning(site: Build) -> None:
    assert site.returncode == 0, site.log
    assert "WARNING" not in site.log


@pytest.mark.parametrize(
    ("docname", "text"),
    [
        ("index", "tensor([[0.7616]], grad_fn=<TanhBackward0>)"),
        ("lesson/on_paper", "u = 1.0000"),
        ("lesson/on_paper", "y = 0.7616"),
        ("lesson/model", "(layer1): Linear(in_features=2, out_features=1, bias=True)"),
        ("lesson/model", "(activation): Tanh()"),
        ("lesson/parameters", "layer1.weight tensor([[ 0.6000, -0.2000]])"),
        ("lesson/parameters", "layer1.bias tensor([0.8000])"),
        ("lesson/forward", "tensor([[0.7616]], grad_fn=<TanhBackward0>)"),
        ("lesson/slope", "tensor(2.)"),
        ("lesson/slope", "x = 10.0  勾配 = 20.0"),
        ("lesson/chain", "∂L/∂w = (-0.2002487, -0.4004973)"),
        ("lesson/gradients", "Trying to backward through the graph a second time"),
        ("lesson/gradients", "tensor([[-0.2002, -0.4005]])"),
        ("lesson/gradients", "tensor([-0.2002])"),
        ("lesson/loss", "Using a target size (torch.Size([1]))"),
    ],
)
def test_a_page_shows_its_live_output(site: Build, docname: str, text: str) -> None:
    assert text in article(site, docname)


def test_the_numbers_of_the_chain_rule_stand_in_the_sentences(site: Build) -> None:
    prose = article(site, "lesson/chain")
    for number in ("−0.4768117", "0.4199743", "−0.2002487", "−0.4004973"):
        assert number in prose


def test_the_versions_that_made_the_build_are_in_the_colophon(site: Build) -> None:
    torch = pytest.importorskip("torch")
    colophon = article(site, "appendix/colophon")
    assert torch.__version__ in colophon
    assert "2025年6月15日" in colophon  # SOURCE_DATE_EPOCH of the build, not the clock


def test_every_page_of_the_lesson_shows_where_one_is(site: Build) -> None:
    for page in (ROOT / "book" / "lesson").glob("*.md"):
        steps = read(site.html / "lesson" / f"{page.stem}.html").select("ol.learning-map > li")
        assert len(steps) == 4, page.stem
        here = [step for step in steps if "here" in step.get("class", [])]
        assert here and [step for step in steps if "いまここ" in step.get_text()] == here


def test_a_negative_number_of_the_run_has_a_minus_and_no_hyphen(site: Build) -> None:
    glued = [span.get_text() for page in pages(site) for span in read(page).select(".pasted-text")]
    assert any(text.startswith("−") for text in glued)
    assert [text for text in glued if re.match(r"-\d", text)] == []


def test_every_kind_of_torchviz_box_is_drawn_and_described(site: Build) -> None:
    pictures = read(site.html / "lesson" / "graph.html").select("svg[role=img]:has(.function)")
    assert len(pictures) == 3
    for picture in pictures:
        labels = picture.get_text()
        for label in ("TanhBackward0", "AddmmBackward0", "TBackward0", "AccumulateGrad"):
            assert label in labels
        assert "layer1.weight" in picture.find("desc").get_text()


def test_an_id_stands_only_once_in_a_page(site: Build) -> None:
    for page in pages(site):
        ids = [tag["id"] for tag in read(page).select("[id]")]
        assert len(ids) == len(set(ids)), page


def test_no_markdown_is_left_unrendered(site: Build) -> None:
    for page in pages(site):
        tree = copy(read(page).find("article") or read(page))
        for code in tree.select("code, pre, script, style, svg"):
            code.decompose()
        assert not re.search(r"\*\*|__|\$|\{[a-z:]+\}`", tree.get_text()), page


def test_formulas_are_mathml_and_no_script_is_needed_for_them(site: Build) -> None:
    page = read(site.html / "lesson" / "on_paper.html")
    assert len(page.select("math")) > 10
    assert not page.select("script[src*=mathjax]")


def test_the_site_loads_nothing_from_outside(site: Build) -> None:
    links = (f"link[rel={rel}]" for rel in ("stylesheet", "icon", "preload", "modulepreload"))
    loaded = ", ".join(("script[src]", "img[src]", "iframe[src]", "source[src]", *links))
    for page in pages(site):
        for tag in read(page).select(loaded):
            url = urlsplit(tag.get("src") or tag.get("href"))
            assert not url.netloc and url.scheme in ("", "data"), (page, tag)
    for sheet in site.html.rglob("*.css"):
        urls = re.findall(r"url\([\"']?([^)\"']+)|@import [\"']([^\"']+)", sheet.read_text("utf-8"))
        for url in filter(None, sum(urls, ())):
            assert not urlsplit(url).netloc, (sheet, url)


def test_every_link_inside_the_site_leads_somewhere(site: Build) -> None:
    for page in pages(site):
        for tag in read(page).select("[href], [src]"):
            url = urlsplit(tag.get("href") or tag.get("src"))
            if not url.scheme and not url.netloc and url.path:
                assert (page.parent / unquote(url.path)).exists(), (page, tag)


def test_no_path_of_the_machine_is_published(site: Build) -> None:
    for file in site.html.rglob("*"):
        if file.is_file():
            assert str(ROOT).encode() not in file.read_bytes(), file
            assert str(site.html.parent).encode() not in file.read_bytes(), file


def test_two_cold_builds_are_equal_byte_for_byte(site: Build, tmp_path: Path) -> None:
    again = build(tmp_path)
    assert again.returncode == 0, again.log
    assert differing(site.html, again.html) == []


def test_every_column_and_row_has_a_name(site: Build) -> None:
    for page in pages(site):
        nameless = [cell for cell in read(page).select("th") if not cell.get_text(strip=True)]
        assert nameless == [], page.name


def test_an_edit_of_a_page_writes_no_other_anew(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "copy")
    book, names = project / "book", ["one", "two", "three"]
    write_page(book / "index.md", "```{toctree}\n" + "\n".join(names) + "\n```\n")
    for name in names:
        write_page(book / f"{name}.md", cell("print(1)", "1"))

    def written() -> dict[str, int]:
        run = build(tmp_path / "out", source=book, conf=project)
        assert run.returncode == 0, run.log
        return {name: (run.html / f"{name}.html").stat().st_mtime_ns for name in names}

    first = written()
    (book / "one.md").write_text((book / "one.md").read_text("utf-8") + "\n文です。\n", "utf-8")
    again = written()
    assert [name for name in names if first[name] != again[name]] == ["one"]


def test_what_is_kept_of_a_build_is_read_without_torch(site: Build) -> None:
    kept = [
        str(file)
        for file in (site.html.parent / "doctrees").rglob("*.*")
        if file.suffix in (".pickle", ".doctree")
    ]
    assert len(kept) > len(PAGES)
    code = "import pickle, sys\nfor file in sys.argv[1:]:\n pickle.load(open(file, 'rb'))\n"
    code += "sys.exit('torch' in sys.modules)"
    run = [sys.executable, "-c", code, *kept]
    assert subprocess.run(run, env=environment_of(ROOT), check=False).returncode == 0
