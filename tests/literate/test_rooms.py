"""The rooms of literate: each may use those before it, and no module uses itself by a detour."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter

from tests.builds import ROOT

SOURCES = ROOT / "src" / "literate"
ROOMS = ("run", "verify", "report", "versions", "publish", "preview")
WORDS = {"words"}  # every room may use them
WIRING = {"__init__", "__main__", "extension", "pytest_plugin"}  # they may use every room


def imported(tree: ast.AST) -> set[str]:
    """Return the modules of literate that code imports, wherever it does."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(f"{node.module}.{each.name}" for each in node.names)}
    return {name.removeprefix("literate.") for name in names if name.startswith("literate.")}


def uses() -> dict[str, set[str]]:
    """Return the modules of literate, and those that each of them imports."""
    files = {
        ".".join(file.relative_to(SOURCES).with_suffix("").parts): file
        for file in SOURCES.rglob("*.py")
    }
    found = {name: imported(ast.parse(file.read_text("utf-8"))) for name, file in files.items()}
    return {name: each & files.keys() - {name} for name, each in found.items()}


def test_a_room_uses_only_itself_and_the_rooms_before_it() -> None:
    used = uses()
    outside = {name for name in used if name.partition(".")[0] not in ROOMS}
    assert outside == (WIRING | WORDS) & used.keys()
    against = [
        f"{name} uses {other}"
        for name, others in used.items()
        if name not in WIRING | WORDS
        for other in others - WORDS
        if other in outside or ROOMS.index(other.split(".")[0]) > ROOMS.index(name.split(".")[0])
    ]
    assert against == []


def test_no_module_of_literate_uses_itself_by_a_detour() -> None:
    TopologicalSorter(uses()).prepare()


def test_every_room_says_what_it_is() -> None:
    for room in ROOMS:
        assert ast.get_docstring(ast.parse((SOURCES / room / "__init__.py").read_text("utf-8")))


def test_literate_knows_nothing_of_the_book_that_it_was_made_for() -> None:
    words = re.compile("neuron|torch|booksite|exercise|solution|練習|解答|ニューロン", re.I)
    files = [file for file in SOURCES.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    assert len(files) > 50
    assert [str(file) for file in files if words.search(file.read_text("utf-8"))] == []
