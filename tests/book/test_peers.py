"""The table of the tools is what was measured last, of the faults as they are now."""

from __future__ import annotations

import json

from tests.bench.faults import WORDS
from tests.bench.peers import APPENDIX, Result, report
from tests.literate.test_planted import FAULTS


def test_the_page_shows_what_was_measured() -> None:
    figures = json.loads((APPENDIX / "peers.json").read_text("utf-8"))
    results = {name: Result(**figure) for name, figure in figures.items()}
    assert (APPENDIX / "peers-figures.txt").read_text("utf-8") == report(results)
    assert WORDS.keys() == FAULTS.keys()
    assert set(results["literate"].found) == FAULTS.keys()
    assert not results["literate"].false
    for each in results.values():
        assert {*each.found, *each.false} <= FAULTS.keys()
