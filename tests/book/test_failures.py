"""What the book's own settings and package do when a page goes wrong."""

from __future__ import annotations

from pathlib import Path

from tests.builds import build, cell, copy_project, write_page


def test_a_page_that_raises_fails_twice_in_a_row_and_names_page_and_line(tmp_path: Path) -> None:
    page = tmp_path / "book" / "index.md"
    write_page(page, cell("print('ここまでは動く')"), cell("x = 0\n1 / x"))
    for _ in range(2):
        result = build(tmp_path, source=page.parent)
        assert result.returncode == 1
        assert f"{page}:15: WARNING: セルで例外が起きました" in result.log
        assert "ZeroDivisionError" in result.log
    write_page(page, cell("print('直した')", "直した"))
    assert build(tmp_path, source=page.parent).returncode == 0


def test_an_activation_that_torch_does_not_have_fails_the_build(tmp_path: Path) -> None:
    page = tmp_path / "book" / "index.md"
    write_page(page, cell("from neuron.activations import plot\nplot(['NoSuchActivation'])"))
    result = build(tmp_path, source=page.parent)
    assert result.returncode == 1
    assert "NoSuchActivation という活性化関数はありません" in result.log


def test_a_name_that_torch_does_not_have_fails_the_build(tmp_path: Path) -> None:
    page = tmp_path / "book" / "index.md"
    write_page(page, "{torch}`nn.Tanh` {torch}`nn.Tahn` {grad-fn}`TanhBackward`")
    result = build(tmp_path, source=page.parent)
    assert result.returncode == 1
    assert f"{page}:9: WARNING: いまの PyTorch に torch.nn.Tahn はありません" in result.log
    assert "TanhBackward という grad_fn はありません" in result.log
    assert "torch.nn.Tanh はありません" not in result.log


def test_a_formula_that_cannot_be_converted_fails_the_build(tmp_path: Path) -> None:
    page = tmp_path / "book" / "index.md"
    write_page(page, r"$\begin{aligned} u &= 1 \end{aligned}$")
    result = build(tmp_path, source=page.parent)
    assert result.returncode == 1
    assert f"{page}:9: WARNING: 数式を変換できません" in result.log


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
