"""What is made of a page is what is written down."""

from __future__ import annotations

from tests.booksite.sampler import BOOK, told


def test_a_book_with_everything_becomes_what_is_written_down() -> None:
    """``python -m tests.booksite.sampler > tests/booksite/sampler.txt`` writes down what is new."""
    assert told().split("\n") == BOOK.with_suffix(".txt").read_text("utf-8").split("\n")
