"""What comes of pages, and what is said of them, is what is written down.

``python -m tests.literate.sampler`` writes down what is new.
"""

from __future__ import annotations

from tests.literate.sampler import WRITTEN, told


def test_of_a_book_comes_and_is_said_what_is_written_down() -> None:
    assert told().split("\n") == WRITTEN.read_text("utf-8").split("\n")
