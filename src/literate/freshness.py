"""No output on a page is older than what produced it.

MyST-NB's cache knows the text of the cells alone: after an edit in a package that they import it
would serve the old outputs. So the name of the cache's folder carries a fingerprint of all that the
cells can reach. Sphinx sees the changed setting and reads every page again.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError


def fingerprint(root: Path, globs: list[str], packages: list[str]) -> str:
    """Return a digest of the files that match and of the versions of Python and the packages.

    An edited, renamed, added or deleted file changes it.

    Raises:
        ConfigError: a glob matches no file, or a package is not installed.

    """
    digest = hashlib.sha256(platform.python_version().encode())
    for package in sorted(packages):
        digest.update(f"{package}=={version(package)}\0".encode())
    for glob in globs:
        files = sorted(path for path in root.glob(glob) if path.is_file())
        if not files:
            raise ConfigError(f"literate_sources: {root} に {glob} に合うファイルがありません。")
        for file in files:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(root).as_posix()}\0{content}\0".encode())
    return digest.hexdigest()[:16]


def name_cache(app: Sphinx) -> None:
    """Give the cache of executed pages a folder of its own for each state of the sources."""
    config = app.config
    base = Path(config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache")
    state = fingerprint(Path(app.confdir), config.literate_sources, config.literate_packages)
    config.nb_execution_cache_path = str(base / state)


@contextmanager
def cache_of_page(env: BuildEnvironment) -> Iterator[None]:
    """Let MyST-NB keep the page that is read in a folder of its own.

    Parallel readers would trip over each other in a shared one: jupyter-cache makes a record before
    the file that it tells of. What a run left that was ended in the middle is thrown away.
    """
    config = env.mystnb_config
    folder = Path(config.execution_cache_path) / env.docname
    unfinished = folder / "unfinished"
    if unfinished.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    env.mystnb_config = config.copy(execution_cache_path=str(folder))
    try:
        yield
    finally:
        env.mystnb_config = config
    unfinished.unlink()


def forget_run(env: BuildEnvironment, docname: str) -> None:
    """Forget the run of a page: what went wrong may have been the fault of its surroundings."""
    shutil.rmtree(Path(env.mystnb_config.execution_cache_path) / docname, ignore_errors=True)
