"""Which pages must be read again, and which need not.

Sphinx goes by the times of files, and by the settings. A time proves nothing: a file that is put
back has its old one. And nobody tells Sphinx of the code and the words that shape every page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from literate.run import freshness
from literate.run.digests import is_own
from literate.run.freshness import digest_of, look_at, versions
from literate.words import LOCALES

INPUTS = "literate_inputs"


def own_code() -> dict[str, str]:
    """Return digests of the imported modules that belong to no package: somebody edits them."""
    files = (getattr(module, "__dict__", {}).get("__file__") for module in [*sys.modules.values()])
    return {file: look_at("file", file) for file in {*filter(None, files)} if is_own(file)}


def files_in(folders: list[str], root: Path) -> Iterator[Path]:
    """Yield the files of a setting that names files and folders."""
    for folder in folders:
        place = root / folder
        yield from sorted(place.rglob("*")) if place.is_dir() else [place]


def shape(app: Sphinx, config: Config) -> None:
    """Tell Sphinx, as a setting, of all that shapes every page: a change makes it read them all."""
    freshness.begin(app)
    root = Path(app.confdir)
    files = [root / "conf.py", *files_in(config.locale_dirs, Path(app.srcdir))]
    files += files_in([str(LOCALES)], root)
    given = {str(file): look_at("file", str(file)) for file in files if file.suffix != ".mo"}
    config.literate_shape = digest_of([versions(), own_code(), given])


def look_before(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Look at the pages before they are read: an edit in the meantime is one for the next build."""
    for name in docnames:
        look_at("file", str(env.doc2path(name)))


def note_inputs(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what a page was read from: its source, the files it shows, and what was imported."""
    env, name = app.env, app.env.docname
    shown = [Path(app.srcdir, file) for file in env.dependencies.get(name, ())]
    files = {str(file): look_at("file", str(file)) for file in [*shown, env.doc2path(name)]}
    env.metadata[name][INPUTS] = files | own_code()


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the pages of which something is not what it was when they were read, or run."""
    known = env.all_docs.keys() - added - changed - removed
    return [name for name in known if not (is_as_read(env, name) and is_as_run(env, name))]


def is_as_read(env: BuildEnvironment, name: str) -> bool:
    """Tell whether a page would be read from the same bytes."""
    inputs = env.metadata[name].get(INPUTS)
    return inputs is not None and all(
        look_at("file", file) == digest for file, digest in inputs.items()
    )


def is_as_run(env: BuildEnvironment, name: str) -> bool:
    """Tell whether the outputs of a page are what a run would give now."""
    return not freshness.executed(env, name) or freshness.current.is_fresh(name)
