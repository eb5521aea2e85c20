"""The plugin that pytest loads in every run: it must cost nothing where there are no pages."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let several machines share the pages of a book."""
    words = "run the I-th of N parts of the pages; other tests run in each"
    parser.getgroup("literate").addoption("--shard", metavar="I/N", type=shard, help=words)


def shard(value: str) -> str:
    """Return which part is to be run, and of how many.

    Raises:
        UsageError: there is no such part.

    """
    from literate.run.shard import part_of

    try:
        part_of(value)
    except ValueError as error:
        raise pytest.UsageError(f"--shard I/N: {error}") from error
    return value


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a page that is a notebook, with a test for each cell."""
    if file_path.suffix not in (".md", ".ipynb"):
        return None
    from literate.report.pages import is_page

    if not is_page(file_path):
        return None
    from literate.report.in_pytest import PageFile

    return PageFile.from_parent(parent, path=file_path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the pages of one part; a page stays whole, for its cells share a kernel."""
    if config.option.shard is None:
        return
    from literate.report.in_pytest import Item
    from literate.run.shard import others

    pages = {str(item.path) for item in items if isinstance(item, Item)}
    elsewhere = others(config.option.shard, pages)
    left = [item for item in items if str(item.path) in elsewhere]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if str(item.path) not in elsewhere]
