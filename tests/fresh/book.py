"""Eighty kinds of edit of this book: is the site afterwards what a build from nothing makes?

``python -m tests.fresh.book [KIND…]`` makes each edit in a copy of the tree, builds, and compares
byte by byte with a clean build of the same copy; then it takes the edit back, and compares again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.builds import ROOT, differing
from tests.fresh.edits import (
    Edit,
    Tree,
    append,
    both,
    change,
    same_time,
    set_variable,
    with_old_time,
    write,
)

PAGE = "book/lesson/forward.md"
OTHER = "book/lesson/on_paper.md"
PLAIN = "book/appendix/references.md"
INDEX = "book/index.md"
SITE = "src/booksite"
TEXT, EXPLORER, FRAME = f"{SITE}/text", f"{SITE}/explorer", f"{SITE}/frame"
SEARCH, DOWNLOADS = f"{SITE}/search", f"{SITE}/downloads"
CELL = "\n```{{code-cell}} ipython3\nprint({0})\n```\n```{{testoutput}}\n{0}\n```\n"
HIDDEN = "\n```{{code-cell}} ipython3\n:tags: [remove-cell]\n{}\n```\n"
READS = "from pathlib import Path\nprint(Path({!r}).{})"
NEW_PAGE = "---\norphan: true\n---\n\n# 新しいページ\n\n本文です。\n"
LOCALE = "book/_locale/ja/LC_MESSAGES/sphinx.po"
WORDS = "src/literate/locales/ja/LC_MESSAGES/literate.po"
STAMP = "SOURCE_DATE_EPOCH"


def retitle(page: str) -> Edit:
    return change(page, r"^# .*$", "# 新しい題")


def move(page: str, other: str) -> Edit:
    """Rename a page, and its place in the contents."""
    old, new = (name.removeprefix("book/").removesuffix(".md") for name in (page, other))
    renamed = both(lambda tree: tree.rename(page, other), change(INDEX, f"^{old}$", new))

    def edited(tree: Tree) -> None:
        renamed(tree)
        relink(tree, page, other)

    return edited


def relink(tree: Tree, page: str, other: str) -> None:
    """Let every link to a page lead to where it is now."""
    for file in sorted((tree.root / "book").rglob("*.*")):
        if file.suffix not in (".md", ".yml"):
            continue
        text = file.read_text("utf-8")
        old = page.removeprefix("book/").removesuffix(".md")
        new = other.removeprefix("book/").removesuffix(".md")
        moved = text.replace(f"{old}.md", f"{new}.md").replace(f"page: {old}\n", f"page: {new}\n")
        beside = Path(os.path.relpath(tree.root / other, file.parent)).as_posix()
        if file.parent == (tree.root / page).parent:
            moved = moved.replace(f"]({Path(page).name}", f"]({beside}")
        if moved != text:
            file.write_text(moved, "utf-8")


def swap_in_contents(tree: Tree) -> None:
    tree.change(INDEX, r"^(lesson/[a-z_]+)\n(lesson/[a-z_]+)$", r"\2\n\1")


def data_cell(tree: Tree) -> None:
    """A cell that reads a file of the tree, and the file."""
    data = tree.root / "book" / "data.txt"
    data.write_text("1\n", "utf-8")
    code = READS.format(str(data), "read_text().strip()")
    tree.append(PAGE, CELL.format("1").replace("print(1)", code))


KINDS: dict[str, Edit] = {
    # pages
    "prose": append(PAGE, "\n文です。\n"),
    "prose of a page without cells": append(PLAIN, "\nもう1つの文です。\n"),
    "prose of the first page": change(INDEX, r"^## ", "もう1つの文です。\n\n## "),
    "a cell is added": append(PAGE, CELL.format("12345")),
    "a hidden cell is added": append(PAGE, HIDDEN.format("extra = 1")),
    "a comment in a cell": change(
        PAGE, r"^(```\{code-cell\} ipython3\n(?:[^:`].*\n)+)", r"\1# …\n"
    ),
    "a title": retitle(PAGE),
    "a title of a page without cells": retitle(PLAIN),
    "the title of the first page": retitle(INDEX),
    "a heading": change(PAGE, r"^## .*$", "## 新しい見出し"),
    "two pages at once": both(append(PAGE, "\n文です。\n"), append(OTHER, "\n文です。\n")),
    "the order of the contents": swap_in_contents,
    "a caption of the contents": change(INDEX, r"^:caption: .*$", ":caption: 新しい部"),
    "a new page outside the contents": write("book/lesson/new.md", NEW_PAGE),
    "a new page in the contents": both(
        write("book/lesson/new.md", NEW_PAGE.split("---\n\n")[1]),
        change(INDEX, r"^(lesson/on_paper)$", r"\1\nlesson/new"),
    ),
    "a page is renamed": move(PAGE, "book/lesson/forward_pass.md"),
    "a page moves to another folder": move(PLAIN, "book/lesson/references.md"),
    "edited, with an old time": with_old_time(append(PAGE, "\n文です。\n"), PAGE),
    "edited, with the same time": same_time(append(PAGE, "\n文です。\n"), PAGE),
    "same length, same time": same_time(change(PAGE, "です。", "ます。"), PAGE),
    "a retitled page with an old time": with_old_time(retitle(PLAIN), PLAIN),
    "line ends of Windows": lambda tree: tree.write(
        PLAIN, tree.text(PLAIN).replace("\n", "\r\n") + "\r\n文です。\r\n"
    ),
    "only touched": lambda tree: os.utime(tree.root / PAGE),
    "a page is no notebook any more": write(PAGE.replace("forward", "new"), NEW_PAGE),
    "a new exercise": append(PLAIN, "\n:::{admonition} 補足\n:class: note\n中身です。\n:::\n"),
    "a label": append(PLAIN, "\n(new-label)=\n## 付け足し\n\n{ref}`new-label`\n"),
    "front matter": change(PLAIN, r"\A", "---\nnotermlinks: true\n---\n\n"),
    "an image with words": both(
        write("book/lesson/dot.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
        append(PLAIN, "\n![点](../lesson/dot.svg)\n"),
    ),
    "a file to download": both(
        write("book/lesson/data.txt", "1\n"),
        append(PLAIN, "\n{download}`データ <../lesson/data.txt>`\n"),
    ),
    "two pages change places": lambda tree: tree.write(PLAIN, "# 題\n\n入れかえた本文です。\n"),
    # what the pages show or read
    "a cell that reads a file": data_cell,
    "versions.json": change("book/appendix/versions.json", r'"rows": \[', '"rows":  ['),
    "the count of versions": change("book/appendix/versions.json", r"(\d+)(,?)$", r"1\1\2"),
    "the figures of the speed": change("book/appendix/speed.json", r"\d\.\d", "9.9"),
    "a term's words": change("book/appendix/terms.yml", r"(    text: .*?)。", r"\1です。"),
    "a term's reading": change("book/appendix/terms.yml", r"^(    reading: )(.*)$", r"\1\2あ"),
    "a spelling rule": append("book/appendix/terms.yml", "  - expected: 新しい語\n"),
    # the package
    "a comment in mlp.py": append("src/neuron/mlp.py", "# end\n"),
    "a comment in model.py": append("src/neuron/model.py", "# end\n"),
    "a comment in activations.py": append("src/neuron/activations.py", "# end\n"),
    "a comment in by_hand.py": append("src/neuron/by_hand.py", "# end\n"),
    "a comment in picture.py": append("src/neuron/picture.py", "# end\n"),
    "a comment in the package itself": append("src/neuron/__init__.py", "# end\n"),
    "words of a shown function": change("src/neuron/by_hand.py", r'"""', '"""（新しい）'),
    "the look of a picture": change(
        "src/neuron/picture.py", '"axes.grid": True', '"axes.grid": False'
    ),
    "a new module": write("src/neuron/extra.py", '"""新しい。"""\n'),
    "a new folder in src": write("src/extra/__init__.py", ""),
    # the machinery
    "the ledger": append("src/literate/report/ledger.py", "# end\n"),
    "words of the ledger": change(WORDS, '"実行したセル"', '"動かしたセル"'),
    "the style of the tick": append(
        "src/literate/report/static/literate.css", "\n.literate-tick{top:0}\n"
    ),
    "the style of the EPUB": append("src/literate/publish/epub.css", "\n/* end */\n"),
    "the stream of a kernel": append("src/literate/run/stream.py", "# end\n"),
    "the recorder": append("src/literate/run/recorder.py", "# end\n"),
    "a table": append("src/literate/report/table.py", "# end\n"),
    "the kernel": change(
        "src/literate/run/jupyter/kernels/python3/kernel.json", "literate\\)", "L)"
    ),
    "what a page may load": change(f"{FRAME}/website.py", "'self' file: data:", "'self' file:"),
    "words of the downloads": change(f"{DOWNLOADS}/downloads.py", r'".zip": "', '".zip": "新しい'),
    "addresses of torch": change(f"{TEXT}/torch_api.py", "/docs/\\{", "/doc/{"),
    "words of exercises": change(f"{TEXT}/exercises.py", "の解答", "の答え"),
    "words of notebooks": change(f"{DOWNLOADS}/notebooks.py", '"補足"', '"おまけ"'),
    "typography": change(f"{TEXT}/typography_ja.py", r"^LONG = .*$", "LONG = 12"),
    "formulas": append(f"{TEXT}/mathml.py", "# end\n"),
    "search": change(f"{SEARCH}/index.py", '"title": "検索"', '"title": "さがす"'),
    "terms": append(f"{TEXT}/terms.py", "# end\n"),
    "style sheets": append(f"{FRAME}/stylesheet.py", "# end\n"),
    "words of the explorer": change(f"{EXPLORER}/directives.py", "入力 x₁|入力 x", "いりょく x"),
    "cases of the proof": change(f"{EXPLORER}/cases.py", r"^RATE = .*$", "RATE = 0.11"),
    # the frame
    "a script": append(f"{FRAME}/static/frame.js", "\n// end\n"),
    "a script of search": append(f"{SEARCH}/static/search_view.js", "\n// end\n"),
    "a style": append(f"{FRAME}/static/site.css", "\n.bd-article p{color:red}\n"),
    "the model": append(f"{EXPLORER}/static/neuron_model.js", "\n// end\n"),
    "the icon": append(f"{FRAME}/static/favicon.svg", "\n"),
    "a new file of the site": write(f"{FRAME}/static/extra.txt", "1\n"),
    "a script with the same time": same_time(
        append(f"{FRAME}/static/frame.js", "\n// end\n"), f"{FRAME}/static/frame.js"
    ),
    "a template": append(f"{FRAME}/templates/website.html", "<!-- end -->\n"),
    "an included template": change(
        f"{SEARCH}/templates/search-icon.svg", "<svg ", '<svg data-new="1" '
    ),
    "an included template with an old time": with_old_time(
        change(f"{SEARCH}/templates/search-icon.svg", "<svg ", '<svg data-new="1" '),
        f"{SEARCH}/templates/search-icon.svg",
    ),
    "a script in the page": append(f"{FRAME}/templates/early.js", "\n// end\n"),
    "the page for lost readers": append(f"{FRAME}/templates/404.html", "<!-- end -->\n"),
    "the template of the explorer": append(
        f"{EXPLORER}/templates/neuron-explorer.html", "<!-- end -->\n"
    ),
    "a translation": change(LOCALE, r'^msgstr "(.+)"$', r'msgstr "\1！"'),
    # the settings
    "a comment in conf.py": append("conf.py", "\n# end\n"),
    "the title of the site": change("conf.py", r"^html_title = .*$", 'html_title = "題"'),
    "no sources": change("conf.py", "html_copy_source = True", "html_copy_source = False"),
    "depth of the contents": change("conf.py", '"show_toc_level": 2', '"show_toc_level": 1'),
    "the version": change("pyproject.toml", r'^version = ".*"$', 'version = "9.9.9"'),
    "the licence": append("LICENSE", "\nend\n"),
    "the date": set_variable(STAMP, "1760000000"),
    "the revision": set_variable("BOOK_REVISION", "v9"),
    "the address": set_variable("BOOK_BASE_URL", "https://example.org/book"),
    "the repository": set_variable("BOOK_REPOSITORY_URL", "https://github.com/o/r"),
    "a library's variable": set_variable("OMP_NUM_THREADS", "2"),
    # the site itself
    "another file in the site": lambda tree: None,
}


class BuildError(Exception):
    """What Sphinx has told of a build that failed."""


class Site:
    """The published site of a tree, and what a build from nothing would publish."""

    def __init__(self, folder: Path) -> None:
        self.tree = Tree(folder / "tree", {STAMP: "1750000000"})
        self.folder = folder
        self.built: dict[str, Path] = {}
        names = subprocess.check_output(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, text=True
        )
        for name in filter(None, names.split("\0")):
            if (ROOT / name).exists():
                target = self.tree.root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)

    def build(self, out: str) -> Path:
        """Build as `make html` does."""
        root, place = self.tree.root, self.folder / out
        for cached in [*root.rglob("__pycache__"), *root.rglob("*.mo")]:
            shutil.rmtree(cached) if cached.is_dir() else cached.unlink()
        command = [sys.executable, "-m", "sphinx", "-nW", "--keep-going", "-j", "2", "-q"]
        command += ["-c", str(root), "-d", str(place / "doctrees")]
        command += [str(root / "book"), str(place / "html")]
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(root / "src")}
        run = subprocess.run(
            command,
            env=environment | self.tree.variables,
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if run.returncode:
            raise BuildError(run.stdout)
        return place / "html"

    def clean(self) -> Path:
        """Build from nothing; what was built of the same files before is the same."""
        digest = self.digest()
        if digest not in self.built:
            self.built[digest] = self.build(f"clean-{digest}")
        return self.built[digest]

    def digest(self) -> str:
        """Return a name for all that a build sees, but not when it was written."""
        found = hashlib.sha256(repr(sorted(self.tree.variables.items())).encode())
        for file in sorted(self.tree.root.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".mo":
                found.update(f"{file.relative_to(self.tree.root)}\0".encode() + file.read_bytes())
        return found.hexdigest()[:16]


def snapshot(root: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root, folder, symlinks=True)


def restore(root: Path, folder: Path) -> None:
    """Put every file back, with the time it had."""
    shutil.rmtree(root)
    shutil.copytree(folder, root, symlinks=True)


def main(*words: str) -> int:
    """Try the kinds that are named, or all; return how many left something stale."""
    kinds = {kind: edit for kind, edit in KINDS.items() if not words or kind in words}
    stale = 0
    with tempfile.TemporaryDirectory() as name:
        site = Site(Path(name))
        before = Path(name, "before")
        first = site.clean()
        site.build("site")
        snapshot(site.tree.root, before)
        variables = dict(site.tree.variables)
        for kind, edit in kinds.items():
            began = time.monotonic()
            try:
                edit(site.tree)
                left = differing(site.build("site"), site.clean())
            except (BuildError, AssertionError) as error:  # the book has outgrown the edit
                left = [f"not tried: {error}"]
            restore(site.tree.root, before)
            site.tree.variables = dict(variables)
            left += differing(site.build("site"), first)
            stale += bool(left)
            print(f"{'STALE' if left else 'fresh'}  {time.monotonic() - began:5.1f} s  {kind}")
            for each in left:
                print(f"       {each}")
            sys.stdout.flush()
    print(f"{len(kinds)} kinds, {stale} stale")
    return stale


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
