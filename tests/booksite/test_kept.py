"""What is kept from build to build was made of what is there now."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from booksite import kept
from booksite.explorer import place
from booksite.text import torch_api
from literate.run.digests import DIGESTS


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Look at each file anew, as the next build does."""
    monkeypatch.setattr(kept, "look_at", lambda kind, name: DIGESTS[kind](name))
    return monkeypatch


@pytest.mark.usefixtures("look")
def test_what_is_kept_lasts_as_long_as_its_sources(tmp_path: Path) -> None:
    env, source = SimpleNamespace(), tmp_path / "source.py"
    source.write_text("1")
    kept.kept(env, "names", [source])["a"] = 1
    assert kept.kept(env, "names", [source]) == {"a": 1}
    assert kept.kept(env, "others", [source]) == {}
    source.write_text("2")
    assert kept.kept(env, "names", [source]) == {}


def test_what_is_kept_lasts_as_long_as_the_packages(
    look: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    env = SimpleNamespace()
    kept.kept(env, "names", [tmp_path])["a"] = 1
    look.setattr(kept, "versions", lambda: "newer")
    assert kept.kept(env, "names", [tmp_path]) == {}


def test_torch_is_asked_once_by_the_same_code(look: pytest.MonkeyPatch) -> None:
    env, asked = SimpleNamespace(), []

    def what(name: str) -> str:
        asked.append(name)
        return name.upper()

    assert [torch_api.ask(env, what, "relu") for _ in range(2)] == ["RELU", "RELU"]
    assert asked == ["relu"]
    look.setattr(kept, "look_at", lambda kind, name: f"edited {Path(name).name}")
    assert torch_api.ask(env, what, "relu") == "RELU"
    assert asked == ["relu", "relu"]


@pytest.mark.parametrize("room", [(place.drawn, place.share), (torch_api.known, torch_api.share)])
def test_what_another_process_has_made_is_known_here(room: tuple) -> None:
    known, share = room
    here, there = SimpleNamespace(), SimpleNamespace()
    known(here)["a"], known(there)["b"] = 1, 2
    share(None, here, [], there)
    assert known(here) == {"a": 1, "b": 2}
    assert known(there) == {"b": 2}
