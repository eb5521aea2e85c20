"""Change any number or name in the book's prose, and the build tells of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from literate.verify.prose import NUMBER, SIGNIFICANT, digits
from tests.builds import ROOT, Build, build

FENCE = re.compile(r"^(`{3,}|~{3,})(?!\{math\})[^`]*?^\1\s*?$|\A---$.*?^---$", re.M | re.S)
ADDRESS = re.compile(r"\]\([^)]*\)")
ANSWER = re.compile(r"^`[^`\n]+`\n: ", re.M)  # the name of a glued value, too
LIVE = re.compile(r"\{(?:glue:text|fact|sub-ref)\}`[^`]*`")
API = re.compile(r"\{(?:torch|grad-fn)\}`(?:[^`<]*<)?([^`>]+?)(?:\(\))?>?`")
CODE = re.compile(r"(?<![}`\w])`([A-Za-z_][\w.]*)(?:\(\))?`")


def blank(match: re.Match[str]) -> str:
    """The same text without anything to find in it, every place kept."""
    return re.sub(r"[^\n]", " ", match[0])


def mutants(text: str) -> list[tuple[int, str, str]]:
    """Every number and name in the prose of a page: its place, itself, and another in its place."""
    prose = text
    for pattern in (FENCE, LIVE, ADDRESS, ANSWER):
        prose = pattern.sub(blank, prose)
    found = []
    for match in NUMBER.finditer(re.sub(r"\{[a-z-]+\}`[^`]*`", blank, prose)):
        if digits(match[0]) >= SIGNIFICANT:
            found.append((match.start(), match[0], match[0][:-1] + str(9 - int(match[0][-1]))))
    for pattern in (API, CODE):
        found += [(m.start(1), m[1], f"{m[1]}q") for m in pattern.finditer(prose)]
    return sorted(found)


def test_every_changed_number_and_name_is_noticed(site: Build, tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(ROOT / "book", book)
    shutil.copytree(site.html.parent / ".jupyter_cache", tmp_path / ".jupyter_cache")
    changed = []
    for page in sorted(book.rglob("*.md")):
        text = page.read_text("utf-8")
        for place, old, new in reversed(mutants(text)):
            text = text[:place] + new + text[place + len(old) :]
            changed.append((page.relative_to(book), new))
        page.write_text(text, "utf-8")
    assert len([new for _, new in changed if NUMBER.fullmatch(new)]) >= 5
    assert len(changed) >= 80

    result = build(tmp_path, source=book)
    assert result.executed == 0
    warnings = result.log.splitlines()
    for page, new in changed:
        name = re.compile(rf"(?: |torch\.){re.escape(new)}(?!\w)")  # not the end of a longer one
        found = [line for line in warnings if str(page) in line and name.search(line)]
        assert found, f"{page}: {new}"
        index = next(i for i, line in enumerate(warnings) if line is found[0])
        del warnings[index]
