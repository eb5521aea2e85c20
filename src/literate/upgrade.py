"""Move the lock to the newest versions that fit, once the book has run with them.

``python -m literate.upgrade BOOK [PACKAGE...]`` tries the newest of everything, or of the named
packages alone, in an environment of its own, and lists what changed. The lock is replaced only
where the book says what it said; else the candidate stands beside the list.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterable
from difflib import ndiff
from pathlib import Path

from packaging.utils import canonicalize_name

from literate.compare import HEADER
from literate.drift import differ
from literate.lock import Package, read_lock, read_report, rewrite
from literate.replace import write
from literate.runs import Book, Place, Run, read_book, unexpected
from literate.trial import TrialError, command, environment, execute, install, pip

WORK = Path("_build/upgrade")
LOCK = Path("requirements.lock")
CANDIDATE = WORK / LOCK.name
PICTURE = re.compile(r"^<.*>$", re.MULTILINE)  # what a rich output says of itself in plain text
WORD = re.compile(r"[^\W\d]\w*")
PYTHON = "Programming Language :: Python :: "
KINDS = ("出力", "例外の文", "名前", "図")


def pythons(project: dict) -> list[str]:
    """Return the Pythons that a project says it runs on, such as ``3.11``."""
    found = (
        line.removeprefix(PYTHON)
        for line in project.get("classifiers", [])
        if line.startswith(PYTHON)
    )
    return [version for version in found if "." in version]


def resolve(
    python: Path, everything: str, kept: Iterable[Package], supported: Iterable[str]
) -> tuple[list[Package], list[Package]]:
    """Ask pip for the newest versions; return them, and those that not every Python can run."""
    constraints = WORK / "constraints"
    pinned = {package.key: f"{package.name}=={package.version}" for package in kept}
    refused: list[Package] = []
    while True:
        below = [f"{package.name}<{package.version}" for package in refused]
        constraints.write_text("\n".join([*pinned.values(), *below]))
        words = ["install", "--quiet", "--dry-run", "--ignore-installed"]
        words += ["--report", str(WORK / "report.json"), "-c", str(constraints), "-e", everything]
        command(pip(python, *words), "合う版の組が見つかりませんでした。")
        chosen = read_report((WORK / "report.json").read_text("utf-8"))
        unfit = [
            package
            for package in chosen
            if package.key not in pinned and not package.fits(supported)
        ]
        if not unfit:
            return chosen, refused
        refused += unfit


def held(python: Path, chosen: list[Package], refused: list[Package]) -> list[str]:
    """Return, a line each, the packages of which pip knows a newer version, and what kept them."""
    words = pip(python, "list", "--outdated", "--format", "json")
    listed = json.loads(command(words, "新しい版を調べられませんでした。"))
    names = {package.key for package in chosen}
    lines = []
    for item in listed:
        if canonicalize_name(item["name"]) in names:
            reason = why(item["name"], item["latest_version"], chosen, refused)
            newest = f"最新は {item['latest_version']}"
            lines.append(f"{item['name']} {item['version']}（{newest}）：{reason}")
    return lines


def why(name: str, latest: str, chosen: list[Package], refused: list[Package]) -> str:
    """Return what keeps a package from a version."""
    for package in refused:
        if (package.key, package.version) == (canonicalize_name(name), latest):
            return f"Python {package.python} が要る"
    for package in chosen:
        if requirement := package.refuses(name, latest):
            return f"{package.name} {package.version} が {requirement} を求める"
    return "pip の設定にある制約のため"


def moves(old: dict[str, Package], new: dict[str, Package]) -> list[str]:
    """Return, a line each, the packages of a lock that have another version or are new."""
    return [
        f"{package.name} {old[key].version if key in old else 'なし'} → {package.version}"
        for key, package in new.items()
        if old.get(key) != package
    ]


def kind(before: str, after: str) -> str:
    """Return what it is that changed in an output."""
    if HEADER in before or HEADER in after:
        return "例外の文"
    if PICTURE.findall(before) != PICTURE.findall(after):
        return "図"
    return "名前" if WORD.sub("", before) == WORD.sub("", after) else "出力"


def changes(book: Book, before: Run, after: Run) -> dict[str, list[Place]]:
    """Return the cells whose outputs changed, by what changed in them."""
    found: dict[str, list[Place]] = {each: [] for each in KINDS}
    for place, cell in book.items():
        if cell.expected and differ(book, place, [before[place], after[place]]):
            found[kind(before[place], after[place])].append(place)
    return found


def show(title: str, lines: list[str]) -> None:
    """Print a list with its length."""
    print(f"\n{title}：{len(lines)} 件")
    for line in lines:
        print(f"  {line}")


def report(book: Path, pages: Book, before: Run, after: Run) -> None:
    """Print what changed in the outputs of a book, with their lines."""
    for name, found in changes(pages, before, after).items():
        show(f"変わった{name}", [f"{book / each.page}.md:{pages[each].code}" for each in found])
        for place in found:
            difference = ndiff(before[place].splitlines(), after[place].splitlines())
            print("\n".join(line.rstrip() for line in difference if line[0] in "-+"))


def verify(book: Path, python: Path) -> bool:
    """Run the book as it is locked and with the candidate, and tell whether both say the same."""
    before = execute(Path(sys.executable), book, WORK / "before")
    after = execute(python, book, WORK / "after", "html")
    pages = read_book(book)
    report(book, pages, before, after)
    broken = unexpected(pages, after)
    lines = [f"{book / place.page}.md:{pages[place].expected.line}" for place in broken]
    show("testoutput と合わなくなった出力", lines)
    return not broken


def upgrade(book: Path, only: Iterable[str]) -> bool:
    """Replace the lock if the book holds with newer packages; tell whether there is no more to do.

    Raises:
        TrialError: the packages cannot be installed, or a page fails with them.

    """
    lock = LOCK.read_text("utf-8")
    old = read_lock(lock)
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    everything = f".[{','.join(project['optional-dependencies'])}]"
    wanted = {canonicalize_name(name) for name in only}
    if unknown := wanted - set(old):
        raise TrialError(f"{LOCK} にないパッケージです: {'、'.join(sorted(unknown))}")
    kept = [package for key, package in old.items() if wanted and key not in wanted]
    shutil.rmtree(WORK, ignore_errors=True)
    python = environment(WORK / "venv")
    print("新しい版の組を調べています…", flush=True)
    chosen, refused = resolve(python, everything, kept, pythons(project))
    CANDIDATE.write_text(rewrite(lock, chosen), "utf-8")
    new = read_lock(CANDIDATE.read_text("utf-8"))
    show("動くパッケージ", moves(old, new))
    if new == old:
        return True
    print("\n新しい組を入れて、本を実行しています…", flush=True)
    install(python, CANDIDATE, "-e", everything)
    if not wanted:
        show("最新にできないパッケージ", held(python, chosen, refused))
    if not verify(book, python):
        print(
            f"\n違いが正しければ、cp {CANDIDATE} {LOCK} のあと、make accept で受け入れてください。"
        )
        return False
    write(LOCK, CANDIDATE.read_text("utf-8"))
    print(f"\n{LOCK} を書き換えました。make test で、本のほかのところも確かめてください。")
    return True


def main(book: str, *only: str) -> int:
    """Upgrade; whatever fails leaves the lock as it is."""
    try:
        if upgrade(Path(book), only):
            return 0
    except TrialError as error:
        print(error, file=sys.stderr)
    print(f"{LOCK} は書き換えていません。", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
