"""What the site offers for download runs anywhere, reads well, and tells nothing of us."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import nbformat
import pytest
from myst_nb.core.read import is_myst_markdown_notebook
from nbformat import NotebookNode

from booksite.downloads import package
from booksite.downloads.downloads import readable
from booksite.downloads.notebooks import code_cell
from booksite.downloads.places import lead
from booksite.needs import Needs
from literate.run.figures import FACTS
from tests.builds import ROOT, Build, build, cell, copy_project, read, write_page

PAGES = sorted(
    page.relative_to(ROOT / "book").with_suffix("").as_posix()
    for page in (ROOT / "book").rglob("*.md")
    if is_myst_markdown_notebook(page.read_text("utf-8"))
)
LICENSE = (ROOT / "LICENSE").read_text("utf-8")
# Each notebook begins as in a kernel of its own, without paying for another import of torch.
FRESH = """
if __import__("sys").modules.get("torch"):
    __import__("torch").set_default_dtype(__import__("torch").float32)
%reset -f -s
modules = __import__("sys").modules
[modules.pop(name) for name in [*modules] if name.partition(".")[0] == "neuron"];
del modules
"""
EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
file = sys.argv[1]
notebook = nbformat.read(file, as_version=4)
NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
nbformat.write(notebook, file)
"""

# A link to a label: its title, in which marks of Markdown stand after a backslash, file and label.
TO_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\(([^)\s:#]*)#([a-z-]+)\)")


def offered(site: Build, page: str) -> NotebookNode:
    return nbformat.read(site.html / "_sources" / f"{page}.ipynb", as_version=4)


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [each for each in notebook.cells if each.cell_type == "code"]


def words(notebook: NotebookNode) -> list[str]:
    return [each.source for each in notebook.cells if each.cell_type == "markdown"]


def outputs(cell: NotebookNode) -> list[tuple[str, object]]:
    """What a cell shows; text that came in parts is one, and an error is its last line."""
    shown: list[tuple[str, object]] = []
    for output in cell.outputs:
        if output.output_type == "stream" and shown and shown[-1][0] == output.name:
            shown[-1] = (output.name, shown[-1][1] + output.text)
        elif output.output_type == "stream":
            shown.append((output.name, output.text))
        elif output.output_type == "error":
            shown.append(("error", f"{output.ename}: {output.evalue}"))
        else:
            shown.append(("data", dict(output.data)))
    return shown


def wheel(site: Build) -> Path:
    (file,) = (site.html / "downloads").glob("*.whl")
    return file


def test_each_page_offers_its_notebook_and_its_source(site: Build) -> None:
    for page in PAGES:
        tree = read(site.html / f"{page}.html")
        links = [link["href"] for link in tree.select("a[href*='_sources/']")]
        assert [Path(link).suffix for link in links] == [".ipynb", ".md"], page
        for link in links:
            assert (site.html / f"{page}.html").parent.joinpath(link).exists()


def test_every_notebook_runs_with_the_wheel_alone_and_shows_the_same(
    site: Build, tmp_path: Path
) -> None:
    package = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target"]
    subprocess.run([*pip, str(package), str(wheel(site))], check=True)
    whole = nbformat.v4.new_notebook()
    where = "import neuron\nprint(neuron.__file__)"
    whole.cells.append(nbformat.v4.new_code_cell(where))
    for page in PAGES:
        whole.cells += [nbformat.v4.new_code_cell(FRESH), *code(offered(site, page))]
    for place, each in enumerate(whole.cells):
        each.id, each.outputs = f"cell-{place}", []
    file = tmp_path / "whole.ipynb"
    nbformat.write(whole, file)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "JUPYTER"))}
    subprocess.run(
        [sys.executable, "-P", "-c", EXECUTE, str(file)],
        env=environment | {"PYTHONPATH": str(package)},
        cwd=tmp_path,
        check=True,
    )
    first, *cells = nbformat.read(file, as_version=4).cells
    assert outputs(first) == [("stdout", f"{package}/neuron/__init__.py\n")]
    ran = iter(cells)
    for page in PAGES:
        assert outputs(next(ran)) == []
        for stored in code(offered(site, page)):
            assert outputs(next(ran)) == outputs(stored), (page, stored.source)


def test_a_notebook_is_plain_markdown_that_says_what_to_install(site: Build) -> None:
    for page in PAGES:
        notebook = offered(site, page)
        nbformat.validate(notebook)
        first, second, *_ = texts = words(notebook)
        assert first.startswith("# ") and "\n" not in first
        assert f"%pip install ./{wheel(site).name}" in second
        for source in texts:
            prose = re.sub(r"```.*?```", "", source, flags=re.S)
            words_alone = re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$|`[^`\n]*`", "", TO_LABEL.sub("", prose))
            assert not re.search(r"[\\{}]", words_alone), (page, source)
            assert not re.search(
                r"\{[\w:-]+\}`|^ *(?:`{3,}|:{3,})|^:[\w-]+:|\]\{|\.md\)", prose, re.M
            )
        source = (ROOT / "book" / f"{page}.md").read_text("utf-8")
        for label in re.findall(r"^\(([\w-]+)\)=$(?!\n# )", source, re.M):
            assert f'<a id="{label}"></a>' in "\n".join(texts), (page, label)
        for source in texts + [each.source for each in code(notebook)]:
            assert "glue" not in source and "{testoutput}" not in source
        counts = [each.execution_count for each in code(notebook)]
        assert counts == list(range(1, len(counts) + 1))


def test_links_of_notebooks_to_labels_have_a_title_and_lead_to_their_place(site: Build) -> None:
    texts = {page: "\n".join(words(offered(site, page))) for page in PAGES}
    found = [(page, *link) for page, text in texts.items() for link in TO_LABEL.findall(text)]
    assert {"#error-broadcast", "../appendix/errors_shape.ipynb#error-matmul"} <= {
        f"{file}#{label}" for _, _, file, label in found
    }
    for page, title, file, label in found:
        where = os.path.normpath(os.path.join(page, "..", file)) if file else page
        text = texts[where.removesuffix(".ipynb")]
        assert title and f'<a id="{label}"></a>' in text, (page, title, file, label)


def test_a_link_to_a_label_leads_where_its_page_is_and_bears_its_heading() -> None:
    labels = {
        "here": ("lesson/loss", "here", "損失"),
        "there": ("appendix/more", "there", 'a_b "c" | [d]'),
        "gone": ("index", "gone", "はじめに"),
    }
    links = ["[](#here)", "[](#there)", "[先](#there)", "[](#gone)", "[字](#unknown)"]
    made = {"lesson/loss": json.dumps(links), "appendix/more": json.dumps(links[:1])}
    assert {page: json.loads(text) for page, text in lead(made, labels).items()} == {
        "lesson/loss": [
            "[損失](#here)",
            r'[a\_b "c" \| \[d\]](../appendix/more.ipynb#there)',
            "[先](../appendix/more.ipynb#there)",
            "はじめに",
            "[字](#unknown)",
        ],
        "appendix/more": ["[損失](../lesson/loss.ipynb#here)"],
    }


def test_a_notebook_keeps_no_note_that_only_the_comparison_needs() -> None:
    metadata = {FACTS: ["題: 正弦"], "needs_background": "light"}
    noted = nbformat.v4.new_output("display_data", data={"text/plain": "図"}, metadata=metadata)
    (output,) = code_cell(nbformat.v4.new_code_cell("図", outputs=[noted])).outputs
    assert output.metadata == {"needs_background": "light"}
    assert output.data == {"text/plain": "図"}


def test_what_a_cell_has_printed_in_parts_is_one_text_in_its_notebook() -> None:
    def printed(name: str, text: str) -> NotebookNode:
        return nbformat.v4.new_output("stream", name=name, text=text)

    value = nbformat.v4.new_output("execute_result", data={"text/plain": "6"}, execution_count=3)
    parts = [printed("stdout", "1\n"), printed("stdout", "2\n"), printed("stderr", "3\n")]
    parts += [printed("stdout", "4\n"), value, printed("stdout", "5\n"), printed("stdout", "6\n")]
    made = code_cell(nbformat.v4.new_code_cell("code", outputs=parts))
    shown = [(each.get("name"), each.get("text")) for each in made.outputs]
    assert shown[:3] == [("stdout", "1\n2\n"), ("stderr", "3\n"), ("stdout", "4\n")]
    assert shown[3:] == [(None, None), ("stdout", "5\n6\n")]


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 KB"),
        (1000, "1 KB"),
        (1600, "2 KB"),
        (64_400, "64 KB"),
        (999_999, "1000 KB"),
        (1_000_000, "1.0 MB"),
        (12_345_678, "12.3 MB"),
    ],
)
def test_a_size_is_told_with_as_much_as_one_wants_to_know(size: int, words: str) -> None:
    assert readable(size) == words


def test_values_names_and_links_of_a_page_are_there_in_its_notebook(site: Build) -> None:
    words = "\n".join(each.source for each in offered(site, "lesson/gradients").cells)
    assert "バイアスの勾配は約 −0.2002 で" in words
    assert "generated/torch.nn.MSELoss.html" in words
    assert "[連鎖律](chain.ipynb)" in words
    assert "順伝播 → 損失 → **逆伝播（いまここ）** → **更新（いまここ）**" in words
    words = "\n".join(each.source for each in offered(site, "lesson/chain").cells)
    assert "def backward(x: Sequence[float]" in words
    assert "> **予想：最初の歯車**" in words
    assert "> <details><summary>答えを見る</summary>\n>\n> 答え：2\n" in words
    assert "> - −0.2：それは $w_2$ の値です。" in words
    words = "\n".join(each.source for each in offered(site, "lesson/on_paper").cells)
    assert "> **練習1 ★ 心配性でない人**" in words
    assert "**練習1の解答**" in words
    assert "2025年6月15日" in "".join(
        each.source for each in offered(site, "appendix/colophon").cells
    )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{glue:text}`n:d`個、{glue:text}`n:.1f`、{glue:text}`word`", "3個、3.0、tanh"),
        ("[外](https://example.com/a.md)", "[外](https://example.com/a.md)"),
        ("[先](/book/index.md)", "[先](/book/index.ipynb)"),
        ("[先](/book/index.md#here)", "[先](/book/index.ipynb#here)"),
        ("[ない](/book/none.md#here)", "ない"),
        ("```{math}\n:label: u\n\nu = w \\\\\nx\n```", "$$u = w \\\\ x$$"),
        ("[読む](/book/index.md){.begin}と`x`{.code}", "[読む](/book/index.ipynb)と`x`"),
        ("{.wide}\n| a |\n|---|", "| a |\n|---|"),
        ("(here)=\n## 題\n\n[上](#here)", '<a id="here"></a>\n\n## 題\n\n[上](#here)'),
        ("(top)=\n# 題", "# 題"),
        ("```{literalinclude} /LICENSE\n```", f"```python\n{LICENSE.strip()}\n```"),
    ],
)
def test_a_notebook_shows_what_its_page_shows(source: str, shown: str) -> None:
    from booksite.downloads import notebooks

    context = notebooks.Context(
        file=lambda name: ROOT / name.lstrip("/"),
        today="",
        glued={"n": "3", "word": "'tanh'"},
        address=str,
    )
    assert notebooks.markdown(source, context) == shown


def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(site: Build) -> None:
    with ZipFile(wheel(site)) as archive:
        names = archive.namelist()
        metadata = archive.read("neuron-1.0.0.dist-info/METADATA").decode()
    sources = [*(ROOT / "src" / "neuron").rglob("*.py"), ROOT / "src" / "neuron" / "py.typed"]
    expected = {path.relative_to(ROOT / "src").as_posix() for path in sources}
    expected |= {f"neuron/_data/{path.name}" for path in (ROOT / "book" / "_data").iterdir()}
    assert {name for name in names if ".dist-info/" not in name} == expected
    needs = re.findall("^Requires-Dist: (.*)", metadata, re.M)
    assert "torch" in needs and not {"sphinx", "myst-nb", "literate"} & set(needs)


def test_the_wheel_is_the_same_wherever_and_whenever_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copy_project(tmp_path / "copy")
    for place, file in enumerate(sorted(copy.rglob("*"))):
        os.utime(file, (place, place))
        file.chmod(0o700 if file.is_dir() else 0o600)
    made = {}
    for source in (package.SOURCE, copy / "src" / "neuron"):
        monkeypatch.setattr(package, "SOURCE", source)
        folder = tmp_path / f"made-{len(made)}"
        folder.mkdir()
        (folder / "neuron-0.9-py3-none-any.whl").write_bytes(b"of another version")
        package.build(folder)
        made[source] = package.find(folder)
    assert len({file.name for file in made.values()}) == 1
    assert len({file.read_bytes() for file in made.values()}) == 1


def test_the_tree_needs_what_its_two_distributions_need() -> None:
    projects = {
        name: tomllib.loads((ROOT / name / "pyproject.toml").read_text("utf-8"))["project"]
        for name in (".", "src/literate", "src/neuron")
    }
    tree = projects.pop(".")
    metadata: dict[str, Any] = {}
    Needs(str(ROOT), {}).update(metadata)
    assert sorted(metadata) == sorted(tree["dynamic"])
    assert sorted(metadata["dependencies"]) == sorted(
        need for each in projects.values() for need in each["dependencies"]
    )
    assert metadata["entry-points"] == projects["src/literate"]["entry-points"]
    assert {each["requires-python"] for each in projects.values()} == {tree["requires-python"]}


def test_nothing_that_can_be_downloaded_tells_of_the_machine_or_the_clock(
    site: Build, tmp_path: Path
) -> None:
    shutil.copytree(site.html.parent, tmp_path / "copy")  # others are reading the site
    made = build(tmp_path / "copy", builder="epub").html
    files = {
        str(f): f.read_bytes() for f in [*site.html.rglob("*"), *made.rglob("*")] if f.is_file()
    }
    for name, content in list(files.items()):
        if name.endswith((".zip", ".whl", ".epub")):
            with ZipFile(BytesIO(content)) as archive:
                files |= {f"{name}:{each}": archive.read(each) for each in archive.namelist()}
    own = [
        str(ROOT),
        str(site.html.parent),
        str(Path.home()) + "/",
        f"/{getpass.getuser()}/",
        sys.prefix,
    ]
    address = re.compile(rb"\b0x[0-9a-f]{8,}\b")
    moment = re.compile(rb"\b20\d\d-\d\d-\d\dT\d\d:\d\d")
    for name, content in files.items():
        assert [text for text in own if text.encode() in content] == [], name
        if name.endswith((".ipynb", ".html", ".xhtml", ".py", ".opf")):
            assert address.findall(content) == [], name
            assert set(moment.findall(content)) <= {b"2025-06-15T15:06"}, name


def test_books_are_linked_while_they_are_newer_than_every_page(site: Build, tmp_path: Path) -> None:
    def links() -> list[str]:
        copy = build(tmp_path / "copy")
        assert copy.returncode == 0, copy.log
        home = read(copy.html / "index.html")
        found = home.select("a[href^='downloads/']")
        assert all((copy.html / link["href"]).exists() for link in found)
        return [link.parent.get_text() for link in found]

    shutil.copytree(site.html.parent, tmp_path / "copy")  # others are reading the site
    book = tmp_path / "copy" / "paper" / "neuron.pdf"
    book.parent.mkdir()
    book.write_bytes(b"%PDF" + b"\0" * 1_500_000)
    os.utime(book, (2**32, 2**32))
    without = links()
    assert without[0] == "PDF　1.5 MB、2025年6月15日"
    os.utime(book, (1, 1))
    assert links() == without[1:]


def test_an_address_brings_buttons_and_a_revision_stands_at_the_foot(
    site: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "book" / "index.md"
    write_page(page, cell("print(1)", "1"))
    before = (site.html / "index.html").read_text("utf-8")
    assert "colab" not in before.lower() and "github" not in before
    assert "ソースの日付 2025年6月15日、ソースの版 " in before

    monkeypatch.setenv("BOOK_REPOSITORY_URL", "https://github.com/someone/book")
    monkeypatch.setenv("BOOK_REVISION", "v1-2-gabc1234")
    result = build(tmp_path, source=page.parent)
    assert result.returncode == 0, result.log
    after = (result.html / "index.html").read_text("utf-8")
    assert (
        "https://colab.research.google.com/github/someone/book/blob/notebooks/index.ipynb" in after
    )
    assert 'href="https://github.com/someone/book"' in after
    assert "ソースの版 v1-2-gabc1234" in after
    words = (result.html / "_sources" / "index.ipynb").read_text("utf-8")
    assert "%pip install https://github.com/someone/book/raw/notebooks/neuron-" in words
