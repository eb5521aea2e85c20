"""The map of the code in CONTRIBUTING.md: it names what is there, and all of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from graphlib import TopologicalSorter

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


def imported(body: Iterable[ast.AST]) -> set[str]:
    """Return the modules that code imports, and what it takes of them, which may be modules too."""
    found = set()
    for node in body:
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}", *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def test_a_package_uses_only_those_below_it() -> None:
    found = {
        name: set().union(
            *(
                imported(ast.walk(ast.parse(file.read_text("utf-8"))))
                for file in (SOURCES / name).rglob("*.py")
            )
        )
        for name in MAY_USE
    }
    tops = {name: {each.split(".")[0] for each in used} for name, used in found.items()}
    assert {name: used & MAY_USE.keys() - {name} for name, used in tops.items()} == MAY_USE


def test_no_module_needs_itself_by_a_detour_when_it_is_imported() -> None:
    trees = {
        ".".join(file.relative_to(SOURCES).with_suffix("").parts): ast.parse(
            file.read_text("utf-8")
        ).body
        for name in MAY_USE
        for file in (SOURCES / name).rglob("*.py")
    }
    uses = {name: imported(body) & trees.keys() - {name} for name, body in trees.items()}
    TopologicalSorter(uses).prepare()


# Where other libraries' own names may stand, and those that are no secret of theirs.
ADAPTERS = re.compile(r"_api\.py$|/mystnb\.py$")
KNOWN = {
    "_Element",  # lxml has no other name for the type
    "_bootstrap",  # of Python itself, as are the next two
    "_exit",
    "_replace",
    "_pytest",  # types alone
    "_code",
}


def test_no_module_but_an_adapter_uses_what_another_library_keeps_to_itself() -> None:
    own, foreign = set(KNOWN), []
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    own.add(name)
                case ast.Name(id=name, ctx=ast.Store()):
                    own.add(name)
                case ast.Attribute(attr=name, ctx=ast.Store(), value=ast.Name(id="self")):
                    own.add(name)
                case ast.Attribute(attr=name):
                    foreign.append((name, file))
                case ast.ImportFrom(module=module, names=names):
                    parts = [*f"{module}".split("."), *(each.name for each in names)]
                    foreign += [(name, file) for name in parts]
    found = {
        f"{file.relative_to(SOURCES)}: {name}"
        for name, file in foreign
        if re.match("_[^_]", name) and name not in own and not ADAPTERS.search(file.as_posix())
    }
    assert found == set()
