"""Every page is dealt out once, to however many readers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from literate.run import schedule

LENGTHS = {"a": 1, "b": 5, "c": 3, "d": 3, "e": 2}


@pytest.mark.parametrize(
    ("parallel", "dealt"),
    [(0, "bcdea"), (1, "bcdea"), (2, "bdace"), (3, "becad"), (9, "bcdea")],
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
