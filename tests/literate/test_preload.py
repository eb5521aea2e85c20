"""What was imported ahead is as good as not imported, until somebody imports it."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from literate.preload import Hidden, Record

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


def in_fork(action: Callable[[], Any]) -> Any:
    """What an action returns in a process of its own."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            with open(writer, "w") as file:
                json.dump(action(), file)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(0)
    os.close(writer)
    with open(reader) as file:
        text = file.read()
    os.wait()
    return json.loads(text)


def visible(statement: str) -> Any:
    """What a page can see of the modules after a statement."""
    try:
        exec(statement, {})
        error = ""
    except Exception as caught:
        error = repr(caught)
    return error, {
        name: {key: described(value) for key, value in sorted(vars(module).items())}
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] in ("p", "q", "r", "alias")
    }


def described(value: object) -> str:
    return value.__name__ if isinstance(value, ModuleType) else type(value).__name__


def preload(names: Iterable[str]) -> Hidden:
    record = Record(set(sys.modules))
    with record.recording():
        for name in names:
            importlib.import_module(name)
    return Hidden(record)


@settings(deadline=None, max_examples=20, phases=[Phase.generate])  # to shrink takes minutes
@given(
    trees(),
    st.lists(st.sampled_from(MODULES), min_size=1, unique=True),
    st.lists(st.tuples(st.sampled_from(STATEMENTS), st.sampled_from(MODULES)), min_size=4, max_size=8),
)
def test_every_import_shows_what_it_shows_in_a_new_process(
    texts: dict[str, str], ahead: list[str], imports: list[tuple[str, str]]
) -> None:
    statements = ["None"] + [fill(kind, name) for kind, name in imports]
    statements = [f"__name__ = 'page'\nfrom importlib import import_module\nimport sys\n{each}" for each in statements]

    def fresh() -> Any:
        return [in_fork(lambda each=each: visible(each)) for each in statements]

    def warm() -> Any:
        preload(ahead)
        return fresh()

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        write(Path(folder), texts)
        patch.syspath_prepend(folder)
        for statement, of_warm, of_fresh in zip(statements, in_fork(warm), in_fork(fresh), strict=True):
            assert of_warm == of_fresh, statement
