"""The plugin that pytest loads in every run: it must cost nothing where there are no pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let several machines share the pages of a book."""
    words = "run the I-th of N parts of the pages; other tests run in each"
    parser.getgroup("literate").addoption("--shard", metavar="I/N", type=shard, help=words)


def shard(value: str) -> tuple[int, int]:
    """Return which part is to be run, and of how many.

    Raises:
        UsageError: there is no such part.

    """
    match = re.fullmatch(r"(\d+)/(\d+)", value)
    part, parts = map(int, match.groups()) if match else (0, 0)
    if not 1 <= part <= parts:
        raise pytest.UsageError(f"--shard I/N: 1/4 is the first of 4 parts: {value}")
    return part, parts


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a Markdown file that is a notebook, with a test for each cell."""
    if file_path.suffix != ".md":
        return None
    from myst_nb.core.read import is_myst_markdown_notebook

    from literate.report.in_pytest import PageFile

    if not is_myst_markdown_notebook(file_path.read_text("utf-8-sig", "replace")):
        return None
    return PageFile.from_parent(parent, path=file_path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the pages of one part; a page stays whole, for its cells share a kernel."""
    if config.option.shard is None:
        return
    from literate.report.in_pytest import Item

    part, parts = config.option.shard
    pages = sorted({item.path for item in items if isinstance(item, Item)})
    others = set(pages) - set(pages[part - 1 :: parts])
    left = [item for item in items if item.path in others]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item.path not in others]
