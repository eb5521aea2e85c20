"""After any edit the site is, byte for byte, what a build from nothing makes of the same tree."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.builds import Build, build, cell, differing, write_page
from tests.fresh.edits import (
    Edit,
    Tree,
    append,
    both,
    change,
    delete,
    same_time,
    with_old_time,
    write,
)

CONF = """
import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).parent / "ext"))
language = "ja"
extensions = ["literate", "myst_nb", "words"]
language = "ja"
nb_execution_mode = "cache"
nb_execution_in_temp = True
html_theme = "basic"
html_static_path = ["static"]
html_css_files = ["own.css"]
templates_path = ["templates"]
"""
WORDS = """
from docutils import nodes

def setup(app):
    app.add_role("word", lambda *a, **k: ([nodes.Text("first word")], []))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
"""
LAYOUT = '{% extends "!layout.html" %}{% block footer %}{% include "foot.html" %}{% endblock %}'
CONTENTS = "```{toctree}\nreads\nimports\nplain\n```"
KINDS: dict[str, tuple[Edit, set[str]]] = {
    # the edit, and the pages that have to run again
    "prose": (append("book/plain.md", "\n新しい文です。\n"), set()),
    "a title": (change("book/plain.md", "^# .*$", "# 新しい題"), set()),
    "the order": (change("book/index.md", "reads\nimports", "imports\nreads"), set()),
    "a page is gone": (
        both(
            delete("book/plain.md"),
            change("book/index.md", "\nplain$", ""),
            change("book/index.md", r"\[\]\(plain.md\)", ""),
        ),
        set(),
    ),
    "a page is new": (
        both(
            write("book/new.md", "# 新しい\n"), change("book/index.md", "\nplain$", "\nplain\nnew")
        ),
        set(),
    ),
    "data": (write("book/data.txt", "2\n"), {"reads"}),
    "data with its time": (
        with_old_time(write("book/data.txt", "3\n"), "book/data.txt"),
        {"reads"},
    ),
    "a module": (
        same_time(change("src/subject.py", "1", "2"), "src/subject.py"),
        {"imports"},
    ),
    "a shown file": (append("src/shown.py", "# 見せる\n"), set()),
    "an extension": (change("ext/words.py", "first", "second"), set()),
    "a style": (append("static/own.css", "p{margin:0}\n"), set()),
    "an included template": (
        with_old_time(write("templates/foot.html", "新しい足"), "templates/foot.html"),
        set(),
    ),
    "a page with its time": (
        same_time(change("book/plain.md", "本文", "文章"), "book/plain.md"),
        set(),
    ),
    "a cell": (
        change("book/reads.md", r"print\(", "print('', end='')\nprint("),
        {"reads"},
    ),
    "a setting": (append("conf.py", 'html_title = "題"\n'), set()),
}


class Small:
    """A small book with one page for each way in which a page depends on something."""

    def __init__(self, root: Path) -> None:
        self.tree = Tree(root / "本")
        folder = self.tree.root
        for name, text in {
            "conf.py": CONF,
            "ext/words.py": WORDS,
            "src/subject.py": "VALUE = 1\n",
            "src/shown.py": "SHOWN = 1\n",
            "static/own.css": "p{}\n",
            "templates/layout.html": LAYOUT,
            "templates/foot.html": "足",
            "book/data.txt": "1\n",
        }.items():
            self.tree.write(name, text)
        reads = f"print(open({str(folder / 'book' / 'data.txt')!r}).read())"
        write_page(folder / "book" / "reads.md", cell(reads, "..."))
        write_page(
            folder / "book" / "imports.md", cell("import subject\nprint(subject.VALUE)", "...")
        )
        shown = "```{literalinclude} ../src/shown.py\n```"
        self.tree.write("book/plain.md", f"# 題\n\n本文 {{word}}`x`\n\n{shown}\n")
        self.tree.write("book/index.md", f"# 本\n\n[](plain.md)\n\n{CONTENTS}\n")
        for page in ("reads", "imports"):
            self.tree.change(f"book/{page}.md", "^orphan: true\n", "")
        self.out = root / "out"

    def build(self, name: str = "site") -> Build:
        folder = self.tree.root
        result = build(self.out / name, source=folder / "book", conf=folder)
        assert result.returncode == 0, result.log
        return result


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path)


def ran(result: Build) -> set[str]:
    """The pages that a build says it has run."""
    pages = ("reads", "imports")
    return {page for page in pages if re.search(rf"{page}  1 セル .* 実行$", result.log, re.M)}


def test_an_edit_leaves_nothing_stale_and_runs_only_what_it_reaches(
    small: Small, tmp_path: Path
) -> None:
    """Each kind follows the undoing of the one before it, which is an edit as well."""
    root, before = small.tree.root, tmp_path / "before"
    shutil.copytree(root, before)
    small.build()
    undone: set[str] = set()
    for kind, (edit, run) in KINDS.items():
        shutil.rmtree(root)
        shutil.copytree(before, root)
        edit(small.tree)
        after, clean = small.build(), small.build(f"clean/{kind}")
        assert (kind, differing(after.html, clean.html)) == (kind, [])
        assert (kind, ran(after)) == (kind, run | undone)
        undone = run


def test_nothing_is_run_again_where_only_times_have_changed(small: Small) -> None:
    small.build()
    for file in small.tree.root.rglob("*.*"):
        os.utime(file)
    assert small.build().executed == 0


def test_what_somebody_did_to_the_site_is_undone_but_files_from_before_it_stay(
    small: Small,
) -> None:
    site = small.out / "site" / "html"
    site.mkdir(parents=True)
    (site / "CNAME").write_text("example.org")
    small.build()
    (site / "stray.html").write_text("x")
    (site / "index.html").write_text("x")
    small.build()
    assert differing(site, small.build("clean").html) == ["CNAME"]


def test_a_build_that_was_ended_while_it_wrote_is_made_good(small: Small) -> None:
    site = small.build().html
    for note in (small.out / "site" / "doctrees").glob("written-*.json"):
        note.write_text("{")
    (site / "plain.html").write_text("half")
    assert differing(small.build().html, small.build("clean").html) == []
