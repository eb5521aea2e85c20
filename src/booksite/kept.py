"""What takes long to make, kept in the environment of the book for the next build."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sphinx.environment import BuildEnvironment

from literate.run.freshness import digest_of, look_at, versions


def kept(env: BuildEnvironment, name: str, sources: Iterable[Path]) -> dict[Any, Any]:
    """Return what was kept under a name: nothing, once its sources or any package have changed."""
    now = digest_of([versions(), [[str(file), look_at("file", str(file))] for file in sources]])
    known: dict[str, tuple[str, dict[Any, Any]]] = vars(env)
    if name not in known or known[name][0] != now:
        known[name] = (now, {})
    return known[name][1]
