"""The names of MyST-NB on which literate stands: a version that has lost one fails by that name."""

from __future__ import annotations

import pickle

import pytest
from myst_nb import sphinx_
from myst_nb.core.execute.base import NotebookClientBase
from myst_nb.core.render import MditRenderMixin
from myst_nb.sphinx_ import SphinxEnvType

from literate.publish.render import Renderer
from literate.report.parser import GuardedParser
from literate.run import mystnb
from tests.builds import build, cell, write_page
from tests.foreign import check_override, names_used_in

CONF = "extensions = ['myst_nb']\nnb_execution_timeout = 600\n"


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> SphinxEnvType:
    """What MyST-NB by itself, without literate, keeps of a book of one page."""
    folder = tmp_path_factory.mktemp("mystnb")
    folder.joinpath("conf.py").write_text(CONF)
    write_page(folder / "book" / "index.md", cell("print(1)"))
    result = build(folder / "out", source=folder / "book", conf=folder)
    assert result.returncode == 0, result.log
    return mystnb.of(pickle.loads((folder / "out/doctrees/environment.pickle").read_bytes()))


@pytest.mark.parametrize("name", ["myst_config", "mystnb_config", "nb_metadata"])
def test_mystnb_fills_the_environment(env: SphinxEnvType, name: str) -> None:
    assert name in vars(env)


@pytest.mark.parametrize("name", ["execution_cache_path", "execution_mode", "output_folder"])
def test_mystnb_has_the_setting(env: SphinxEnvType, name: str) -> None:
    assert name in vars(env.mystnb_config)


@pytest.mark.parametrize("name", ["error", "mtime", "succeeded", "traceback"])
def test_mystnb_tells_of_the_run(env: SphinxEnvType, name: str) -> None:
    assert name in env.nb_metadata["index"]["exec_data"]


def test_the_run_and_its_notebook_are_found(env: SphinxEnvType) -> None:
    assert mystnb.last_run(env, "index") == env.nb_metadata["index"]["exec_data"]
    assert mystnb.executed_notebook(env, "index").is_file()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (sphinx_.Parser, mystnb.TOKENS),
        (sphinx_.Parser, mystnb.READER),
        (sphinx_.Parser, mystnb.CLIENT),
        (MditRenderMixin, mystnb.OUTPUTS),
    ],
)
def test_mystnb_calls_what_is_replaced(kind: type, name: str) -> None:
    assert name in list(names_used_in(kind))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Renderer, "render_error"),
        (Renderer, "render_stdout"),
        (Renderer, "render_text_plain"),
        (Renderer, "write_file"),
        (GuardedParser, "parse"),
    ],
)
def test_mystnb_has_the_method_that_is_overridden(kind: type, name: str) -> None:
    check_override(kind, name)


@pytest.mark.parametrize("name", ["nb_client", "get_cell_level_config"])
def test_the_renderer_uses_the_name(name: str) -> None:
    assert name in set(names_used_in(MditRenderMixin))


@pytest.mark.parametrize("name", ["code_cell_outputs", "notebook"])
def test_the_run_has_the_name(name: str) -> None:
    assert name in vars(NotebookClientBase)


def test_the_cells_of_a_page_are_marked(env: SphinxEnvType) -> None:
    doctree = env.get_doctree("index")
    assert [node.astext() for node in doctree.findall(mystnb.is_cell)] == ["print(1)\n\n1\n"]
    (output,) = doctree.findall(mystnb.is_output)
    assert output.astext().strip() == "1"
    assert mystnb.cell_of(output) == 1


def test_a_setting_is_what_it_was_after_a_page_that_failed(env: SphinxEnvType) -> None:
    usual = env.mystnb_config.execution_mode
    with pytest.raises(ValueError, match="of a page"), mystnb.settings(env, execution_mode="off"):
        assert env.mystnb_config.execution_mode == "off" != usual
        raise ValueError("of a page")
    assert env.mystnb_config.execution_mode == usual
