"""Any word of the pages finds its pages, as the browser itself searches them.

What is right: the pages whose visible text holds each word of the query. Words are what stands
between blanks. Text and query are compared in one spelling (`spell`): NFKC, which makes full-width
and half-width letters the same, then no difference of case, of hiragana and katakana, or of the
signs of minus.
Words do not reach from one block of a page (a paragraph, a line of a table) into the next.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import cache
from pathlib import Path

import pytest

from booksite.search.index import sections, unseen
from booksite.text.terms import terms
from booksite.v8 import engine
from tests.builds import ROOT, Build, read

MODEL = ROOT / "src" / "booksite" / "search" / "static" / "search_model.js"

# Each is on some page. Lines: terms, words of sentences, spellings of one word, PyTorch's names,
# numbers, several words.
QUERIES = """
活性化関数 / 学習率 / 計算グラフ / 順伝播 / 逆伝播 / 自動微分 / 勾配 / 損失 / 重み / バイアス
ニューロン / パラメーター / 連鎖律 / 重み付き和 / 入力 / 出力 / 正解 / テンソル / 初期設定 / 可視化
手計算 / 微分 / 検証 / 参考文献 / 原文 / 目標 / 照らし合わせる / 確かめます / 化関 / 伝播 / 曲線
ﾊﾞｲｱｽ / ばいあす / ﾆｭｰﾛﾝ / パラメータ / ＴＡＮＨ / tanh / Tanh / ＰｙＴｏｒｃｈ / pytorch / PYTORCH
ｎｎ．Ｌｉｎｅａｒ / nn.Tanh / nn.Linear / nn.Module / torch / requires_grad / grad_fn
TanhBackward0 / AddmmBackward0 / backward / backward() / layer1.weight / in_features=2 / 1つ
import torch / torch.tensor / ReLU / Sigmoid / Sphinx / MIT / 0.7616 / -0.2002 / −0.2002 / 0.6
tensor([[0.7616]] / w1 / 活性化関数 tanh / 損失 勾配
パラメーター　初期設定 / 計算グラフ grad_fn / nn.Linear バイアス
自動微分 requires_grad / 順伝播 ニューロン 出力 / 重み　ﾊﾞｲｱｽ / Deep Insider
Automatic differentiation / 学習率 勾配 / ＰＹＴＯＲＣＨ 勾配 / タンジェント / state_dict
"""

# These are on no page.
ABSENT = "ぽっぽこ / 江戸前寿司 / kubernetes / tanh 江戸前寿司 / 活性化関数の活性化関数"


def queries(text: str) -> list[str]:
    return [query.strip() for query in re.split(r" / |\n", text) if query.strip()]


# Elements that stand within a line; all others are blocks.
INLINE = {"a", "abbr", "b", "code", "data", "em", "i", "kbd", "mark", "output", "small", "span"}
HIDDEN = "script, style, svg title, svg desc, .headerlink, .literate-label"
INLINE |= {"strong", "sub", "sup", "tspan", "wbr", "math", "label", "u"}


def spell(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("[ぁ-ゖ]", lambda kana: chr(ord(kana[0]) + 96), text)
    return re.sub("[−‐–]", "-", text)


def visible(page: Path) -> str:
    """What can be read in the article of a page."""
    article = copy(read(page).find("article"))
    for hidden in article.select(HIDDEN):
        hidden.decompose()
    for element in article.find_all(True):
        if element.name not in INLINE and not element.find_parent("math"):
            element.insert_before("\n")
            element.insert_after("\n")
    return spell(article.get_text())


@cache
def texts(site: Path) -> dict[str, str]:
    """The text of each page of the book; the pages of the search and of errors have none."""
    pages = {page.relative_to(site).as_posix(): page for page in site.rglob("*.html")}
    own = ("_static/", "search.html", "404.html")
    found = {name: page for name, page in pages.items() if not name.startswith(own)}
    return {name: visible(page) for name, page in found.items()}


def truth(site: Path, query: str) -> set[str]:
    words = spell(query).split()
    return {name for name, text in texts(site).items() if all(word in text for word in words)}


@contextmanager
def search(site: Path) -> Iterator[Callable[[str], dict]]:
    """The search of the site in V8, as the browser runs it; no loose answers unless asked for."""
    with engine(MODEL.read_text("utf-8")) as v8:
        v8.eval((site / "_static" / "search_index.js").read_text("utf-8"))
        v8.eval("var pages = SearchModel.prepare(SearchIndex, SearchTerms)")
        yield lambda query: json.loads(
            v8.eval(f"JSON.stringify(SearchModel.find(pages, {json.dumps(query)}))")
        )


def search_quality(site: Path) -> tuple[float, float]:
    """The recall and the precision of the search, each the mean over all queries."""
    recalls, precisions = [], []
    with search(site) as find:
        for query in queries(QUERIES) + queries(ABSENT):
            right, answer = truth(site, query), find(query)
            got = set() if answer["loose"] else {hit["url"] for hit in answer["found"]}
            recalls.append(len(got & right) / len(right) if right else 1)
            precisions.append(len(got & right) / len(got) if got else 1)
    return sum(recalls) / len(recalls), sum(precisions) / len(precisions)


def test_the_queries_are_many_and_each_has_a_page(site: Build) -> None:
    assert len(set(queries(QUERIES))) >= 60
    assert [query for query in queries(QUERIES) if not truth(site.html, query)] == []
    assert [query for query in queries(ABSENT) if truth(site.html, query)] == []


def test_every_query_finds_its_pages_and_no_others(site: Build) -> None:
    recall, precision = search_quality(site.html)
    print(f"recall {recall:.3f}, precision {precision:.3f}")
    assert recall >= 0.99
    assert precision >= 0.99


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("活性化関数の一覧", "appendix/activations.html"),
        ("計算グラフ", "lesson/graph.html"),
        ("ﾃﾝｿﾙ パラメーター", "lesson/parameters.html"),
        ("自動微分", "lesson/slope.html"),
        ("順伝播", "lesson/forward.html"),
        ("参考文献", "appendix/references.html"),
    ],
)
def test_the_page_that_is_named_so_comes_first(site: Build, query: str, first: str) -> None:
    with search(site.html) as find:
        assert find(query)["found"][0]["url"] == first


def test_a_term_is_found_first_where_it_is_taught(site: Build) -> None:
    titles = {url: text.split("\n", 1)[0] for url, text in texts(site.html).items()}
    wrong = []
    with search(site.html) as find:
        for term in terms().values():
            first = find(f"{term.expected}とは")["found"][0]
            named = titles[first["url"]].startswith(spell(term.expected))
            if first["url"] != f"{term.page}.html" and not named:
                wrong.append((term.expected, first["url"]))
    assert len(terms()) >= 100
    assert len(wrong) <= len(terms()) // 20, wrong


def test_a_message_is_found_first_in_the_room_that_shows_it_however_it_is_pasted(
    site: Build,
) -> None:
    rooms: dict[str, set[str]] = {}
    for file in sorted(site.html.glob("appendix/errors_*.html")):
        page = read(file)
        shown = "\n".join(output.get_text() for output in page.select(".cell_output .traceback"))
        for message in re.findall(r"^\w+Error: .*$", shown, re.M):
            rooms.setdefault(message, set()).add(f"appendix/{file.name}")
    assert len(rooms) >= 15
    with search(site.html) as find:
        for message, urls in rooms.items():
            traceback = f'Traceback (most recent call last): File "a.py", line 3 {message}'
            for query in (message, traceback):
                assert find(query)["found"][0]["url"] in urls, query
        other = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x10 and 5x7)"
        assert find(other)["found"][0]["url"] == "appendix/errors_shape.html"


def test_an_excerpt_shows_neither_controls_nor_formulas(site: Build) -> None:
    with search(site.html) as find:
        for query in ("活性化関数 tanh", "損失", "学習率", "導関数"):
            for hit in find(query)["found"]:
                assert not re.search(
                    r"1歩進む(?![の前と」])|0歩に戻す|eu−e|−y2", "".join(hit["snippet"])
                ), hit


def test_each_result_shows_the_words_and_leads_to_a_section(site: Build) -> None:
    with search(site.html) as find:
        for query in ("ﾊﾞｲｱｽ", "ＴＡＮＨ", "requires_grad", "損失 勾配"):
            for hit in find(query)["found"]:
                page = read(site.html / hit["url"])
                assert page.find(id=hit["id"]), hit
                marked = spell(" ".join([*hit["snippet"][1::2], hit["heading"]]))
                assert any(word in marked for word in spell(query).split()), hit
                assert len("".join(hit["snippet"])) <= 112


def test_words_written_as_one_are_found_apart_and_it_is_said(site: Build) -> None:
    with search(site.html) as find:
        answer = find("活性化関数tanhの江戸前")
        assert answer == {"found": [], "loose": True}
        answer = find("tanhや活性化関数や学習率")
        assert answer["loose"]
        assert {hit["url"] for hit in answer["found"]} == truth(site.html, "tanh 活性化関数 学習率")


def test_letters_that_become_several_are_marked_whole() -> None:
    with engine(MODEL.read_text("utf-8")) as v8:

        def spans(text: str, query: str) -> list[list[int]]:
            call = f"SearchModel.spans({json.dumps(text)}, SearchModel.words({json.dumps(query)}))"
            return json.loads(v8.eval(f"JSON.stringify({call})"))

        assert spans("半角のﾊﾞｲｱｽです", "バイアス") == [[3, 8]]
        assert spans("㌔と㌢", "ロ") == [[0, 1]]
        assert spans("w₁とw₂", "w1 w2") == [[0, 2], [3, 5]]
        assert spans("aXbxc", "x ab") == [[1, 2], [3, 4]]
        assert spans("tanhtanh", "tan anh") == [[0, 8]]


def test_the_browser_spells_the_pages_as_python_does(site: Build) -> None:
    with engine(MODEL.read_text("utf-8")) as v8:
        for name in texts(site.html):
            text = (site.html / name).read_text("utf-8").upper() + "ﾊﾟ㌔①ｔａｎｈς"
            assert v8.eval(f"SearchModel.fold({json.dumps(text)})") == spell(text)


def test_no_search_of_sphinx_is_left(site: Build) -> None:
    assert not (site.html / "searchindex.js").exists()
    names = {file.name for file in (site.html / "_static").iterdir()}
    assert not names & {"searchtools.js", "language_data.js"}


def test_a_page_loads_the_small_script_and_nothing_more_of_the_search(site: Build) -> None:
    for name in texts(site.html) | {"search.html": ""}:
        page = read(site.html / name)
        sources = [script["src"].split("?")[0] for script in page.select("script[src]")]
        scripts = [source.split("/")[-1] for source in sources if "search" in source]
        assert scripts == ["search.js"], name
        assert page.select_one("script[src*='search.js']").has_attr("defer")
    assert (site.html / "_static" / "search.js").stat().st_size <= 2048


def test_what_browsers_do_not_mark_is_not_found() -> None:
    assert len(unseen()) > 5
    for place in unseen():
        tag, _, name = place.partition(".")
        tag = tag or "span"
        body = (
            f'<section id="a"><h2>見出し</h2><p>前<{tag} class="{name}">x</{tag}>後</p></section>'
        )
        ((_, _, text, rest),) = sections(body)
        assert "".join(text.split()) == "前後" and not rest, place
