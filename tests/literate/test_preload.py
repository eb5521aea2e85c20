"""What was imported ahead is as good as not imported, until somebody imports it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sphinx.errors import ConfigError

from literate.run.preload import checked
from tests.builds import ROOT
from tests.literate import imports

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="only a fork preloads")

PACKAGES = {"p": ["a", "b", "c"], "p.a": ["x", "y"], "q": ["a", "b"], "q.b": ["z"]}
# A module imports from those before it alone, be they in its package or in another.
MODULES = ("p.a.x", "p.a.y", "p.a", "p.b", "p.c", "p", "q.a", "q.b.z", "q.b", "q", "r")
BODY = """
import sys
from importlib import import_module
__all__ = {children}
def {leaf}(): pass
def fetch(): return import_module("{other}")
def __getattr__(name):
    if name != "lazy": raise AttributeError(name)
    return fetch()
{statements}
"""
STATEMENTS = (
    "import {name}",
    "import {name} as other",
    "from {package} import {leaf}",
    "from {name} import {leaf}",  # a function of the module's name
    "from {package} import *",
    "import_module('{name}')",
    "import {name}; {name}.fetch()",
    "import {package}; {package}.lazy",
    "import {name}; globals().pop('{leaf}', None)",
    "import {name}; sys.modules['alias.' + __name__] = {name}",
    "import {name}.missing",
    "import {name}; me = type('Module', (type(sys),), {{}})(__name__); vars(me).update(globals());"
    "sys.modules[__name__] = me",
)
TRY = "try: {}\nexcept (AttributeError, ImportError): pass"


def fill(text: str, name: str, **more: object) -> str:
    package, _, leaf = name.rpartition(".")
    return text.format(name=name, package=package or name, leaf=leaf or "fetch", **more)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """The text of every module."""
    texts = {}
    for index, name in enumerate(MODULES):
        others = st.sampled_from(MODULES[:index] or ("os.path",))
        kinds = draw(st.lists(st.sampled_from(STATEMENTS), max_size=3))
        statements = "\n".join(TRY.format(fill(kind, draw(others))) for kind in kinds)
        children = PACKAGES.get(name, [])
        more = {"children": children, "other": draw(others), "statements": statements}
        texts[name] = fill(BODY, name, **more)
    return texts


def write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        file = folder / name.replace(".", "/")
        file = file / "__init__.py" if name in PACKAGES else file.with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def seen(folder: Path, ahead: list[str], statements: list[str]) -> list[list[Any]]:
    """What is visible after each statement in a new process, and in a fork of a warm one."""
    command = [sys.executable, imports.__file__, json.dumps(ahead), json.dumps(statements)]
    path = os.pathsep.join([str(folder), str(ROOT / "src")])
    environment = os.environ | {"PYTHONPATH": path}
    return json.loads(subprocess.check_output(command, env=environment))


# Without shrinking, which takes minutes here.
@settings(deadline=None, max_examples=30, phases=[Phase.explicit, Phase.generate])
@given(
    trees(),
    st.lists(st.sampled_from(MODULES), min_size=1, unique=True),
    st.lists(st.tuples(st.sampled_from(STATEMENTS), st.sampled_from(MODULES)), max_size=8),
)
def test_every_import_shows_what_it_shows_in_a_new_process(
    texts: dict[str, str], ahead: list[str], chosen: list[tuple[str, str]]
) -> None:
    statements = ["None", *(fill(kind, name) for kind, name in chosen)]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), texts)
        fresh, warm = seen(Path(folder), ahead, statements)
    for statement, of_fresh, of_warm in zip(statements, fresh, warm, strict=True):
        assert of_warm == of_fresh, statement


@pytest.mark.parametrize("given", [[], [""], ("numpy",), ["json", "numpy.random", "os"]])
def test_modules_that_exist_can_be_imported_ahead(given: list[str]) -> None:
    assert checked(given) == [name for name in given if name]


@pytest.mark.parametrize(
    "name",
    [
        "nosuch",
        "numpy.nosuch",
        "nosuch.numpy",
        "os.json",
        ".",
        "..numpy",
        "numpy.",
        "a-b",
        "numpy random",
    ],
)
def test_a_module_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(
        ConfigError, match=f"^literate_preload: {re.escape(name)} が見つかりません。$"
    ):
        checked(["json", name])


@pytest.mark.parametrize("given", ["torch", None, 1, [1], [["torch"]], {"torch": 1}])
def test_what_is_no_list_of_names_is_refused(given: object) -> None:
    with pytest.raises(ConfigError, match="literate_preload には、モジュールの名前を並べます"):
        checked(given)


def test_to_look_for_a_module_imports_nothing() -> None:
    code = "import sys; from literate.run.preload import find\n"
    code += "print(find('numpy.random').name, 'numpy' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, env=environment, text=True) == "numpy.random False\n"
