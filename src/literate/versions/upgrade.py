"""Move the lock to the newest versions that fit, once the book has run with them.

``python -m literate.versions.upgrade BOOK [PACKAGE...]`` tries the newest of everything, or of the
named packages alone, in an environment of its own, and lists what changed. The lock is replaced
only where the book says what it said; else the candidate stands beside the list.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterable
from difflib import ndiff
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from literate.verify.printed import Printed
from literate.versions.drift import differ
from literate.versions.lock import Package, read_lock, read_report, rewrite
from literate.versions.replace import write
from literate.versions.runs import Book, Place, Run, read_book, stated, unexpected
from literate.versions.trial import TrialError, command, environment, execute, install, pip
from literate.words import _, later, listed, speak_like

WORK = Path("_build/upgrade")
LOCK = Path("requirements.lock")
CANDIDATE = WORK / LOCK.name
WORD = re.compile(r"[^\W\d]\w*")
PYTHON = "Programming Language :: Python :: "
KINDS = (later("outputs"), later("exception messages"), later("names"), later("figures"))


def pythons(project: dict[str, Any]) -> list[str]:
    """Return the Pythons that a project says it runs on, such as ``3.11``, oldest first."""
    found = [each.removeprefix(PYTHON) for each in project["classifiers"] if PYTHON in each]
    return sorted((each for each in found if "." in each), key=Version)


def resolve(
    python: Path, everything: str, kept: Iterable[Package], supported: list[str]
) -> list[Package]:
    """Ask pip for the newest versions that the oldest Python of a project can run, as wheels.

    Raises:
        TrialError: there is none, or one of them does not run on another Python.

    """
    constraints = WORK / "constraints"
    constraints.write_text("".join(f"{package.name}=={package.version}\n" for package in kept))
    oldest = ["--python-version", supported[0], "--only-binary", ":all:", "--target", "nowhere"]
    chosen = ask(python, "-c", str(constraints), *oldest, everything)
    if unfit := [package for package in chosen if not package.fits(supported)]:
        words = _("{name} {version} (Python {python})")
        names = (words.format_map(vars(each)) for each in unfit)
        message = _("Not for each of Python {supported}: {names}")
        raise TrialError(message.format(supported=listed(supported), names=listed(names)))
    return chosen


def locked(chosen: list[Package], settings: dict[str, Any]) -> list[Package]:
    """Leave out what a project does not want in its lock."""
    patterns = settings.get("tool", {}).get("literate", {}).get("unlocked", [])
    return [
        package
        for package in chosen
        if not any(fnmatchcase(package.key, pattern) for pattern in patterns)
    ]


def ask(python: Path, *words: str) -> list[Package]:
    """Return what pip would install; it installs nothing."""
    report = WORK / "report.json"
    words = ("-qq", "--dry-run", "--ignore-installed", "--report", str(report), *words)
    command(pip(python, "install", *words), _("No versions were found that fit together."))
    return read_report(report.read_text("utf-8"))


def held(python: Path, chosen: list[Package], supported: list[str]) -> list[str]:
    """Return, a line each, the packages of which pip knows a newer version, and what keeps them."""
    words = pip(python, "list", "--outdated", "--format", "json")
    listed = json.loads(command(words, _("The newest versions cannot be found out.")))
    names = {package.key for package in chosen}
    lines = []
    for item in listed:
        if canonicalize_name(item["name"]) in names:
            latest = item["latest_version"]
            reason = why(python, item["name"], latest, chosen, supported)
            told = _("{name} {version} (the newest is {latest}): {reason}")
            lines.append(told.format_map(item | {"latest": latest, "reason": reason}))
    return lines


def why(python: Path, name: str, latest: str, chosen: list[Package], supported: list[str]) -> str:
    """Return what keeps a package from a version."""
    for package in chosen:
        if requirement := package.refuses(name, latest):
            words = _("{name} {version} asks for {requirement}")
            return words.format_map(vars(package) | {"requirement": requirement})
    try:
        (package,) = ask(python, "--no-deps", f"{name}=={latest}")
    except TrialError:
        return _("a constraint in the settings of pip")
    if not package.fits(supported):
        return _("it needs Python {versions}").format(versions=package.python)
    return _("there is no wheel for Python {version}").format(version=supported[0])


def moves(old: dict[str, Package], new: dict[str, Package]) -> list[str]:
    """Return, a line each, the packages of a lock that have another version or are new."""
    return [
        f"{package.name} {old[key].version if key in old else _('none')} → {package.version}"
        for key, package in new.items()
        if old.get(key) != package
    ]


def kind(before: Printed, after: Printed) -> str:
    """Return what it is that changed in an output."""
    if {before.raised, after.raised} != {None}:
        return KINDS[1]
    if facts(before) != facts(after):
        return KINDS[3]
    return KINDS[2] if WORD.sub("", before.text) == WORD.sub("", after.text) else KINDS[0]


def facts(output: Printed) -> list[str]:
    """Return what is known of the pictures in an output, and of all that is shown as no text."""
    return [line for rich in output.rich for line in output.lines[rich.start : rich.stop]]


def changes(book: Book, before: Run, after: Run) -> dict[str, list[Place]]:
    """Return the cells whose outputs changed, by what changed in them."""
    found: dict[str, list[Place]] = {each: [] for each in KINDS}
    for place, block in stated(book).items():
        if differ(block, [before[place], after[place]]):
            found[kind(before[place], after[place])].append(place)
    return found


def show(title: str, lines: list[str]) -> None:
    """Print a list with its length."""
    print("\n" + _("{title}: {count}").format(title=title, count=len(lines)))
    for line in lines:
        print(f"  {line}")


def report(book: Path, pages: Book, before: Run, after: Run) -> None:
    """Print what changed in the outputs of a book, with their lines."""
    for name, found in changes(pages, before, after).items():
        title = _("Changed: {what}").format(what=_(name))
        show(title, [f"{book / each.page}.md:{pages[each].code}" for each in found])
        for place in found:
            difference = ndiff(before[place].lines, after[place].lines)
            print("\n".join(line.rstrip() for line in difference if line[0] in "-+"))


def verify(book: Path, python: Path) -> bool:
    """Run the book as it is locked and with the candidate, and tell whether both say the same."""
    before = execute(Path(sys.executable), book, WORK / "before")
    after = execute(python, book, WORK / "after")
    pages = read_book(book)
    report(book, pages, before, after)
    broken = unexpected(pages, after)
    blocks = stated(pages)
    lines = [f"{book / place.page}.md:{blocks[place].line}" for place in broken]
    show(_("Outputs that are not their testoutput any more"), lines)
    return not broken


def upgrade(book: Path, only: Iterable[str]) -> bool:
    """Replace the lock if the book holds with newer packages; tell whether there is no more to do.

    Raises:
        TrialError: the packages cannot be installed, or a page fails with them.

    """
    lock = LOCK.read_text("utf-8")
    old = read_lock(lock)
    settings = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
    project = settings["project"]
    everything = f".[{','.join(project['optional-dependencies'])}]"
    wanted = {canonicalize_name(name) for name in only}
    if unknown := wanted - set(old):
        message = _("{lock} does not have these packages: {names}")
        raise TrialError(message.format(lock=LOCK, names=listed(sorted(unknown))))
    kept = [package for key, package in old.items() if wanted and key not in wanted]
    shutil.rmtree(WORK, ignore_errors=True)
    python = environment(WORK / "venv")
    print(_("Looking for new versions…"), flush=True)
    chosen = resolve(python, everything, kept, pythons(project))
    CANDIDATE.write_text(rewrite(lock, locked(chosen, settings)), "utf-8")
    new = read_lock(CANDIDATE.read_text("utf-8"))
    show(_("Packages that move"), moves(old, new))
    if new == old:
        return True
    print("\n" + _("Installing them and running the book…"), flush=True)
    install(python, CANDIDATE, "-e", everything)
    if not wanted:
        show(_("Packages that cannot be the newest"), held(python, chosen, pythons(project)))
    if not verify(book, python):
        words = _("If the differences are right: cp {candidate} {lock}, then accept them.")
        print("\n" + words.format(candidate=CANDIDATE, lock=LOCK))
        return False
    write(LOCK, CANDIDATE.read_text("utf-8"))
    print("\n" + _("{lock} was rewritten. Test the rest of the project, too.").format(lock=LOCK))
    return True


def main(book: str, *only: str) -> int:
    """Upgrade; whatever fails leaves the lock as it is."""
    speak_like(Path())
    try:
        if upgrade(Path(book), only):
            return 0
    except TrialError as error:
        print(error, file=sys.stderr)
    print(_("{file} was not rewritten.").format(file=LOCK), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
