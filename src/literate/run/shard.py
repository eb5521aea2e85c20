"""Several machines share the pages of a book: each runs a part, and one makes the site of all.

A page's outputs lie in a folder of its own, beside the record of what they come from
(:mod:`literate.run.freshness`). So the folders of all parts are put into one, and a build of the
whole finds every page fresh.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError

from literate.words import _

SHARD = "literate_shard"

elsewhere: frozenset[str] = frozenset()
"""The pages that other machines run; here they are only read, for the references to them."""


def part_of(value: str) -> tuple[int, int]:
    """Return which part is meant, and of how many.

    Raises:
        ValueError: there is no such part.

    """
    match = re.fullmatch(r"(\d+)/(\d+)", value, re.ASCII)
    part, parts = map(int, match.groups()) if match else (0, 0)
    if not 1 <= part <= parts:
        raise ValueError(_("1/4 is the first of 4 parts: {value}").format(value=value))
    return part, parts


def others(value: str, names: Iterable[str]) -> set[str]:
    """Return the pages of all other parts; neighbours, which are often alike, are dealt out."""
    part, parts = part_of(value)
    return {name for n, name in enumerate(sorted(names)) if n % parts != part - 1}


def validate(app: Sphinx, config: Config) -> None:
    """Refuse a part that does not exist, and be silent about what only a run would glue.

    Raises:
        ConfigError: it names the setting, its value, and what it can be.

    """
    if not config[SHARD]:
        return
    try:
        part_of(config[SHARD])
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{SHARD}: {error}") from error
    if config.nb_execution_mode != "cache":
        message = _("{setting}: outputs are kept only with nb_execution_mode = 'cache'.")
        raise ConfigError(message.format(setting=SHARD))
    config.suppress_warnings = [*config.suppress_warnings, "mystnb.glue"]


def deal(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Settle which pages are not run here."""
    global elsewhere
    shard = app.config[SHARD]
    elsewhere = frozenset(others(shard, env.found_docs) if shard else ())
