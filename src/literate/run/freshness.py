"""No output on a page is older than what produced it.

MyST-NB's cache knows the text of the cells alone: after an edit in a package that they import it
would serve the old outputs. So beside each page's outputs lies a record of what its run really
used: the files it opened and the modules it imported, the folders it looked into, the variables it
read (:mod:`literate.run.recorder`), Python and the packages. While all of it is what it was, the
outputs are kept; else the page is run again, and no other page.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError

from literate.run import mystnb, scratch
from literate.run.digests import DIGESTS, tree
from literate.run.forkserver import KERNELSPECS
from literate.run.recorder import RECORD, Line
from literate.words import LANGUAGE, _

METADATA = ("METADATA", "PKG-INFO", "")  # by the kind of a package, its name and version
INPUTS, SEEN = "inputs.json", "seen.jsonl"
# Variables that libraries read without Python.
NATIVE = ("LANG", "LC_", "TZ", "PYTHON", "OMP_", "MKL_", "OPENBLAS_", "KMP_")
# What a run sets itself, or what tells only of the shell that started the build.
OF_THE_RUN = {RECORD, LANGUAGE, *scratch.VARIABLES, "JPY_PARENT_PID", "MPLBACKEND"}
OF_THE_RUN |= {"PWD", "OLDPWD", "SHLVL", "_"}


def digest_of(value: object) -> str:
    """Return a digest of what can be written as JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


UNSET = digest_of(None)


@cache
def versions() -> str:
    """Return a digest of Python and all installed packages."""
    # As text: the parts of 150 of them take longer to tell apart than a page to be read.
    packages = {
        told for each in distributions() for name in METADATA if (told := each.read_text(name))
    }
    return digest_of([sys.version, platform.platform(), sorted(packages)])


class Records:
    """The records of a book's pages; each lies with the outputs that it tells of."""

    def __init__(self, app: Sphinx) -> None:
        """Keep where they are, and what concerns every page.

        Raises:
            ConfigError: a glob of ``literate_sources`` matches no file.

        """
        config, out = app.config, Path(app.outdir)
        self.base = Path(config.nb_execution_cache_path or out.parent / ".jupyter_cache")
        self.folders = [Path(app.confdir), Path(app.srcdir)]
        self.without = [out, Path(app.doctreedir), self.base, out.parent]
        self.without = [each for each in self.without if each not in self.folders]
        kernel = KERNELSPECS / "kernels" / "python3" / "kernel.json"
        given = os.environ | json.loads(kernel.read_text("utf-8"))["env"]
        self.variables = {name: digest_of(value) for name, value in given.items()}
        self.temporary = config.nb_execution_in_temp
        native = (*NATIVE, *config.literate_variables)
        variables = {
            name: digest for name, digest in self.variables.items() if name.startswith(native)
        }
        self.common = {
            "packages": versions(),
            "kernel": DIGESTS["file"](str(kernel)),
            "in a folder of its own": str(self.temporary),
            "errors allowed": str(config.nb_execution_allow_errors),
            "names of kernels": digest_of(sorted(config.nb_kernel_rgx_aliases.items())),
            "variables": digest_of(variables),
            "sources": digest_of(extra_sources(Path(app.confdir), config.literate_sources)),
        }

    def folder(self, docname: str) -> Path:
        """Return where the outputs of a page are kept."""
        return self.base / docname

    def is_fresh(self, docname: str) -> bool:
        """Tell whether all that a page's run used is what it was."""
        try:
            record = json.loads((self.folder(docname) / INPUTS).read_text("utf-8"))
        except (OSError, ValueError):
            return False
        return record["common"] == self.common and all(
            self.digest(kind, name) == digest for kind, name, digest in record["used"]
        )

    def forget(self, docname: str) -> None:
        """Run a page again at the next build: what went wrong may not have been its own fault."""
        (self.folder(docname) / INPUTS).unlink(missing_ok=True)

    def digest(self, kind: str, name: str) -> str:
        """Return a digest of something that a run used, as it is now."""
        if kind == "variable":
            return "" if name in OF_THE_RUN else self.variables.get(name, UNSET)
        if kind == "program":
            return self.sources
        return look_at(kind, name)

    @property
    def sources(self) -> str:
        """A digest of everything, for what a started program may have read."""
        return tree_once(tuple(self.folders), tuple(self.without))

    def keep(self, docname: str) -> None:
        """Make the record of a page that was run, from what its kernel has told."""
        folder = self.folder(docname)
        seen = folder / SEEN
        if seen.exists():
            used = list(self.inputs(read_lines(seen)))
            seen.unlink()
        else:  # no kernel of ours: nobody knows what it used
            used = [("program", "", self.sources)]
        keep_newest(folder)
        record = {"common": self.common, "used": sorted(used)}
        (folder / INPUTS).write_text(json.dumps(record, ensure_ascii=False, indent=0), "utf-8")

    def inputs(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield what was used, without what a run has made, or had in a folder of its own."""
        lines = list(lines)
        own = {"made", "scratch"} if self.temporary else {"made"}
        made = {name for kind, name, _ in lines if kind in own}
        made |= {name for _, name, _ in lines if Path(name).name.startswith(scratch.PREFIX)}
        for kind, name, digest in lines:
            places = {name, *map(str, Path(name).parents)}
            if kind not in ("made", "scratch") and not made & places:
                yield kind, name, digest if kind in DIGESTS else self.digest(kind, name)


def keep_newest(folder: Path) -> None:
    """Throw away the outputs of cells that the page had before: the record is not theirs."""
    cached = get_cache(folder)
    for record in sorted(cached.list_cache_records(), key=lambda record: record.pk)[:-1]:
        cached.remove_cache(record.pk)


@cache
def tree_once(folders: tuple[Path, ...], without: tuple[Path, ...]) -> str:
    """Look at all sources once a build."""
    return tree(folders, without)


@cache
def look_at(kind: str, name: str) -> str:
    """Look at each thing once a build, however many pages have used it."""
    return DIGESTS[kind](name)


def read_lines(file: Path) -> Iterator[Line]:
    """Yield what a kernel has told; it may have been killed in the middle of a line."""
    for line in file.read_text("utf-8", "surrogateescape").splitlines():
        try:
            kind, name, digest = json.loads(line)
        except ValueError:
            continue
        yield kind, name, digest


def extra_sources(root: Path, globs: Iterable[str]) -> Mapping[str, str]:
    """Return digests of the files that the author names: what no recorder can see.

    Raises:
        ConfigError: a glob matches no file.

    """
    found: dict[str, str] = {}
    for glob in globs:
        files = [path for path in root.glob(glob) if path.is_file()]
        if not files:
            message = _("literate_sources: in {folder} there is no file that fits {glob}.")
            raise ConfigError(message.format(folder=root, glob=glob))
        found |= {path.relative_to(root).as_posix(): DIGESTS["file"](str(path)) for path in files}
    return found


current: Records
"""The records of the build that this process makes."""


def begin(app: Sphinx) -> None:
    """Look at everything anew in each build: one process may make many."""
    global current
    look_at.cache_clear()
    tree_once.cache_clear()
    current = Records(app)


@contextmanager
def cache_of_page(env: BuildEnvironment) -> Iterator[None]:
    """Let MyST-NB keep the page that is read in a folder of its own, while its outputs are fresh.

    Parallel readers would trip over each other in a shared one: jupyter-cache makes a record before
    the file that it tells of. Where our record is missing, a run was ended in the middle.
    """
    name = env.docname
    folder = current.folder(name)
    if folder.exists() and not current.is_fresh(name):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    began = time.time()
    os.environ[RECORD] = str(folder / SEEN)
    try:
        # An error ends the page's run, and not the build.
        own = {"execution_cache_path": str(folder), "execution_raise_on_error": False}
        with mystnb.settings(env, **own):
            yield
    finally:
        del os.environ[RECORD]
    if executed(env, name, since=began):
        current.keep(name)


def executed(env: BuildEnvironment, docname: str, since: float = 0) -> bool:
    """Tell whether the outputs of a page are those of a run, and of one after a moment."""
    result = mystnb.last_run(env, docname)
    return result is not None and result["mtime"] >= since


def forget_run(env: BuildEnvironment, docname: str) -> None:
    """Forget the run of a page: what went wrong may have been the fault of its surroundings."""
    current.forget(docname)
