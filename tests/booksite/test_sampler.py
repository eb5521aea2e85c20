"""What is made of a page, and said of mistakes, is what is written down.

``python -m tests.booksite.sampler`` writes down what is new.
"""

from __future__ import annotations

from tests.booksite.sampler import BOOK, MISTAKES, complained, told


def test_a_book_with_everything_becomes_what_is_written_down() -> None:
    assert told().split("\n") == BOOK.with_suffix(".txt").read_text("utf-8").split("\n")


def test_of_mistakes_is_said_what_is_written_down() -> None:
    assert complained().split("\n") == MISTAKES.with_suffix(".txt").read_text("utf-8").split("\n")
