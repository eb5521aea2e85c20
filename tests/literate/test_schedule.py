"""Every page is dealt out once, to however many readers, and they end together."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from literate.run import schedule, sphinx_api

LENGTHS = {"a": 1, "b": 5, "c": 3, "d": 3, "e": 2}


@pytest.mark.parametrize(
    ("parallel", "dealt"),
    [(0, "bcdea"), (1, "bcdea"), (2, "becda"), (3, "bcdae"), (9, "bcdea")],
)
def test_the_longest_pages_come_first_and_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parallel: int, dealt: str
) -> None:
    monkeypatch.setattr(schedule, "collect_rarely", lambda: None)
    for name, length in LENGTHS.items():
        (tmp_path / name).write_text("x" * length)
    names = list(LENGTHS)
    app = SimpleNamespace(parallel=parallel)
    # A path was plain text before Sphinx 8.
    env = SimpleNamespace(doc2path=lambda name: str(tmp_path / name))
    schedule.Schedule().deal(app, env, names)
    assert "".join(names) == dealt


def ends(order: list[str], lengths: dict[str, int], hands: int) -> list[int]:
    """When each reader ends, if a page takes as long as it is: Sphinx reads parts in this way."""
    rooms = sphinx_api.parts(len(order), hands)
    pages = iter(order)
    parts = [sum(lengths[next(pages)] for _ in range(room)) for room in rooms]
    busy = [*parts[:hands], *[0] * (hands - len(parts))]
    for part in parts[: hands - 1 : -1]:
        busy[busy.index(min(busy))] += part
    return busy


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=200), st.integers(1, 9))
def test_each_page_of_any_book_is_dealt_once(sizes: list[int], hands: int) -> None:
    lengths = {f"{number:03}": size for number, size in enumerate(sizes)}
    rooms = sphinx_api.parts(len(sizes), hands)
    order = schedule.dealt(lengths, hands, rooms)
    assert sorted(order) == sorted(lengths)


def test_the_readers_of_a_book_end_together() -> None:
    lengths = {f"{number:03}": 1_000 + number * 500 for number in range(49)}
    for hands in range(1, 5):
        order = schedule.dealt(lengths, hands, sphinx_api.parts(49, hands))
        busy = ends(order, lengths, hands)
        assert max(busy) < 1.15 * sum(lengths.values()) / hands, (hands, busy)
