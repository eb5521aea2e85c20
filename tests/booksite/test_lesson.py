"""What a module reads is found without reading it in."""

from __future__ import annotations

from pathlib import Path

import pytest

from booksite.explorer import facts
from booksite.lesson import dotted, imports, read_by, sources
from tests.builds import ROOT

PACKAGE = ROOT / "src" / "neuron"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a", ["a"]),
        ("import a.b.c as d, e", ["a", "a.b", "a.b.c", "e"]),
        ("from a.b import c, d", ["a", "a.b", "a.b.c", "a", "a.b", "a.b.d"]),
        ("from . import a\nfrom .b import c", ["b", "b.c"]),
        ("def f():\n    import a", ["a"]),
        ("x = 1", []),
    ],
)
def test_every_module_on_the_way_is_imported(source: str, names: list[str]) -> None:
    assert list(imports(source)) == names


@pytest.mark.parametrize(
    ("file", "name"),
    [("a/b.py", "a.b"), ("a/__init__.py", "a"), ("a/b/__init__.py", "a.b")],
)
def test_a_module_has_the_name_of_its_file(file: str, name: str) -> None:
    assert dotted(Path(file)) == name


def test_all_modules_of_the_package_are_its_sources() -> None:
    assert sources() == sorted(PACKAGE.rglob("*.py"))


def test_what_is_read_by_a_module_of_the_package_is_read_by_who_reads_it() -> None:
    read = {file.relative_to(PACKAGE).as_posix() for file in read_by([Path(facts.__file__)])}
    assert {"__init__.py", "flow.py", "trace.py", "activations.py", "drawing/record.py"} <= read
    assert not {"mlp.py", "digits.py"} & read
    assert read_by([PACKAGE / "ieee.py"]) == []
    assert read_by([]) == []
