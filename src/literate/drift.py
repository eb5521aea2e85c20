"""Which outputs of a book differ between versions of what it runs on.

``python -m literate.drift BOOK RECORD... FOLDER...`` prints, as JSON, the outputs that differ. A
record is a JSON file of outputs that somebody wrote down, named after their version; a folder,
named so too, holds the notebooks of a build with that version. The directive ``version-drift``
shows such a JSON file as a table.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from literate.compare import Printed, difference, printed
from literate.gate import warn
from literate.page import Expected, parse
from literate.table import table, text

NOTHING = "（出力なし）"
UNKNOWN = "—"


class DriftError(Exception):
    """A record or a run that does not fit the book."""


@dataclass(frozen=True)
class Place:
    """A cell of a book: its page, its code, and which of the cells with this code it is."""

    page: str
    code: str
    number: int = 1


Run = dict[Place, str]


def places(cells: list[tuple[str, str]]) -> list[Place]:
    """Tell cells of the same page with the same code apart by a number."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for cell in cells:
        seen[cell] += 1
        found.append(Place(*cell, seen[cell]))
    return found


def cells_of(book: Path) -> list[Place]:
    """Return every code cell of a book's pages."""
    cells = []
    for file in sorted(book.rglob("*.md")):
        page = file.relative_to(book).with_suffix("").as_posix()
        cells += [(page, cell.source) for cell in parse(file.read_text("utf-8"), path=file).cells]
    return places(cells)


def read_record(file: Path) -> Run:
    """Read outputs that were written down as a list of ``page``, ``code`` and ``output``."""
    entries = json.loads(file.read_text("utf-8"))
    cells = places([(entry["page"], entry["code"]) for entry in entries])
    return {cell: entry["output"] for cell, entry in zip(cells, entries, strict=True)}


def read_build(folder: Path) -> Run:
    """Read the outputs of a build from the executed notebooks that MyST-NB keeps of it."""
    notebooks = folder / "jupyter_execute"
    cells, outputs = [], []
    for file in sorted(notebooks.rglob("*.ipynb")):
        page = file.relative_to(notebooks).with_suffix("").as_posix()
        for cell in nbformat.read(file, as_version=4).cells:
            if cell.cell_type == "code":
                cells.append((page, cell.source))
                outputs.append(printed(cell.outputs).text)
    return dict(zip(places(cells), outputs, strict=True))


def drift(cells: list[Place], runs: dict[str, Run]) -> dict[str, object]:
    """Return how many outputs each version gave, and those that differ from the last version's.

    Raises:
        DriftError: a run has a cell that the book does not have, or no cell at all.

    """
    for version, run in runs.items():
        unknown = next((cell for cell in run if cell not in cells), None)
        if unknown or not run:
            what = f"{unknown.page} の次のセル:\n{unknown.code}" if unknown else "どのセルも"
            raise DriftError(f"{version} の記録が本と合いません。本にないもの: {what}")
    newest = list(runs.values())[-1]
    rows = []
    for cell in cells:
        outputs = {version: run[cell] for version, run in runs.items() if cell in run}
        reference = Expected(1, newest.get(cell, ""))
        printouts = (Printed(tuple(output.split("\n"))) for output in outputs.values())
        if any(difference(reference, each) is not None for each in printouts):
            rows.append({"page": cell.page, "code": cell.code, "outputs": outputs})
    counts = {version: sum(map(bool, run.values())) for version, run in runs.items()}
    return {"versions": counts, "rows": rows}


class VersionDrift(SphinxDirective):
    """``version-drift FILE``: the outputs that differ, a row for each cell."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table; a file that cannot be read is a warning."""
        _, name = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(name)
        try:
            data = json.loads(Path(name).read_text("utf-8"))
            versions, rows = data["versions"], data["rows"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{self.arguments[0]} を読めません（作り直す: make versions）: {error}"
            warn(self.env.docname, self.lineno, message)
            return []
        counts = "、".join(f"{version} は {count} 件" for version, count in versions.items())
        words = f"比べた出力：{counts}。違いのあったもの：{len(rows)} 件。"
        heads = [text(head) for head in ("セル", *versions)]
        body = [[self.cell(row), *self.outputs(row, versions)] for row in rows]
        shown = nodes.inline("", words, classes=["literate-fact"])
        return [nodes.paragraph("", "", shown), table([heads, *body], "literate-drift")]

    def cell(self, row: dict) -> list[nodes.Node]:
        """Return a cell of the book: its page and its code."""
        code = nodes.literal_block(row["code"], row["code"], language="python")
        return [nodes.paragraph("", row["page"]), code]

    def outputs(self, row: dict, versions: dict) -> list[list[nodes.Node]]:
        """Return what each version printed."""
        shown = (row["outputs"].get(version, UNKNOWN) or NOTHING for version in versions)
        return [[nodes.literal_block(words, words, language="none")] for words in shown]


def main(book: str, *sources: str) -> None:
    """Print the differences between the sources, the last of which is the one to compare with."""
    runs = {}
    for source in map(Path, sources):
        version = source.stem.removeprefix("torch-") if source.is_file() else source.name
        runs[version] = read_record(source) if source.is_file() else read_build(source)
    json.dump(drift(cells_of(Path(book)), runs), sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except DriftError as error:
        sys.exit(str(error))
