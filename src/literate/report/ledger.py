"""The ledger of a book: what was executed and compared on each page, and by which versions."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from literate.report.table import table, text
from literate.words import _, later, listed

COLUMNS = (
    later("Page"),
    later("Cells"),
    later("Executed cells"),
    later("Compared outputs"),
    later("Outputs not compared"),
    later("Why not compared"),
)
COUNTS = ("cells", "ran", "compared", "uncompared", "pictures")


class Ledger(nodes.General, nodes.Element):
    """The place of the table; it is filled in when every page has been read."""


class LedgerDirective(SphinxDirective):
    """``verification-ledger``: a table with a row for each page that has cells."""

    def run(self) -> list[nodes.Node]:
        """Leave the place, and remember the page that has it."""
        self.env.metadata[self.env.docname]["literate_ledger"] = True
        return [Ledger()]


def versions(packages: Sequence[str]) -> str:
    """Name what executed the cells: Python and the packages that the settings name."""
    named = (f"{package} {version(package)}" for package in packages)
    return listed((f"Python {platform.python_version()}", *named))


def pages_with_ledger(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write these pages anew whenever the results of any page have changed."""
    results = {name: data.get("literate") for name, data in sorted(env.metadata.items())}
    known = vars(env)
    if known.get("literate_results") == results:
        return []
    known["literate_results"] = results
    return [name for name, metadata in env.metadata.items() if "literate_ledger" in metadata]


def fill_ledger(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the table where a page has left the place for it."""
    for place in list(doctree.findall(Ledger)):
        reading_order = dict.fromkeys((*app.env.collect_relations(), *sorted(app.env.found_docs)))
        metadata = {name: app.env.metadata[name] for name in reading_order}
        results = {name: data["literate"] for name, data in metadata.items() if "literate" in data}
        rows = [row(app, docname, name, result) for name, result in results.items()]
        totals = {key: sum(result[key] for result in results.values()) for key in COUNTS}
        exempt = sum(len(result["exempt"]) for result in results.values())
        title: list[nodes.Node] = [nodes.paragraph("", "", nodes.strong("", _("In all")))]
        rows.append([title, *numbers(totals), text(_("cells: {count}").format(count=exempt))])
        by = versions(app.config.literate_packages)
        words = _("Executed with: {versions}").format(versions=by)
        heads = [text(_(column)) for column in COLUMNS]
        place.replace_self([table([heads, *rows], "literate-ledger"), nodes.paragraph("", words)])


def row(app: Sphinx, docname: str, name: str, result: Mapping[str, Any]) -> list[list[nodes.Node]]:
    """Return the cells of a page's row."""
    address = app.builder.get_relative_uri(docname, name)
    link = nodes.reference("", result["title"], internal=True, refuri=address)
    exempt = ((reason, line) for line, reason in result["exempt"])
    words = _("{reason} (cell {line})") if result["numbered"] else _("{reason} (line {line})")
    reasons = listed(words.format(reason=reason, line=line) for reason, line in exempt)
    return [[nodes.paragraph("", "", link)], *numbers(result), text(reasons or _("none"))]


def numbers(counts: Mapping[str, Any]) -> list[list[nodes.Node]]:
    """Return the cells of a row that hold its counts."""
    uncompared = str(counts["uncompared"])
    if counts["pictures"]:
        uncompared = _("{uncompared} (pictures and tables: {pictures})").format_map(counts)
    return list(map(text, (*(counts[key] for key in ("cells", "ran", "compared")), uncompared)))
