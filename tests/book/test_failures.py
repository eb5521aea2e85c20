"""A build that would publish something wrong fails, and fails again until it is mended."""

from __future__ import annotations

import shutil
from pathlib import Path

from .conftest import ROOT, build

HEADER = """---
file_format: mystnb
kernelspec:
  name: python3
---

# 試し

"""


def page(source: Path, *cells: str) -> Path:
    """Write a book of one page with these cells."""
    source.mkdir(exist_ok=True)
    blocks = (f"```{{code-cell}} ipython3\n{cell}\n```\n" for cell in cells)
    (source / "index.md").write_text(HEADER + "\n".join(blocks), "utf-8")
    return source


def test_a_page_that_raises_fails_twice_in_a_row_and_names_page_and_line(tmp_path: Path) -> None:
    source = page(tmp_path / "book", "print('ここまでは動く')", "x = 0\n1 / x")
    for _ in range(2):
        result = build(tmp_path, source=source)
        assert result.returncode == 1
        assert f"{source}/index.md:14" in result.log
        assert "ZeroDivisionError" in result.log
    page(source, "print('直した')")
    assert build(tmp_path, source=source).returncode == 0


def test_an_activation_that_torch_does_not_have_fails_the_build(tmp_path: Path) -> None:
    cell = "from neuron.activations import plot\nplot(['NoSuchActivation'])"
    result = build(tmp_path, source=page(tmp_path / "book", cell))
    assert result.returncode == 1
    assert "NoSuchActivation" in result.log


def test_an_edit_in_src_is_never_published_with_an_old_output(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in ("src", "book/_ext", "book/_static"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("conf.py", "requirements.lock"):
        shutil.copy(ROOT / name, copy)
    cell = "from neuron import by_hand\nprint(by_hand.forward((1.0, 2.0), (0.6, -0.2), 0.8).y)"
    page(copy / "book", cell)
    by_hand = copy / "src" / "neuron" / "by_hand.py"
    original = by_hand.read_text("utf-8")

    shown = []
    for code in (original, original.replace("math.tanh", "math.sin"), original):
        by_hand.write_text(code, "utf-8")
        result = build(tmp_path, source=copy / "book", conf=copy)
        assert result.returncode == 0, result.log
        html = (result.html / "index.html").read_text("utf-8")
        shown.append(("0.7615" in html, "0.8414" in html))
    assert shown == [(True, False), (False, True), (True, False)]
