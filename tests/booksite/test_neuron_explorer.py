"""The neuron that can be moved, as the build writes it: true from the start, and strict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from docutils.parsers.rst import DirectiveError

from booksite.explorer import directives, facts
from booksite.explorer.cases import MODEL, ModelError
from booksite.explorer.facts import State, graph, neuron_facts
from booksite.explorer.place import sources
from tests.builds import ROOT, Build, build, copy_project, environment_of, read, write_page


def explorer(*options: str, name: str = "neuron-explorer") -> str:
    return "\n".join([f"```{{{name}}}", *options, "```"])


def test_a_start_that_cannot_be_shown_fails_the_build(tmp_path: Path) -> None:
    wrong = [
        (":panels: forward graf", "panels に graf はありません。選べるもの: forward、activation、"),
        (":w1: 5.1", "w1 は -5 から 5 までの数です。渡された値: 5.1"),
        (":b: nan", "b は -5 から 5 までの数です。渡された値: nan"),
        (":steps: 101", "steps は 0 から 100 までの数です。渡された値: 101"),
        (":w2: まる", ":w2: の値が正しくありません。まる は数ではありません。"),
        (":activation: Tahn", ":activation: の値が正しくありません。選べるもの: Tanh、Sigmoid、"),
    ]
    page = tmp_path / "book" / "index.md"
    write_page(page, *(explorer(option) for option, _ in wrong))
    result = build(tmp_path, source=page.parent)
    assert result.returncode == 1
    for place, (_, message) in enumerate(wrong):
        (line,) = (line for line in result.log.splitlines() if message in line)
        first = 9 + 3 * place  # of the directive; its options stand in the next line
        assert line.startswith((f"{page}:{first}: ", f"{page}:{first + 1}: "))


def test_a_page_with_two_of_them_fails_the_build(tmp_path: Path) -> None:
    page = tmp_path / "book" / "index.md"
    write_page(page, explorer(), explorer(name="square-explorer"))
    result = build(tmp_path, source=page.parent)
    assert result.returncode == 1
    assert f"{page}:11: ERROR: 動かせる図は、1つのページに1つだけ置けます。" in result.log


def test_a_neuron_that_disagrees_with_torch_fails_the_build(tmp_path: Path) -> None:
    copy = copy_project(tmp_path / "copy")
    script = copy / MODEL.relative_to(ROOT)
    script.write_text(script.read_text("utf-8").replace("2 * v.error", "-2 * v.error"), "utf-8")
    page = copy / "book" / "index.md"
    write_page(page, "```{neuron-proof}\n```")
    result = build(tmp_path, source=page.parent, conf=copy)
    assert result.returncode == 1
    assert f"{page}:9: ERROR: 動かせるニューロンの計算が、PyTorch と合いません。" in result.log


def test_the_page_states_its_proof(site: Build) -> None:
    page = read(site.html / "appendix/colophon.html")
    proof = page.select_one(".neuron-proof")
    assert proof.p.get_text().startswith("PyTorch と 3,000 件を照合、最大差 ")
    assert len(proof.select("tbody tr")) == 20


def test_a_difference_from_torch_is_an_error_that_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def prove(source: str) -> None:
        raise ModelError("y: 1、2")

    monkeypatch.setattr(directives, "prove", prove)
    with pytest.raises(DirectiveError) as error:
        directives.NeuronProof(*[mock.MagicMock()] * 9).run()
    assert error.value.msg == "動かせるニューロンの計算が、PyTorch と合いません。y: 1、2"


def test_a_graph_that_records_another_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = neuron_facts(State()) | {"sum": 0.2 + 1e-9}
    monkeypatch.setattr(facts, "neuron_facts", lambda state: wrong)
    message = r"計算グラフの sum は 0\.1999\d+、計算では 0\.2000\d+ です。"
    with pytest.raises(AssertionError, match=message):
        graph(State())


@pytest.mark.parametrize(
    ("name", "panels"),
    [
        ("explorer", ["forward", "activation", "graph", "learning", "boundary"]),
        ("on_paper", ["forward"]),
        ("forward", ["forward"]),
        ("chain", ["activation"]),
        ("graph", ["graph"]),
        ("gradients", ["learning"]),
        ("slope", ["square"]),
    ],
)
def test_each_page_shows_the_part_that_it_teaches(
    site: Build, name: str, panels: list[str]
) -> None:
    page = read(site.html / f"lesson/{name}.html")
    assert [panel["data-panel"] for panel in page.select(".explorer-panel")] == panels
    assert page.select_one(f"script[src*='{MODEL.name}']")


def test_pages_without_it_load_nothing_of_it(site: Build) -> None:
    for name in ("appendix/symbols.html", "lesson/model.html"):
        assert "neuron_" not in (site.html / name).read_text("utf-8")


def test_what_the_page_tells_to_try_happens() -> None:
    """The five trials of 試してみよう, by torch."""
    start = neuron_facts(State())
    closer = neuron_facts(State(w1=1.5))
    assert abs(closer["error"]) < abs(start["error"])
    assert closer["loss"] < start["loss"]
    for name in ("d_w1", "d_w2", "d_b"):
        assert abs(closer[name]) < abs(start[name])
        assert abs(neuron_facts(State(b=5.0))[name]) < 1e-6

    turned = neuron_facts(State(w1=-0.6, w2=0.2, x1=-1.0, x2=-2.0))
    assert turned["y"] == start["y"]

    for name, moves in (("ReLU", False), ("LeakyReLU", True)):
        losses = neuron_facts(State(activation=name, b=-2.0))["losses"]
        assert (losses[100] < losses[0]) is moves

    hasty = {"activation": "ReLU", "b": 1.8, "lr": 0.5}
    assert neuron_facts(State(**hasty))["u"] == pytest.approx(2)
    after = neuron_facts(State(**hasty, steps=1))
    assert after["u"] < 0
    assert after["d_w1"] == after["d_w2"] == after["d_b"] == 0


def test_a_picture_is_drawn_anew_for_exactly_the_modules_that_draw_it() -> None:
    code = """
import booksite.explorer.directives, sys
for name, module in sys.modules.items():
    if name.startswith("neuron"):
        print(module.__file__)
"""
    command = [sys.executable, "-c", code]
    environment = environment_of(ROOT)
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    package = Path(run.stdout.split("\n")[0]).parent
    named = {str(file) for file in sources() if file.is_relative_to(package)}
    assert named == set(run.stdout.splitlines())
    assert str(package / "mlp.py") not in named
