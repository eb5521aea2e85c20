"""Make the table of a book's outputs in several versions of a package.

``python -m literate.versions.table BOOK TABLE PACKAGE VERSION...`` runs the book with each version;
with none, with those of the table as it is. Outputs of versions that can no longer be run stand
beside the table, in files named ``PACKAGE-VERSION.json``. The last version is the one to compare
with.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from literate.versions.drift import DriftError, drift
from literate.versions.replace import write
from literate.versions.runs import Run, read_book, read_record, stated, unexpected
from literate.versions.trial import PROJECT, TrialError, environment, execute, install
from literate.words import _, speak_like

WORK = Path("_build/versions")
LOCK = Path("requirements.lock")


def records(table: Path, package: str) -> dict[str, Run]:
    """Return the outputs that were written down, by version."""
    files = sorted(table.parent.glob(f"{package}-*.json"))
    return {file.stem.removeprefix(f"{package}-"): read_record(file) for file in files}


def run(book: Path, package: str, version: str) -> Run:
    """Return the outputs of the book with a version of the package, and the lock's of all else."""
    folder = WORK / version
    python = environment(folder / "venv")
    lines = LOCK.read_text("utf-8").splitlines(keepends=True)
    constraints = folder / "constraints"
    constraints.write_text("".join(line for line in lines if not line.startswith(f"{package}==")))
    install(python, constraints, f"{package}=={version}", *PROJECT)
    return execute(python, book, folder / "run")


def main(book: Path, table: Path, package: str, *versions: str) -> int:
    """Replace the table, unless a page failed with any of the versions."""
    speak_like(Path())
    runs = records(table, package)
    if not versions:
        published = json.loads(table.read_text("utf-8"))["versions"]
        versions = tuple(version for version in published if version not in runs)
    failed = False
    pages = read_book(book)
    blocks = stated(pages)
    for version in versions:
        words = _("Running with {package} {version}…")
        print(words.format(package=package, version=version), flush=True)
        try:
            runs[version] = run(book, package, version)
        except TrialError as error:
            print(f"{package} {version}: {error}", file=sys.stderr)
            failed = True
            continue
        for place in unexpected(pages, runs[version]):
            message = _("The output is not the testoutput.")
            print(f"  {book / place.page}.md:{blocks[place].line}: {message}")
    if failed:
        print(_("{file} was not rewritten.").format(file=table), file=sys.stderr)
        return 1
    data = drift(pages, runs)
    write(table, json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    words = _("{file} was rewritten (outputs that differ: {count}).")
    print(words.format(file=table, count=len(data["rows"])))
    return 0


if __name__ == "__main__":
    book, table, package, *versions = sys.argv[1:]
    try:
        sys.exit(main(Path(book), Path(table), package, *versions))
    except DriftError as error:
        sys.exit(str(error))
