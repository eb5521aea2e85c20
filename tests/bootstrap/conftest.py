"""A project for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bootstrap.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A copy of the project in which nothing is installed or built."""
    copy = Project(tmp_path)
    yield copy
    copy.end()
