"""A moving picture on a page: whole as the build writes it, light, and strict about its name."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from booksite import moving
from tests.builds import Build, build, read, write_page

WEIGHT = 15 * 1024  # of all pictures of a page, with what moves them


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Build]:
    """A book of one page with all pictures, and one page without any."""
    folder = tmp_path_factory.mktemp("moving")
    page = folder / "book" / "index.md"
    write_page(page, *(f"```{{moving}} {name}\n```\n" for name in moving.names()))
    write_page(page.with_name("without.md"), "文だけのページです。")
    return {kind: build(folder, source=page.parent, builder=kind) for kind in ("html", "epub")}


def test_the_still_says_and_shows_everything(every: dict[str, Build]) -> None:
    for kind, file in (("html", "index.html"), ("epub", "index.xhtml")):
        run = every[kind]
        assert run.returncode == 0, run.log
        figures = read(run.html / file).select("figure.moving")
        assert [figure["data-moving"] for figure in figures] == moving.names()
        for figure in figures:
            assert figure.figcaption.get_text()
            words = figure.select_one(".moving-words")
            assert len(words.get_text()) > 20
            for svg in figure.select("svg[role=img]"):
                assert svg["aria-label"]
                assert svg["aria-describedby"] == words["id"]
            assert bool(figure.select("button")) is (kind == "html")


def test_the_running_line_is_lit_and_a_book_shows_nothing_that_does_not_run(
    every: dict[str, Build],
) -> None:
    for kind, file, methods in (("html", "index.html", 7), ("epub", "index.xhtml", 1)):
        figure = read(every[kind].html / file).select_one("figure[data-moving=engine]")
        assert len(figure.select(".moving-code > div")) == methods
        (lit,) = figure.select("[aria-current=step]")
        assert lit.get_text().strip() == "parent.grad += value.grad * slope"


def test_a_page_with_a_picture_is_light_and_others_load_nothing(every: dict[str, Build]) -> None:
    html = every["html"].html
    page = read(html / "index.html")
    scripts = {str(tag["src"]).split("?")[0] for tag in page.select("script[src]")}
    assert len([each for each in scripts if "moving" in each]) == len(moving.names()) + 1
    shared = [moving.TOOLKIT, moving.HANDS, moving.STYLE, moving.CODE_STYLE]
    for name in moving.names():
        files = [*shared, *moving.scripts_of(name)]
        size = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)
        assert size <= WEIGHT, (name, size)
    assert "moving" not in (html / "without.html").read_text("utf-8")


def test_a_name_that_is_none_or_stands_twice_fails_the_build(tmp_path: Path) -> None:
    page = tmp_path / "book" / "index.md"
    picture = "```{moving} secant\n```\n"
    write_page(page, "```{moving} secand\n```\n", picture, picture)
    run = build(tmp_path, source=page.parent)
    assert run.returncode == 1
    names = "、".join(moving.names())
    assert f"{page}:9: ERROR: 動かせる図 secand はありません。選べるもの: {names}" in run.log
    assert f"{page}:15: ERROR: 動かせる図 secant は、1つのページに1つだけ置けます。" in run.log
