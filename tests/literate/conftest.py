"""The books of these tests are Japanese, as the one that they belong to; test_words has others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from literate.words import LANGUAGE, speak


@pytest.fixture(autouse=True)
def japanese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let literate speak Japanese, also where no book says so."""
    monkeypatch.setenv(LANGUAGE, "")
    speak("ja")
    yield
