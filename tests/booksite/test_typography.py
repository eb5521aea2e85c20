"""Sentences, headings, English and code come out of the build as Japanese readers need them."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from booksite.text.typography_ja import phrases
from tests.builds import ROOT, Build, build

CONF = f"""
extensions = ["myst_parser", "booksite.text.typography_ja"]
html_static_path = [{str(ROOT / "src" / "booksite" / "text" / "static")!r}]
html_theme = "basic"
source_suffix = {{".md": "markdown"}}
language = "ja"
myst_enable_extensions = ["dollarmath"]
"""

SOURCE = """# パラメーターの`bias`を初期設定する

日本語の行が
続きます。**強い
言葉**の
あとです。English words
stay apart. 句点。
次の`code`
と、$x$
と続く。

論文は“Learning representations by back-propagating errors”です。短い英語はMIT Licenseです。

名前（`nn.Linear`）、$y$。そして`docs/articles/pytorch_neuralnetwork.ipynb`。

```python
print("訳さない")
```
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typography")
    (folder / "conf.py").write_text(CONF, "utf-8")
    (folder / "index.md").write_text(SOURCE, "utf-8")
    return folder


@pytest.fixture(scope="module")
def page(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Tag:
    built = build(tmp_path_factory.mktemp("built"), source=sources, conf=sources, seen=True)
    assert built.returncode == 0, built.log
    html = (built.html / "index.html").read_text("utf-8")
    return BeautifulSoup(html, "html.parser").select_one("div.body")


def test_no_newline_is_left_between_japanese_letters(page: Tag) -> None:
    text = page.select("p")[0].get_text()
    assert "日本語の行が続きます。強い言葉のあとです。English words\nstay apart. 句点。次の" in text
    assert "code\nと、" in text  # beside code and formulas it stays


def test_a_heading_can_be_broken_between_phrases_only(page: Tag) -> None:
    html = page.select_one("h1").decode_contents().replace('<span class="cut"></span>', "|")
    assert BeautifulSoup(html, "html.parser").get_text() == "パラメーターの|biasを|初期設定する¶"


@pytest.mark.parametrize(
    "heading",
    [
        "1歩ずつ|動かす",
        "早見表",
        "なぜ|逆向きなのか",
        "なぜ|1つから|はじめるのか",
        "計算する|たびに",
        "練習2 ★★★| もう|1問",
        "図",
        "",
    ],
)
def test_no_letter_of_a_heading_stands_alone(heading: str) -> None:
    assert "|".join(phrases(heading.replace("|", ""))) == heading


def test_english_phrases_are_english_to_a_screen_reader(page: Tag) -> None:
    marked = [element.get_text() for element in page.select("p [lang=en]")]
    assert marked == ["Learning representations by back-propagating errors”"]


def test_punctuation_stays_with_code_and_formulas(page: Tag) -> None:
    kept = page.select(".keep")
    assert [each.get_text()[0] + each.get_text()[-1] for each in kept][-2:] == ["（、", "\\。"]
    assert "（nn.Linear）、" in [each.get_text() for each in kept]


def test_a_long_name_in_code_breaks_after_its_parts(page: Tag) -> None:
    code = page.find_all("code")[-1]
    assert code.get_text() == "docs/articles/pytorch_neuralnetwork.ipynb"
    assert len(code.select(".cut")) == 4
    assert "keep" not in code.parent.get("class", [])


def test_code_is_not_translated(page: Tag) -> None:
    assert all(code.has_attr("translate") for code in page.select("code, div.notranslate"))
    assert page.select("div.notranslate")


def test_other_formats_get_the_plain_words(
    sources: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("text")
    built = build(out, "-b", "text", source=sources, conf=sources, seen=True)
    assert built.returncode == 0, built.log
    text = (built.html / "index.txt").read_text("utf-8")
    assert 'パラメーターの"bias"を初期設定する' in text


def test_fonts_come_from_the_device(site: Build) -> None:
    for sheet in (ROOT / "src" / "booksite").glob("*/static/*.css"):
        assert "@font-face" not in sheet.read_text("utf-8")
    fonts = (site.html / "_static" / "typography_ja.css").read_text("utf-8")
    for name in ("Hiragino Sans", "BIZ UDGothic", "Yu Gothic UI", "Noto Sans JP"):
        assert f'"{name}"' in fonts
