"""A page that went wrong fails every build until it is mended."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import NAMESPACE, get_node_location, is_suppressed_warning

from literate.run import mystnb, sphinx_api

FAILED = "failed.json"
"""The file in the folder of the doctrees where the names of the pages wait for the next build."""


class Failures(logging.Handler):
    """Remembers the pages of which a build has warned, so that the next one warns again.

    Sphinx reads a page again, and warns again, only when it was edited. A warning that tells of no
    page makes the next build read all of them.
    """

    def __init__(self, app: Sphinx) -> None:
        """Hear every warning of this build that is not suppressed."""
        super().__init__(logging.WARNING)
        self.app = app
        self.pages: set[str] = set()
        self.elsewhere = False
        logging.getLogger(NAMESPACE).addHandler(self)

    @property
    def file(self) -> Path:
        """Where the names of the pages are."""
        return Path(self.app.doctreedir, FAILED)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the page of a warning."""
        suppressed = self.app.config.suppress_warnings
        kind = (getattr(record, "type", ""), getattr(record, "subtype", ""))
        if is_suppressed_warning(*kind, suppressed):
            return
        page = self.page_of(getattr(record, "location", None))
        if page is None:
            self.elsewhere = True
        else:
            self.pages.add(page)

    def page_of(self, location: object) -> str | None:
        """Return the page of a place, in whatever way it was given."""
        if isinstance(location, nodes.Node):
            location = get_node_location(location)
        if isinstance(location, tuple):
            location = location[0]
        if not location or not hasattr(self.app, "project"):
            return None
        place = re.sub(r":\d*$", "", str(location))
        return place if place in self.app.project.docnames else self.app.project.path2doc(place)

    def outdated(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        added: set[str],
        changed: set[str],
        removed: set[str],
    ) -> list[str]:
        """Return the pages that failed the last time."""
        try:
            failed: list[str] = json.loads(self.file.read_text("utf-8"))
            return failed
        except (OSError, ValueError):
            return []

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        """Tell the next build what to read; after an error, everything.

        MyST-NB ends a build at a cell that fails if the author asks for that. This one goes on to
        the other pages, and fails then.
        """
        if exception is None and app.config.nb_execution_raise_on_error:
            runs = (mystnb.last_run(app.env, page) for page in app.env.found_docs)
            if any(run is not None and not run["succeeded"] for run in runs):
                sphinx_api.fail(app)
        logging.getLogger(NAMESPACE).removeHandler(self)
        if exception is not None or self.elsewhere:
            sphinx_api.kept(app.doctreedir).unlink(missing_ok=True)
        self.file.write_text(json.dumps(sorted(self.pages)), "utf-8")
