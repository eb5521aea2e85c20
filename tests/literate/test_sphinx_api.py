"""The names of Sphinx on which literate stands: a version that has lost one fails by that name."""

from __future__ import annotations

import pickle
from multiprocessing import get_context
from pathlib import Path

import pytest
from sphinx._cli.util import errors
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.epub3 import Epub3Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.cmd import build as command
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.events import EventListener, EventManager
from sphinx.registry import SphinxComponentRegistry
from sphinx.util.parallel import ParallelTasks, make_chunks

from literate.publish.epub import Epub
from literate.report.guard import GuardedEnvironment
from literate.run import sphinx_api
from tests.builds import build, write_page
from tests.foreign import check_override, names_used_in

CONF = "extensions = ['myst_nb']\nnot_yet_known = 1\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of Sphinx and MyST-NB, without literate, and what Sphinx keeps of it."""
    folder = tmp_path_factory.mktemp("sphinx")
    folder.joinpath("conf.py").write_text(CONF)
    write_page(folder / "book" / "index.md")
    result = build(folder / "out", source=folder / "book", conf=folder)
    assert result.returncode == 0, result.log
    return folder


def test_sphinx_keeps_what_it_knows_in_a_file(folder: Path) -> None:
    file = sphinx_api.kept(folder / "out" / "doctrees")
    env = pickle.loads(file.read_bytes())
    assert isinstance(env, BuildEnvironment)
    assert "input_encoding" in env.settings


def test_sphinx_reads_settings_that_nobody_knows_yet(folder: Path) -> None:
    assert sphinx_api.said(folder)["not_yet_known"] == 1


def test_sphinx_ends_a_build_by_the_function_that_is_replaced() -> None:
    assert callable(errors.handle_exception)
    assert "handle_exception" in set(names_used_in(command.build_main))


@pytest.mark.parametrize("name", [sphinx_api.READ, *sphinx_api.WRITE])
def test_sphinx_calls_what_is_enclosed(name: str) -> None:
    assert name in set(names_used_in(Builder))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Sphinx, "parallel"),
        (Sphinx, "statuscode"),
        (Sphinx, "events"),
        (EventManager, "listeners"),
        (SphinxComponentRegistry, "transforms"),
        (StandaloneHTMLBuilder, "search"),
        (StandaloneHTMLBuilder, "templates"),
        (Epub3Builder, "files"),
    ],
)
def test_sphinx_looks_up_the_attribute(kind: type, name: str) -> None:
    looked_up = {each for base in kind.__mro__ for each in names_used_in(base)}
    assert name in looked_up


def test_a_listener_is_its_handler_and_two_numbers() -> None:
    assert EventListener._fields == ("id", "handler", "priority")


def test_a_collector_listens_with_its_methods() -> None:
    assert "listener_ids" in vars(EnvironmentCollector)
    assert "connect" in set(names_used_in(EnvironmentCollector))


def test_sphinx_gives_each_process_pages_that_follow_each_other() -> None:
    assert "make_chunks" in set(names_used_in(Builder))
    assert make_chunks(list("abcdef"), 2) == [list("abc"), list("def")]
    assert sphinx_api.parts(6, 2) == [3, 3]


def test_sphinx_starts_the_last_of_the_parts_that_wait(tmp_path: Path) -> None:
    assert "ParallelTasks" in set(names_used_in(Builder))
    file, all_wait = tmp_path / "started.txt", get_context("fork").Event()

    def start(name: str) -> None:
        all_wait.wait()
        with file.open("a") as started:
            started.write(name)

    tasks = ParallelTasks(1)
    for name in "abc":
        tasks.add_task(start, name)
    all_wait.set()
    tasks.join()
    assert file.read_text() == "acb"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (GuardedEnvironment, "get_and_resolve_doctree"),
        (Epub, "_get_style_filenames"),
        (Epub, "add_css_file"),
        (Epub, "build_content"),
        (Epub, "build_epub"),
        (Epub, "copy_static_files"),
        (Epub, "init_css_files"),
        (Epub, "init_highlighter"),
    ],
)
def test_sphinx_has_the_method_that_is_overridden(kind: type, name: str) -> None:
    check_override(kind, name)
    users = {each for base in (Builder, *kind.__mro__[1:]) for each in names_used_in(base)}
    assert name in users
