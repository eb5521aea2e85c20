"""Whatever is wrong with a page is told at its line, and the other pages are built."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builds import PAGE, Build, build, cell
from tests.literate.test_builds import Book

EXTENSION = """
from docutils.parsers.rst import Directive
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

def fail(docname, stage):
    if docname == stage:
        raise LookupError(f"in {stage}")

class Fails(Directive):
    def run(self):
        raise LookupError("in directive")

class Reading(SphinxTransform):
    default_priority = 200
    def apply(self):
        fail(self.env.docname, "reading")

class Resolving(SphinxPostTransform):
    default_priority = 200
    def run(self):
        fail(self.env.docname, "resolving")

def setup(app):
    app.add_directive("fails", Fails)
    app.add_transform(Reading)
    app.add_post_transform(Resolving)
    app.connect("source-read", lambda app, name, text: fail(name, "source"))
    app.connect("doctree-read", lambda app, tree: fail(app.env.docname, "handler"))
    app.connect("doctree-resolved", lambda app, tree, name: fail(name, "resolved"))
    app.connect("html-page-context", lambda app, name, *_: fail(name, "writing"))
"""
STAGES = ("reading", "resolving", "source", "handler", "resolved", "writing")

HEADER = PAGE.replace("---", "---\norphan: true", 1)  # of 9 lines
GOOD = cell("print('go' + 'od')", "good")

# A page of each kind, the line of its mistake, and what must be said of it.
MISTAKES: dict[str, tuple[str | bytes, int, str]] = {
    "dies": (cell("print(1)", "1") + cell("import os\nos._exit(1)") + GOOD, 16, "カーネルが終了"),
    "dies_in_thread": (
        cell(
            "import os, threading\nt = threading.Thread(target=os._exit, args=[1])\n"
            "t.start()\nt.join()"
        ),
        10,
        "カーネルが終了",
    ),
    "kernel": (PAGE.replace("python3", "python4") + GOOD, 1, "カーネル python4 がありません"),
    "no_kernel": ("---\nfile_format: mystnb\n---\n" + GOOD, 1, "name: python3 と書いて"),
    "kernel_word": (PAGE.replace(":\n  name:", ":") + GOOD, 3, "kernelspec: の下には"),
    "kernel_number": (PAGE.replace("python3", "3") + GOOD, 3, "name: python3 と書いて"),
    "jupytext": ("---\njupytext: myst\n---\n" + GOOD, 2, "jupytext: の下には"),
    "latin": ("# x\n\ncafé\n".encode("latin-1"), 3, "文字コードが UTF-8 ではありません"),
    "utf16": ("# x\n".encode("utf-16"), 1, "文字コードが UTF-8 ではありません"),
    "nul": ("# x\n\na\0b\n", 3, "NUL 文字があります"),
    "empty": ("\n", 1, "ページに中身がありません"),
    "header_only": (HEADER.replace("# 試し", ""), 1, "ページに中身がありません"),
    "yaml": ("---\na: 1\nkernelspec: {name: x\n---\n\n# x\n", 4, "YAML を読めません"),
    "control": ("---\na: \x07\n---\n\n# x\n", 1, "YAML を読めません"),
    "list": ("---\n- a\n---\n\n# x\n", 1, "「名前: 値」を書いて"),
    "open": ("---\norphan: true\n\n# x\n", 1, "閉じる --- がありません"),
    "tags": (GOOD.replace("\n", "\n:tags: 3\n", 1), 10, "セルの指定か出力が"),
    "tag_word": (GOOD.replace("\n", "\n:tags: a\n", 1), 10, "セルの指定か出力が"),
    "tags_open": (GOOD + GOOD.replace("\n", "\n:tags: [a\n", 1), 16, "セルの指定を読めません"),
    "options": (GOOD.replace("\n", "\n---\n- a\n---\n", 1), 10, "セルの指定を読めません"),
    "load": (GOOD.replace("\n", "\n:load: no.py\n", 1), 10, "no.py"),
    "output": (
        cell("from IPython.display import display\ndisplay({'image/png': 'abc'}, raw=True)", "x"),
        11,
        "Incorrect padding",
    ),
    "number": (
        cell("from IPython.display import display\ndisplay({'text/html': 3}, raw=True)", "x"),
        10,
        "セルの指定か出力が",
    ),
    "repr": (
        cell("class Bad:\n    def _repr_html_(self):\n        raise ValueError('bad')\nBad()", "x"),
        13,
        "ValueError: bad",
    ),
    "directive": ("# x\n\n```{fails}\n```\n", 3, "LookupError: in directive"),
    "nested": (
        "# x\n\n::::{note}\n文。\n\n```{fails}\n```\n::::\n",
        6,
        "LookupError: in directive",
    ),
    **{stage: ("# x\n", 1, f"LookupError: in {stage}") for stage in STAGES},
}
HARMLESS = {
    "no_cell": "文。\n",
    "four": "````{code-cell} ipython3\nprint('go' + 'od')\n````\n````{testoutput}\ngood\n````\n",
    "left": cell("import os\nos.rmdir(os.getcwd())\nprint('go' + 'od')", "good"),
}


@pytest.fixture(scope="module", params=["1", "3"], ids="jobs={}".format)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A book with every mistake, built by one process or by several."""
    book = Book(tmp_path_factory.mktemp("guard"))
    with (book.folder / "conf.py").open("a") as conf:
        conf.write(EXTENSION)
    book.index.parent.mkdir()
    book.index.write_text("# x\n\n```{toctree}\n:glob:\n*\n```\n")
    for name, text in HARMLESS.items():
        book.index.with_name(f"{name}.md").write_text(f"{HEADER}{text}", "utf-8")
    for name, (text, _, _) in MISTAKES.items():
        if isinstance(text, str):
            whole = text.startswith(("---", "# ", "\n"))
            text = (text if whole else HEADER + text).encode()
        book.index.with_name(f"{name}.md").write_bytes(text)
    source = book.index.parent
    return build(book.folder / "out", "-q", "-j", request.param, source=source, conf=book.folder)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_its_page_and_line_with_its_cause(built: Build, name: str) -> None:
    _, line, words = MISTAKES[name]
    _, _, after = built.log.partition(f"/{name}.md:{line}: WARNING: ")
    warning, _, _ = after.partition("WARNING: ")
    assert words in warning


@pytest.mark.parametrize("name", HARMLESS)
def test_the_other_pages_are_built(built: Build, name: str) -> None:
    assert f"{name}.md" not in built.log
    html = (built.html / f"{name}.html").read_text("utf-8")
    assert "good\n" in html or "文。" in html


def test_no_mistake_ends_the_build_or_asks_to_be_reported(built: Build) -> None:
    assert built.returncode == 1
    for words in ("report this", "Handler <", "parallel build error", "Extension error"):
        assert words not in built.log


def test_a_page_that_cannot_be_run_still_shows_its_text(built: Build) -> None:
    for name in ("dies", "kernel"):
        assert "试し" not in (built.html / f"{name}.html").read_text("utf-8")
        assert "print" in (built.html / f"{name}.html").read_text("utf-8")


def test_the_contents_of_an_index_that_cannot_be_read_keep_their_places(
    tmp_path: Path,
) -> None:
    book = Book(tmp_path)
    book.index.parent.mkdir()
    book.index.write_bytes("# café\n\n```{toctree}\npage\n```\n".encode("latin-1"))
    book.index.with_name("page.md").write_text("# 題\n", "utf-8")
    result = book.build()
    assert result.returncode == 1
    assert result.log.count("WARNING: ") == 1
    assert 'href="page.html"' in (result.html / "index.html").read_text("utf-8")


def test_a_fault_of_the_surroundings_is_forgotten_when_they_are_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(tmp_path)
    code = "import os, sys\nprint('dark') if 'MOON' in os.environ else sys.stderr.write('no moon')"
    book.index.parent.mkdir()
    book.index.write_text(PAGE + cell(code, "dark"), "utf-8")
    book.index.with_name("good.md").write_text(HEADER + GOOD, "utf-8")
    assert book.build().returncode == 1
    monkeypatch.setenv("MOON", "new")
    mended = book.build()
    assert mended.returncode == 0, mended.log
    assert mended.executed == 1
