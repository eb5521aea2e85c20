"""Say at the end of a build how many pages it executed."""

from __future__ import annotations

import time

from sphinx.application import Sphinx


class Summary:
    """Counts the pages that were executed after the build began; the others came from the cache."""

    def __init__(self) -> None:
        """Remember when the build began."""
        self.began = time.time()

    def report(self, app: Sphinx, exception: Exception | None) -> None:
        """Print one line with the counts, under ``sphinx-build -q`` as well."""
        pages = getattr(app.env, "nb_metadata", {}).values() if app.env else []
        results = [page["exec_data"] for page in pages if page.get("exec_data")]
        executed = sum(result["mtime"] >= self.began for result in results)
        print(f"literate: {len(results)} ページ（うち今回実行 {executed}）", flush=True)
