"""The published files are those that a build from nothing would make: none older, and none more.

Sphinx writes a page again when its source is newer than the page. It does not know that a page
shows the titles of others, the templates, and the fingerprints of scripts; and it never removes
anything. So beside the environment lies a note of what the pages in a folder were written from. It
says nothing while a build writes: after one that was ended in the middle, everything is written.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment

from literate.run.digests import content
from literate.run.freshness import digest_of, look_at
from literate.run.mystnb import last_run
from literate.run.reading import files_in
from literate.run.sphinx_api import has_search

MARK = ".buildinfo"  # of a folder that Sphinx has filled
REPORTS = "reports"
STATIC = "_static"
FOLDERS = ("html_static_path", "html_extra_path", "templates_path")
FILES = ("html_favicon", "html_logo")


class Publication:
    """What one build publishes into its folder."""

    def __init__(self) -> None:
        """Know nothing yet of the folder."""
        self.note: dict[str, Any] = {}
        self.frame = ""

    def begin(self, app: Sphinx) -> None:
        """Read the note; a folder that is new to us, or was changed since, is written whole."""
        if not isinstance(app.builder, StandaloneHTMLBuilder):
            return
        try:
            self.note = json.loads(note_file(app).read_text("utf-8"))
        except (OSError, ValueError):
            filled = [] if Path(app.outdir, MARK).exists() else names_of(app)
            self.note = {"frame": "", "site": "", "pages": {}, "images": [], "foreign": filled}
        if self.note["site"] != site(app):
            self.note["frame"] = ""
        self.write(app, self.note | {"frame": "", "site": ""})

    def outdated(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Return the pages to write: all, into an empty folder, where the frame has changed."""
        if not isinstance(app.builder, StandaloneHTMLBuilder):
            return []
        self.frame = frame(app, env)
        # Pages name the fingerprints of files that extensions add, or change, when all is written.
        # They are the same in every build only where none of these files is there before.
        kept = {*self.note["foreign"], *reports(env)}
        read = [name for name, at in env.all_docs.items() if self.note["pages"].get(name) != at]
        # Sphinx' own index of a few pages and what it had of the others is not that of all pages.
        whole = self.note["frame"] != self.frame or (read and has_search(app.builder))
        if not whole:
            remove(app, {*names_of(app, STATIC)} - kept)
            return read
        remove(app, {*names_of(app)} - kept)
        return sorted(env.found_docs)

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        """Remove what nothing shows any more, and note what was written."""
        if exception is not None or not isinstance(app.builder, StandaloneHTMLBuilder):
            return
        images = images_of(app.env)
        gone = {*self.note["images"], *names_of(app, REPORTS)} - images - reports(app.env)
        remove(app, gone - {*self.note["foreign"]})
        note = {"frame": self.frame, "pages": app.env.all_docs, "images": sorted(images)}
        self.write(app, self.note | note | {"site": site(app)})

    def write(self, app: Sphinx, note: dict[str, Any]) -> None:
        """Write a note on the folder, for the next build."""
        note_file(app).write_text(json.dumps(note), "utf-8")


def note_file(app: Sphinx) -> Path:
    """Return where the note on the folder of this build lies."""
    name = hashlib.sha256(f"{app.builder.name}\0{app.outdir}".encode()).hexdigest()[:16]
    return Path(app.doctreedir, f"written-{name}.json")


def names_of(app: Sphinx, below: str = "") -> list[str]:
    """Return the published files; what the build keeps for itself may lie in the same folder."""
    out, names = Path(app.outdir), []
    for root, folders, files in os.walk(out / below):
        inside = (name for name in folders if is_published(Path(root, name), app))
        folders[:] = sorted(inside)
        names += [Path(root, name).relative_to(out).as_posix() for name in sorted(files)]
    return names


def is_published(folder: Path, app: Sphinx) -> bool:
    """Tell whether a folder is part of the site, and not the doctrees or somebody's repository."""
    return folder != Path(app.doctreedir) and folder.name != ".git"


def site(app: Sphinx) -> str:
    """Return a digest of the published files."""
    return digest_of([[name, content(str(Path(app.outdir, name)))] for name in names_of(app)])


def images_of(env: BuildEnvironment) -> set[str]:
    """Return the names of the pictures and files that the pages show or offer."""
    images = {f"_images/{name}" for _, name in env.images.values()}
    return images | {f"_downloads/{name}" for _, name in env.dlfiles.values()}


def reports(env: BuildEnvironment) -> set[str]:
    """Return the names of MyST-NB's reports on the pages that fail now."""
    results = {name: last_run(env, name) for name in env.found_docs}
    failed = (name for name, result in results.items() if result and result["traceback"])
    return {f"{REPORTS}/{name}.err.log" for name in failed}


def remove(app: Sphinx, names: Iterable[str]) -> None:
    """Remove files, and the folders that are empty then."""
    for name in names:
        file = Path(app.outdir, name)
        file.unlink(missing_ok=True)
        for folder in file.parents:
            if folder == Path(app.outdir) or any(folder.iterdir()):
                break
            folder.rmdir()


def plain(value: object) -> object:
    """Return something as what JSON can write, the same in every process."""
    if isinstance(value, dict):
        items = ([plain(key), plain(each)] for key, each in value.items())
        return sorted(items, key=lambda item: str(item[0]))
    if isinstance(value, set | frozenset):
        return sorted(map(str, map(plain, value)))
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, nodes.Node):
        return value.pformat()
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return f"{type(value).__module__}.{type(value).__qualname__}"


def frame(app: Sphinx, env: BuildEnvironment) -> str:
    """Return a digest of all that a page shows and that does not stand in its own source."""
    config = app.config
    settings = {item.name: plain(item.value) for item in config}
    names = [name for setting in FOLDERS for name in getattr(config, setting)]
    names += [name for setting in FILES if (name := getattr(config, setting))]
    files = [file for file in files_in(names, Path(app.confdir)) if file.is_file()]
    return digest_of(
        [
            settings,
            [[str(file), look_at("file", str(file))] for file in files],
            plain(env.titles),
            plain(env.tocs),
            plain(env.toctree_includes),
            plain(env.toc_secnumbers),
            plain(env.toc_fignumbers),
            plain(env.domaindata),
            sorted(env.found_docs),
        ]
    )
