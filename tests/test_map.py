"""The map of the code in CONTRIBUTING.md: it names what is there, and all of it."""

from __future__ import annotations

import ast
import re

import pytest

from tests.builds import ROOT

SOURCES = ROOT / "src"
MAP = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## コードの地図")[1].split("\n## ")[0]
TOP = {path.name for path in ROOT.iterdir()}
NAMED = [name for name in re.findall(r"`([^`\n]+)`", MAP) if name.split("/")[0] in TOP]
MAY_USE = {
    "bootstrap": set(),
    "literate": set(),
    "neuron": set(),
    "booksite": {"literate", "neuron"},
}


@pytest.mark.parametrize("name", dict.fromkeys(NAMED))
def test_what_the_map_names_is_there(name: str) -> None:
    path, _, test = name.partition("::")
    assert (ROOT / path).exists()
    if test:
        functions = ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
        assert test in {node.name for node in functions if isinstance(node, ast.FunctionDef)}


def test_the_map_has_every_room() -> None:
    rooms = {
        file.parent.relative_to(ROOT).as_posix()
        for file in SOURCES.rglob("__init__.py")
        if not {"literate", "booksite"} & {file.parent.name}  # these are told room by room
    }
    assert rooms - set(NAMED) == set()


def test_the_life_of_a_page_has_every_event_that_is_used() -> None:
    life = MAP.split("### ページの一生")[1].split("\n### ")[0]
    told = set(re.findall(r"^\d+\. `([a-z-]+)`", life, re.M))
    connected = {
        event
        for file in SOURCES.rglob("*.py")
        for event in re.findall(r'\.connect\(\s*"([a-z-]+)"', file.read_text("utf-8"))
    }
    assert told == connected


def test_a_package_uses_only_those_below_it() -> None:
    found = {name: set() for name in MAY_USE}
    for name, used in found.items():
        for file in (SOURCES / name).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                used |= {each.split(".")[0] for each in names}
    assert {name: used & MAY_USE.keys() - {name} for name, used in found.items()} == MAY_USE
