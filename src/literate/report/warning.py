"""Warn of what is wrong on a page, at its line."""

from __future__ import annotations

from traceback import format_exception

from sphinx.util import logging

from literate.report.causes import explain

logger = logging.getLogger(__name__)


def warn(docname: str, line: int, message: str, kind: str | None = None) -> None:
    """Emit a warning at a line of a page, or at none; ``suppress_warnings`` knows its kind."""
    logger.warning(message, location=(docname, line), type="literate", subtype=kind)


def tell(docname: str, error: Exception, what: str) -> None:
    """Warn of an exception; with `-v` it is shown where it was raised."""
    cause = explain(error, what)
    warn(docname, cause.line, str(cause), "page")
    logger.verbose("%s", "".join(format_exception(error)))
