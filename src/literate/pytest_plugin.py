"""The plugin that pytest loads in every run: it must cost nothing where there are no pages."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a Markdown file that is a notebook, with a test for each cell."""
    if file_path.suffix != ".md":
        return None
    from myst_nb.core.read import is_myst_markdown_notebook

    from literate.report.in_pytest import PageFile

    if not is_myst_markdown_notebook(file_path.read_text("utf-8-sig", "replace")):
        return None
    return PageFile.from_parent(parent, path=file_path)
