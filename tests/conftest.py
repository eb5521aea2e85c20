"""Build the book once for all tests that read its pages."""

from __future__ import annotations

import pytest

from tests.builds import Build, build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The whole book, built from nothing."""
    return build(tmp_path_factory.mktemp("site"))
