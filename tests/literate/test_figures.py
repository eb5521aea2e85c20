"""What is noted of a matplotlib figure, and that a kernel notes it."""

from __future__ import annotations

import datetime
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from literate.run import figures, forkserver
from literate.run.kernel import use_private_kernelspec
from literate.verify.facts import facts, is_rich
from literate.words import say


def describe(figure: Figure) -> list[str]:
    """What is noted of a figure, in the words of a page."""
    return [" ".join(say(message).split()) for message in figures.describe(figure)]


def test_a_plot_is_its_title_its_axes_and_the_ends_of_its_curves() -> None:
    axes = Figure().subplots()
    x = [math.tau * step / 4 for step in range(5)]
    axes.plot(x, [math.sin(each) for each in x], label="sin")
    axes.plot([0, 6], [-0.0, 1e5], label="_hidden")
    axes.plot([], [], label="無し")
    axes.plot([0, 1], [5, 5]).pop().set_visible(False)
    axes.set(title="波の\n形", xlabel="時間 (s)", xlim=(-0.5, 7), ylim=(-1, 2e5))
    axes.legend()
    assert describe(axes.figure) == [
        "題: 波の 形",
        "横軸: 時間 (s)",
        "横軸の範囲: -0.5 から 7",
        "縦軸の範囲: -1 から 2e+05",
        "線「sin」: (0, 0) から (6.283, 0)、5 点",
        "線: (0, 0) から (6, 1e+05)、2 点",
        "線「無し」: 0 点",
        "凡例: sin、無し",
    ]


def test_of_several_axes_each_fact_says_of_which() -> None:
    figure = Figure()
    left, right, unseen = figure.subplots(1, 3)
    left.set(title="左", xlim=(0, 1), ylim=(0, 2))
    right.set_title("右", loc="left")
    right.set_axis_off()
    unseen.set_visible(False)
    figure.suptitle("全部")
    figure.text(0, 0, "注")
    figure.legend(left.plot([]), ["線"])
    assert describe(figure) == [
        "全体の題: 全部",
        "文字: 注",
        "軸1 題: 左",
        "軸1 横軸の範囲: 0 から 1",
        "軸1 縦軸の範囲: 0 から 2",
        "軸1 線: 0 点",
        "軸2 題: 右",
        "凡例: 線",
    ]


def test_a_log_scale_is_named_and_its_small_numbers_are_not_zero() -> None:
    axes = Figure().subplots()
    axes.loglog([1e-11, 0.1], [3e-6, 3e-3])
    axes.set(xlim=(1e-12, 1), ylim=(1e-6, 1e-2))
    assert describe(axes.figure) == [
        "横軸の範囲: 1e-12 から 1",
        "横軸の目盛り: log",
        "縦軸の範囲: 1e-06 から 0.01",
        "縦軸の目盛り: log",
        "線: (1e-11, 3e-06) から (0.1, 0.003)、2 点",
    ]


def test_zero_has_no_sign_on_any_scale() -> None:
    axes = Figure().subplots()
    axes.plot([-0.0, 1], [-0.0, 1])
    axes.set_xscale("symlog")
    assert "線: (0, 0) から (1, 1)、2 点" in describe(axes.figure)


def test_what_is_no_number_is_written_as_such() -> None:
    axes = Figure().subplots()
    axes.plot([0, 1], [math.nan, math.inf])
    assert describe(axes.figure)[-1] == "線: (0, nan) から (1, inf)、2 点"


def test_bars_points_images_and_shapes_are_told() -> None:
    axes = Figure().subplots()
    axes.bar(["甲", "乙"], [1, 2.5], label="数")
    axes.scatter([0, 1], [-0.0, 1], label="点々")
    axes.scatter([], [])
    axes.scatter([0, 1], np.ma.masked_equal([5, 1], 5))
    axes.bar([], [])
    axes.imshow([[0, 1, 2], [3, 4, 5]])
    axes.fill_between([0, 1], [0, 1])
    axes.axvspan(0, 1)
    axes.annotate("山", (0, 1))
    axes.text(0, 0, "無し").set_visible(False)
    axes.set_ylim(0, 3)
    assert describe(axes.figure) == [
        "横軸の目盛り: 甲、乙",
        "縦軸の範囲: 0 から 3",
        "棒「数」: 1 から 2.5、2 本",
        "点「点々」: (甲, 0) から (乙, 1)、2 個",
        "点: 0 個",
        "点: (nan, nan) から (乙, 1)、2 個",
        "図形: FillBetweenPolyCollection 1 個",
        "図形: Rectangle 1 個",
        "画像: 2×3",
        "文字: 山",
    ]


def test_lying_bars_are_measured_along_the_other_axis() -> None:
    axes = Figure().subplots()
    axes.barh(["甲", "乙"], [1e-12, 4])
    assert "棒: 0 から 4、2 本" in describe(axes.figure)


def test_dates_are_told_as_the_axis_writes_them() -> None:
    axes = Figure().subplots()
    axes.plot([datetime.date(2020, 1, 1), datetime.date(2020, 1, 3)], [0, 1])
    axes.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
    assert describe(axes.figure)[-1] == "線: (2020-01-01, 0) から (2020-01-03, 1)、2 点"


def test_an_empty_figure_has_no_facts() -> None:
    assert describe(Figure()) == []


CELLS = (
    "import matplotlib.pyplot as plt\nplt.title('1'); plt.plot([0, 1]);",
    "figure = plt.matplotlib.figure.Figure()\nfigure.subplots().set_title('2')\nfigure",
    "plt.figure();",
)


@pytest.mark.parametrize("forked", [True, False])
def test_a_kernel_notes_the_facts_of_each_figure_that_it_shows(
    forked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    use_private_kernelspec()
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    if forked:
        forkserver.start([])
    try:
        resources = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    finally:
        forkserver.stop()
    (plot,), (result,), *empty = (cell.outputs for cell in notebook.cells)
    assert plot.output_type == "display_data"
    assert set(plot.data) == {"text/plain", "image/png"}
    assert facts(plot)[0] == "題: 1"
    assert facts(plot)[-1] == "線: (0, 0) から (1, 1)、2 点"
    assert facts(result)[0] == "題: 2"
    assert is_rich(plot) and is_rich(result)
    assert not any(map(is_rich, *empty))


def test_a_page_without_figures_does_not_wait_for_matplotlib() -> None:
    code = "import literate.run.figures, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
