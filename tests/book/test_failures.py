"""What the book's own settings, directives and package do when a page goes wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.builds import Build, build, cell, copy_project, write_page

GLUE = "from myst_nb import glue\nglue('y', 0.5, display=False)\n"
GOOD = cell(GLUE + "print('go' + 'od')", "good")
HALF = "値は{glue:text}`y:.2f`です。"

# Mistakes for which a kernel has to be started: the cells, the line of them, and what is said.
CELLS: dict[str, tuple[str, str, str]] = {
    "raises": (
        cell("print('ここまでは動く')", "ここ...") + cell("x = 0\n1 / x"),
        "1 / x",
        "ZeroDivision",
    ),
    "before_glue": (cell("0 / 0\nglue('z', 1)") + "{glue:text}`z`", "0 / 0", "ZeroDivision"),
    "dies": (cell("import os\nos._exit(1)") + "{glue:text}`z`", "```{code-cell}", "カーネルが終了"),
    "activation": (
        cell("from neuron.activations import plot\nplot(['NoSuchActivation'])"),
        "plot([",
        "NoSuchActivation という活性化関数はありません",
    ),
}
# Mistakes in the text of one page that has a cell, and so a notebook.
TEXTS = {
    "{glue:text}`no_glue:.4f`": "No key 'no_glue' found",
    "{glue}`nothing`": "No key 'nothing' found",
    "{glue:text}`y:.4x`": "Precision not allowed",
    "{sub-ref}`no_name`": "no_name",
    "[先](no_page.md)": "no_page.md",
    "[先](folder.md)": "folder.md",
    "```{literalinclude} no_file.py\n```": "no_file.py",
    "```{literalinclude} code.py\n:pyobject: no_object\n```": "no_object",
    "```{literalinclude} bad.py\n:pyobject: f\n```": "bad.py",
    "{torch}`nn.Tanh` {torch}`nn.Tahn`": "いまの PyTorch に torch.nn.Tahn はありません",
    "{grad-fn}`TanhBackward`": "TanhBackward という grad_fn はありません",
    r"$\begin{aligned} u &= 1 \end{aligned}$": "数式を変換できません",
    "![絵](no_image.png)": "no_image.png",
    "{term}`no_term`": "no_term",
    ":::{exercise} 題\n問い\n:::": "★ の数と題を書きます",
    "::::{note}\n:::{exercise} ★ 題\n問い\n:::\n::::": "練習1に解答がありません",
    ":::{solution}\n:::": "solution の前に、問題がありません",
    "```{neuron-explorer}\n:x1: nan\n```": "x1 は -5 から 5 までの数です",
    "```{neuron-explorer}\n:panels: none\n```": "panels に none はありません",
    "```{neuron-explorer}\n:x1: abc\n```": "abc",
    "```{neuron-explorer}\n:no_option: 1\n```": "no_option",
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Build]:
    """The folder of a book with every mistake, and its first build."""
    folder = tmp_path_factory.mktemp("failures")
    pages = folder / "book"
    contents = "```{downloads}\n```\n\n```{verification-ledger}\n```\n"
    write_page(pages / "index.md", GOOD, HALF, contents)
    write_page(pages / "good.md", GOOD, HALF, "```{literalinclude} code.py\n:pyobject: f\n```")
    write_page(pages / "texts.md", GOOD, *(f"{text}\n" for text in TEXTS))
    for name, (text, _, _) in CELLS.items():
        write_page(pages / f"{name}.md", GOOD, text)
    (pages / "code.py").write_text("def f():\n    pass\n")
    (pages / "bad.py").write_text("def f(:\n")
    (pages / "folder.md").mkdir()
    return folder, build(folder, "-q", source=pages)


def told(failed: tuple[Path, Build], name: str, place: str) -> str:
    """What was said of the lines of a page on which this text stands."""
    page = failed[0] / "book" / f"{name}.md"
    text = page.read_text("utf-8")
    first = text.count("\n", 0, text.rindex(place)) + 1
    lines = range(first, first + place.count("\n") + 1)
    warnings = re.split(r"^(?=\S+\.md:)", failed[1].log, flags=re.M)
    places = tuple(f"{page}:{line}: " for line in lines)
    return "".join(each for each in warnings if each.startswith(places))


@pytest.mark.parametrize("name", CELLS)
def test_a_mistake_in_a_cell_is_told_at_its_line(failed: tuple[Path, Build], name: str) -> None:
    _, place, words = CELLS[name]
    assert words in told(failed, name, place)


@pytest.mark.parametrize("text", TEXTS)
def test_a_mistake_in_the_text_is_told_at_its_line(failed: tuple[Path, Build], text: str) -> None:
    assert TEXTS[text] in told(failed, "texts", text)


def test_no_mistake_ends_the_build_or_asks_to_be_reported(failed: tuple[Path, Build]) -> None:
    assert failed[1].returncode == 1
    for words in ("report this", "Handler <", "parallel build error", "ページを読めません"):
        assert words not in failed[1].log


def test_the_other_pages_and_their_notebooks_are_made(failed: tuple[Path, Build]) -> None:
    for name in ("index", "good"):
        assert f"{name}.md" not in failed[1].log
        assert "値は0.50です。" in visible(failed[1].html / f"{name}.html")
        assert "値は0.50です。" in (failed[1].html / "_sources" / f"{name}.ipynb").read_text(
            "utf-8"
        )
    for name in ("raises", "before_glue", "dies"):
        assert not (failed[1].html / "_sources" / f"{name}.ipynb").exists()


def visible(page: Path) -> str:
    tree = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    return tree.get_text().replace("\N{WORD JOINER}", "").replace("\u200b", "")


def test_a_page_that_raises_fails_again_until_it_is_mended(failed: tuple[Path, Build]) -> None:
    pages = failed[0] / "book"
    for name in CELLS.keys() - {"raises"} | {"texts"}:
        (pages / f"{name}.md").unlink()
    again = build(failed[0], source=pages)
    assert again.returncode == 1
    assert "セルで例外が起きました" in told((failed[0], again), "raises", "1 / x")
    write_page(pages / "raises.md", cell("print('直した')", "直した"))
    mended = build(failed[0], source=pages)
    assert mended.returncode == 0, mended.log


def test_an_edit_in_src_is_never_published_with_an_old_output(tmp_path: Path) -> None:
    copy = copy_project(tmp_path / "copy")
    code = "from neuron import by_hand\nprint(by_hand.forward((1.0, 2.0), (0.6, -0.2), 0.8).y)"
    write_page(copy / "book" / "index.md", cell(code, "0..."))
    by_hand = copy / "src" / "neuron" / "by_hand.py"
    original = by_hand.read_text("utf-8")

    shown = []
    for text in (original, original.replace("math.tanh", "math.sin"), original):
        by_hand.write_text(text, "utf-8")
        result = build(tmp_path, source=copy / "book", conf=copy)
        assert result.returncode == 0, result.log
        html = (result.html / "index.html").read_text("utf-8")
        shown.append(("0.7615" in html, "0.8414" in html))
    assert shown == [(True, False), (False, True), (True, False)]
