"""What the book's own settings, directives and package do when a page goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.builds import Build, build, cell, copy_project, write_page

GLUE = "from myst_nb import glue\nglue('y', 0.5, display=False)\n"
GOOD = cell(GLUE + "print('go' + 'od')", "good")  # 8 lines, from line 10 of a page
HALF = "値は{glue:text}`y:.2f`です。"
MISSING = "No key 'z' found"
EXPLORER = "```{{neuron-explorer}}\n:{}\n```"

# What a page has after a cell that is right, the line of the mistake, and what must be said of it.
MISTAKES: dict[str, tuple[str, int, str]] = {
    "raises": (
        cell("print('ここまでは動く')", "ここ...") + cell("x = 0\n1 / x"),
        28,
        "ZeroDivision",
    ),
    "before_glue": (cell("1 / 0\nglue('z', 1)") + "{glue:text}`z`", 20, "ZeroDivisionError"),
    "glue": ("{glue:text}`z:.4f`", 19, MISSING),
    "glue_any": ("{glue}`z`", 19, MISSING),
    "glue_format": ("{glue:text}`y:.4x`", 19, "Precision not allowed"),
    "dies": (cell("import os\nos._exit(1)") + "{glue:text}`z`", 19, "カーネルが終了しました"),
    "activation": (
        cell("from neuron.activations import plot\nplot(['NoSuchActivation'])"),
        21,
        "NoSuchActivation という活性化関数はありません",
    ),
    "torch": (
        "{torch}`nn.Tanh` {torch}`nn.Tahn`",
        19,
        "いまの PyTorch に torch.nn.Tahn はありません",
    ),
    "grad_fn": ("{grad-fn}`TanhBackward`", 19, "TanhBackward という grad_fn はありません"),
    "formula": (r"$\begin{aligned} u &= 1 \end{aligned}$", 19, "数式を変換できません"),
    "link": ("[先](nosuch.md)", 19, "nosuch.md"),
    "link_folder": ("[先](folder.md)", 19, "folder.md"),
    "file": ("```{literalinclude} nosuch.py\n```", 19, "nosuch.py"),
    "object": ("```{literalinclude} /code.py\n:pyobject: nosuch\n```", 19, "nosuch"),
    "syntax": ("```{literalinclude} bad.py\n:pyobject: f\n```", 19, "bad.py"),
    "substitution": ("{sub-ref}`nosuch`", 19, "nosuch"),
    "image": ("![絵](nosuch.png)", 19, "nosuch.png"),
    "term": ("{term}`nosuch`", 19, "nosuch"),
    "exercise": ("- 項目\n\n  :::{exercise} ★ 題\n  問い\n  :::", 21, "練習1に解答がありません"),
    "exercise_in_note": (
        "::::{note}\n:::{exercise} ★ 題\n問い\n:::\n::::",
        20,
        "練習1に解答がありません",
    ),
    "exercise_title": (":::{exercise} 題\n問い\n:::", 19, "★ の数と題を書きます"),
    "solution": (":::{solution}\n:::", 19, "solution の前に、問題がありません"),
    "option": (EXPLORER.format("nosuch: 1"), 20, "Unknown option key: 'nosuch'"),
    "option_word": (EXPLORER.format("x1: abc"), 20, "abc"),
    "option_range": (EXPLORER.format("x1: nan"), 19, "x1 は -5 から 5 までの数です"),
    "option_panels": (EXPLORER.format("panels: nosuch"), 19, "panels に nosuch はありません"),
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Build]:
    """The folder of a book with every mistake, and its first build."""
    folder = tmp_path_factory.mktemp("failures")
    pages = folder / "book"
    contents = "```{downloads}\n```\n\n```{verification-ledger}\n```\n"
    write_page(pages / "index.md", GOOD, HALF, contents)
    write_page(pages / "good.md", GOOD, HALF, "```{literalinclude} code.py\n:pyobject: f\n```")
    for name, (text, _, _) in MISTAKES.items():
        write_page(pages / f"{name}.md", GOOD, text)
    (pages / "code.py").write_text("def f():\n    pass\n")
    (pages / "bad.py").write_text("def f(:\n")
    (pages / "folder.md").mkdir()
    return folder, build(folder, "-q", source=pages)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_its_page_and_line_with_its_cause(
    failed: tuple[Path, Build], name: str
) -> None:
    _, line, words = MISTAKES[name]
    told = failed[1].log.split("WARNING: ") + failed[1].log.split("ERROR: ")
    at = [after for before, after in zip(told, told[1:], strict=False) if ends(before, name, line)]
    assert any(words in after for after in at), failed[1].log


def ends(text: str, name: str, line: int) -> bool:
    return text.endswith(f"/{name}.md:{line}: ")


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
    for name in MISTAKES.keys() - {"raises"}:
        (pages / f"{name}.md").unlink()
    again = build(failed[0], source=pages)
    assert again.returncode == 1
    assert f"{pages}/raises.md:28: WARNING: セルで例外が起きました" in again.log
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
