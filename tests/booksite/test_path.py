"""The contents of the home page: each page with the question it answers and the time it takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import Tag
from docutils import nodes
from docutils.utils import new_document

from booksite.home.path import LETTERS, minutes
from booksite.home.thumbnails import LINES, circle, thumbnail
from tests.builds import Build, build, read, write_page

GOAL = ":::{admonition} 目標\n:class: goal\n坂を下ります。谷に着きます。\n:::\n"


def cards(html: Path) -> list[list[str]]:
    """The title, question and minutes of each card, and where it leads."""

    def told(card: Tag) -> list[str]:
        link = card.find("a")
        return [link.get_text(), *(p.get_text() for p in card.find_all("p")), link["href"]]

    page = read(html / "index.html")
    return [told(card) for card in page.select("article .path li")]


def ask(page: Path, question: str) -> None:
    head = "---\norphan: true\n"
    text = page.read_text("utf-8")
    page.write_text(text.replace(head, f"{head}question: {question}\n"), "utf-8")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("path") / "book"
    contents = (
        "```{toctree}\n:caption: 道\n\none\ntwo\n```\n\n```{toctree}\n:caption: 付録\n\nthree\n```"
    )
    write_page(folder / "index.md", contents)
    write_page(folder / "one.md", GOAL, "あ" * 1200, "## 練習問題\n", "い" * 9000)
    write_page(folder / "two.md", GOAL, "```python\n" + "a = 1\n" * 60 + "```")
    write_page(folder / "three.md", "目標のないページです。")
    ask(folder / "one.md", "どこまで下りる？")
    return folder


def test_a_card_asks_the_question_or_tells_the_goal_and_is_made_again_with_it(book: Path) -> None:
    def built() -> Build:
        run = build(book.parent, source=book)
        assert run.returncode == 0, run.log
        return run

    run = built()
    one, two = cards(run.html)  # and none of the appendix
    assert one == ["試し", "どこまで下りる？", "約3分", "one.html"]
    assert two == ["試し", "坂を下ります。", "約4分", "two.html"]
    ask(book / "two.md", "谷はどこ？")
    assert cards(built().html) == [one, ["試し", "谷はどこ？", "約4分", "two.html"]]


def test_every_page_of_the_three_parts_has_a_card(site: Build) -> None:
    found = cards(site.html)
    pages = {
        f"{file.parent.name}/{file.stem}.html"
        for part in ("lesson", "beyond", "practice")
        for file in (site.html / part).glob("*.html")
    }
    assert {card[-1] for card in found} == pages
    assert len({question for _, question, _, _ in found}) == len(pages)


def test_every_card_has_a_picture_of_its_own(site: Build) -> None:
    page = read(site.html / "index.html")
    drawn = [str(card.find("svg")) for card in page.select("article .path li")]
    assert "None" not in drawn
    assert len(set(drawn)) == len(drawn) == len(LINES)


@pytest.mark.parametrize(
    ("letters", "lines", "title", "taken"),
    [
        (0, 0, "題", 1),
        (3 * LETTERS, 0, "題", 3),
        (0, 30, "題", 2),
        (LETTERS, 15, "題", 2),
        (LETTERS, 23, "題", 3),
        (9 * LETTERS, 90, "練習問題", 1),
    ],
)
def test_minutes_are_those_of_the_text_and_the_code_outside_the_exercises(
    letters: int, lines: int, title: str, taken: int
) -> None:
    page = new_document("page")
    code = nodes.literal_block("", "\n".join("a" * lines))
    page += nodes.section("", nodes.title("", title), nodes.paragraph("", "あ" * letters))
    page[0] += code if lines else []
    assert minutes(page) == taken


def test_a_picture_is_drawn_with_two_lines_and_no_page_must_have_one() -> None:
    assert circle(16, 10, 3.5) == "M12.5 10a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0"
    assert thumbnail("no/page") == ""
