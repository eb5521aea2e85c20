"""A question takes its answers from the run, and tells whoever errs what was mistaken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from booksite.text.predict import Value, shown
from tests.builds import ROOT, Build, build, cell, read, write_page

LEAST = 3  # how many questions a page asks
PAGES = [
    f"{part}/{page.stem}"
    for part in ("lesson", "beyond")
    for page in sorted((ROOT / "book" / part).glob("*.md"))
]
LIGHT = 3000  # bytes
RUN = """from myst_nb import glue
glue("half", 0.5, display=False)
glue("loss", -0.25, display=False)
glue("shape", (1, 2), display=False)
glue("word", "増える", display=False)"""


def question(answer: str, answers: str, *options: str) -> str:
    head = "\n".join([":::{predict} 題", f":answer: {answer}", *options])
    return f"{head}\nいくつですか。\n\n{answers}\n:::\n"


def built(tmp_path: Path, *questions: str) -> Build:
    page = tmp_path / "book" / "index.md"
    write_page(page, cell(RUN, tags="remove-cell"), cell("print(1)", "1"), *questions)
    return build(tmp_path, source=page.parent)


@pytest.mark.parametrize(
    ("plain", "form", "value"),
    [
        ("torch.Size([2, 3])", "", Value("(2, 3)", "shape")),
        ("torch.Size([])", "", Value("()", "shape")),
        ("(2,)", "", Value("(2)", "shape")),
        ("-0.25", ".1f", Value("−0.2", "number", 0.05)),
        ("-3", "", Value("−3", "number")),
        ("'増える'", "", Value("増える", "choice")),
        ("TORCH.SIZE([2])", "", Value("TORCH.SIZE([2])", "choice")),
    ],
)
def test_a_value_is_shown_as_what_it_is(plain: str, form: str, value: Value) -> None:
    assert shown(plain, form) == value


def test_the_answers_are_those_of_the_run_and_stay_folded(tmp_path: Path) -> None:
    result = built(
        tmp_path,
        question("loss:.2f", "`loss:.2f`\n: そのとおり。\n\n`half:.1f`\n: 違います。"),
        question("shape", "`shape`\n: はい。", ":tolerance: 1"),
        question("word", "増える\n: はい。\n\n減る\n: いいえ。"),
    )
    assert result.returncode == 0, result.log
    page = read(result.html / "index.html")
    boxes = page.select("div.predict")
    facts = [(box["data-kind"], box["data-answer"], float(box["data-tolerance"])) for box in boxes]
    assert facts == [("number", "−0.25", 0.005), ("shape", "(1, 2)", 1), ("choice", "増える", 0)]
    assert [term.get_text() for term in boxes[0].select("dt")] == ["−0.25", "0.5"]
    for box in boxes:
        assert not box.select_one("details").has_attr("open")
        assert "答え" in box.select_one("details").get_text()
    assert page.select_one("script[src*='predict.js']")


BROKEN = {
    ":::{predict} 題\nいくつ。\n:::\n": "正解の値の名前を :answer: に書きます",
    question("nothing", "`nothing`\n: 。"): "predict の値 nothing を、このページのセルが glue",
    question("half", "ただの文です。"): "答えの定義リストを書きます",
    question("half", "`loss`\n: 違います。"): "正解 0.5 に当たるものは1つにします: −0.25",
    question("half", "`half`\n: はい。\n\n`word`\n: いいえ。"): "word は、正解と種類が違います",
    question("half", "`half`\n: はい。\n\n`nobody`\n: いいえ。"): "predict の値 nobody を、この",
    question(
        "half", "`half`\n: はい。\n\n`loss`\n: いいえ。", ":tolerance: 1"
    ): "にします: 0.5、−0.25",
}


def test_a_question_that_cannot_be_answered_is_an_error_at_its_line(tmp_path: Path) -> None:
    result = built(tmp_path, *BROKEN)
    assert result.returncode == 1, result.log
    source = (tmp_path / "book" / "index.md").read_text("utf-8")
    for broken, message in BROKEN.items():
        line = source[: source.index(broken)].count("\n") + 1
        assert re.search(rf"index\.md:{line}: .*{re.escape(message)}", result.log), result.log


@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_before_it_tells(site: Build, page: str) -> None:
    soup = read(site.html / f"{page}.html")
    boxes = soup.select("div.predict")
    assert len(boxes) >= LEAST
    for box in boxes:
        told = [definition.get_text(strip=True) for definition in box.select("dd")]
        assert len(told) >= 2 and all(told), box["data-answer"]
        cell = box.find_next("div", class_="cell")
        assert cell is not None


def test_the_script_and_its_style_are_small_and_only_where_a_question_is(site: Build) -> None:
    files = [site.html / "_static" / f"predict.{kind}" for kind in ("js", "css")]
    assert sum(file.stat().st_size for file in files) <= LIGHT
    assert "predict.js" not in (site.html / "appendix" / "symbols.html").read_text("utf-8")


def test_nothing_that_a_reader_answers_is_kept() -> None:
    script = (ROOT / "src" / "booksite" / "text" / "static" / "predict.js").read_text("utf-8")
    assert not re.search(r"storage|cookie|fetch|XMLHttp|sendBeacon|history|location", script, re.I)


@pytest.mark.parametrize(
    ("one", "other", "kind", "tolerance", "same"),
    [
        ("0.5", "0.5", "number", 0, True),
        ("0.5", "0.501", "number", 0, False),
        ("0.5", "0.51", "number", 0.01, True),  # 0.01 itself is not quite their difference
        ("0.5", "0.511", "number", 0.01, False),
        ("−0.5", "0.5", "number", 0.1, False),
        ("−0.5", "−0.51", "number", 0.01, True),
        ("(1, 2)", "(1, 2)", "shape", 0, True),
        ("(1, 2)", "(2, 1)", "shape", 9, False),
    ],
)
def test_an_answer_is_right_within_its_tolerance(
    one: str, other: str, kind: str, tolerance: float, same: bool
) -> None:
    assert Value(one, kind).same(Value(other, kind), tolerance) is same
    assert Value(other, kind).same(Value(one, kind), tolerance) is same
