"""The names of MyST-NB on which literate stands: a version that has lost one fails by that name."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from types import FunctionType

import pytest
from myst_nb import sphinx_
from myst_nb.core.render import MditRenderMixin
from myst_nb.sphinx_ import SphinxEnvType

from literate.run import mystnb
from tests.builds import cell, write_page
from tests.literate.test_builds import Book


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> SphinxEnvType:
    """What Sphinx keeps of a book of one page."""
    book = Book(tmp_path_factory.mktemp("mystnb"))
    write_page(book.index, cell("print(1)", "1"))
    result = book.build()
    assert result.returncode == 0, result.log
    file = result.html.parent / "doctrees" / "environment.pickle"
    return mystnb.of(pickle.loads(file.read_bytes()))


@pytest.mark.parametrize("name", ["myst_config", "mystnb_config", "nb_metadata"])
def test_mystnb_fills_the_environment(env: SphinxEnvType, name: str) -> None:
    assert name in vars(env)


@pytest.mark.parametrize("name", ["execution_cache_path", "execution_mode", "output_folder"])
def test_mystnb_has_the_setting(env: SphinxEnvType, name: str) -> None:
    assert name in vars(env.mystnb_config)


@pytest.mark.parametrize("name", ["error", "mtime", "succeeded", "traceback"])
def test_mystnb_tells_of_the_run(env: SphinxEnvType, name: str) -> None:
    run = mystnb.last_run(env, "index")
    assert run is not None, "nb_metadata has no exec_data"
    assert name in run


def test_mystnb_keeps_the_notebook(env: SphinxEnvType) -> None:
    assert mystnb.executed_notebook(env, "index").is_file()


def names_used_in(kind: type) -> Iterator[str]:
    """Yield the names that the methods of a class look up."""
    for function in vars(kind).values():
        if isinstance(function, FunctionType):
            yield from function.__code__.co_names


@pytest.mark.parametrize(
    ("kind", "name"), [(sphinx_.Parser, mystnb.TOKENS), (MditRenderMixin, mystnb.OUTPUTS)]
)
def test_mystnb_calls_what_is_replaced(kind: type, name: str) -> None:
    assert name in names_used_in(kind)


def test_a_setting_is_what_it_was_after_a_page_that_failed(env: SphinxEnvType) -> None:
    usual = env.mystnb_config.execution_mode
    with pytest.raises(ValueError, match="of a page"), mystnb.settings(env, execution_mode="off"):
        assert env.mystnb_config.execution_mode == "off" != usual
        raise ValueError("of a page")
    assert env.mystnb_config.execution_mode == usual
