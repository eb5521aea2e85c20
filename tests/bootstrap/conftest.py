"""A project for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bootstrap.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the project in which nothing is installed or built."""
    return Project(tmp_path)
