"""What Sphinx keeps to itself and a build needs: its own names stand here, and nowhere else.

A new version may have other names; ``tests/literate/test_sphinx_api.py`` tells which of them is
gone. The builders of ``literate.publish`` override methods of Sphinx': it looks for these, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sphinx._cli.util import errors
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.events import EventListener
from sphinx.util.parallel import make_chunks
from sphinx.util.tags import Tags

READ, WRITE = "read_doc", ("write_doc_serialized", "write_doc")


def end_with(tell: Callable[..., None]) -> None:
    """Let a function tell of the exception that ends a build; it gets Sphinx' way to do so first.

    There is no public way to the place where a build ends.
    """
    if not isinstance(errors.handle_exception, partial):
        errors.handle_exception = partial(tell, errors.handle_exception)


def said(conf: Path) -> dict[str, Any]:
    """Return what the ``conf.py`` of a folder says, whether or not its settings are known yet.

    Raises:
        ConfigError: it cannot be read.

    """
    found: dict[str, Any] = vars(Config.read(conf, overrides={}, tags=Tags()))["_raw_config"]
    return found


def kept(doctrees: str | Path) -> Path:
    """Return the file in which Sphinx keeps what it knows of a book."""
    return Path(doctrees, ENV_PICKLE_FILENAME)


def has_search(builder: Builder) -> bool:
    """Tell whether Sphinx writes an index of its own."""
    return bool(getattr(builder, "search", False))


def hands(app: Sphinx) -> int:
    """Return how many processes read, or write, at once; 0 where a program says nothing of it."""
    return app.parallel


def use_hands(app: Sphinx, number: int) -> None:
    """Set it."""
    app.parallel = number


def parts(count: int, hands: int) -> list[int]:
    """Return in parts of how many pages so many processes read a number of pages."""
    return list(map(len, make_chunks([""] * count, hands)))


def fail(app: Sphinx) -> None:
    """Let a build that goes on to its end fail there."""
    app.statuscode |= 1


def enclose(
    app: Sphinx,
    environment: type[BuildEnvironment],
    read: Callable[..., None],
    write: Callable[..., None],
) -> None:
    """Put functions around the reading and the writing of a page, and methods in the environment.

    The functions get first what they enclose. Sphinx pickles the environment, so it can be given no
    closure.
    """
    app.env.__class__ = environment
    own = {READ: partial(read, getattr(app.builder, READ))}
    own |= {name: partial(write, getattr(app.builder, name)) for name in WRITE}
    vars(app.builder).update(own)


@contextmanager
def without_extensions(app: Sphinx, edit: Callable[..., None]) -> Iterator[None]:
    """Let no extension see a page while it is read; a function edits its text.

    Any bytes are text then.
    """
    listeners, settings, registry = app.events.listeners, app.env.settings, app.registry
    before = dict(listeners), settings["input_encoding"], registry.transforms
    publishers = getattr(registry, "publishers", {})  # before Sphinx 9 these keep the transforms
    kept = dict(publishers)
    publishers.clear()
    listeners["source-read"] = [EventListener(0, edit, 0)]
    listeners["doctree-read"] = list(filter(is_collector, listeners["doctree-read"]))
    settings["input_encoding"] = "latin-1"  # of which no byte is wrong
    registry.transforms = [each for each in before[2] if each.__module__.startswith("sphinx.")]
    try:
        yield
    finally:
        listeners |= before[0]
        publishers.clear()
        publishers |= kept
        settings["input_encoding"], registry.transforms = before[1:]


def is_collector(listener: EventListener) -> bool:
    """Tell whether a listener gathers what Sphinx needs to write a page."""
    return isinstance(getattr(listener.handler, "__self__", None), EnvironmentCollector)
