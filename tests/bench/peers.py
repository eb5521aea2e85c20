"""Plant the forty faults of ``test_planted`` before other tools, too: what each finds, how fast.

Every tool has each page as its users would write it: with literate's blocks, as a notebook with
stored outputs, as a doctest. A fault is found if the page that was right passes and the one with
the fault does not. The figures go to ``book/appendix/peers.json``, the table to
``book/appendix/peers-figures.txt``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
from nbclient import NotebookClient

from literate.verify.page import Cell
from literate.verify.printed import joined
from tests.bench.faults import WORDS
from tests.bench.forms import SKIP, cells_of, directive, doctest, notebook, rewrite
from tests.builds import ROOT, environment_of
from tests.literate.test_planted import CONF, FAULTS, write_book, write_data

APPENDIX = ROOT / "book" / "appendix"
TICK, MISS, ALARM = "○", "−", "誤報"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-rfE", "-c", os.devnull, "--rootdir=."]
PYTEST += ["-p", "no:literate", "-p", "no:cacheprovider", "--color=no"]


@dataclass
class Result:
    """What a tool said of the pages."""

    seconds: float
    """For the pages that are right, from nothing."""
    found: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    """Pages that are right, and not to this tool."""


def run(command: list[str], folder: Path) -> str:
    """Run a tool where the pages are, and return what it says."""
    here = {"cwd": folder / "book", "env": environment_of(folder)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, **here)
    return done.stdout + done.stderr


def literate(folder: Path, which: int) -> set[str]:
    """Build the pages as a book."""
    (folder / "conf.py").write_text(CONF)
    build = write_book(folder, which)
    return set(re.findall(r"/(\w+)\.md:\d+: WARNING: .*?\[literate\.", build.log, re.S))


def write_notebooks(folder: Path, which: int, skip: str = SKIP) -> Iterator[Path]:
    """Write the pages as notebooks."""
    write_data(folder, which)
    for name in FAULTS:
        file = folder / "book" / f"{name}.ipynb"
        nbformat.write(notebook(name, which, skip), file)
        yield file


def store(file: Path) -> None:
    """Run a notebook and store its outputs, as an author does."""
    book = nbformat.read(file, as_version=4)
    with mock.patch.dict(os.environ, environment_of(file.parents[1])):
        NotebookClient(book, resources={"metadata": {"path": str(file.parent)}}).execute()
    nbformat.write(book, file)


def plant(file: Path, stored: nbformat.NotebookNode) -> None:
    """Give the notebook of a fault the outputs that were stored, or those of the fault."""
    book = nbformat.read(file, as_version=4)
    cells = zip(cells_of(file.stem, 0), cells_of(file.stem, 1), strict=True)
    for cell, old, (right, wrong) in zip(book.cells, stored.cells, cells, strict=True):
        cell.outputs, cell.execution_count = joined(old.outputs), old.execution_count
        for before, after in zip(right.blocks, wrong.blocks, strict=False):
            for output in cell.outputs:
                rewrite(output, before.text, after.text)
    nbformat.write(book, file)


def told(log: str) -> set[str]:
    """Return the pages of which pytest tells."""
    return set(re.findall(r"^(?:FAILED|ERROR) (?:\S*/)?(\w+)\.\w+", log, re.M))


class Nbval:
    """Stores the outputs of the pages that are right."""

    def __init__(self) -> None:
        """Keep them."""
        self.stored: dict[str, nbformat.NotebookNode] = {}

    def prepare(self, folder: Path, which: int) -> None:
        """Write the notebooks with what they have to print."""
        for file in write_notebooks(folder, which, "nbval-skip"):
            if which == 0:
                store(file)
                self.stored[file.stem] = nbformat.read(file, as_version=4)
            else:
                plant(file, self.stored[file.stem])


def cached(folder: Path) -> set[str]:
    """Run the notebooks with jupyter-cache, which keeps those whose code is the same."""
    cache = get_cache(folder / "cache")
    for file in sorted((folder / "book").glob("*.ipynb")):
        cache.add_nb_to_project(str(file))
    with mock.patch.dict(os.environ, environment_of(folder)):
        result = load_executor("local-serial", cache).run_and_cache()
    return {Path(file).stem for file in [*result.errored, *result.excepted]}


def write_texts(folder: Path, which: int, form: Callable[[Cell], str]) -> None:
    """Write the pages as texts."""
    write_data(folder, which)
    for name in FAULTS:
        body = "\n\n".join(form(cell) for cell in cells_of(name, which))
        (folder / "book" / f"{name}.rst").write_text(f":orphan:\n\n{name}\n{'=' * 30}\n\n{body}\n")


def sphinx_doctest(folder: Path) -> set[str]:
    """Run the doctests of a book."""
    (folder / "book" / "conf.py").write_text('extensions = ["sphinx.ext.doctest"]\n')
    (folder / "book" / "index.rst").write_text("index\n=====\n")
    run([sys.executable, "-m", "sphinx", "-Eq", "-b", "doctest", ".", "../out"], folder)
    log = (folder / "out" / "output.txt").read_text("utf-8")
    return set(re.findall(r"^Document: (\w+)\n-+\n\*{3}", log, re.M))


def tools() -> dict[str, tuple[Callable[[Path, int], object], Callable[[Path, int], set[str]]]]:
    """Return each tool: how the pages are written for it, and how it is run."""
    plus = ["--doctest-plus", "--doctest-rst"]
    notebooks = lambda folder, which: list(write_notebooks(folder, which))  # noqa: E731
    return {
        "literate": (lambda *_: None, literate),
        "nbval": (Nbval().prepare, lambda at, _: told(run([*PYTEST, "--nbval"], at))),
        "nbmake": (notebooks, lambda at, _: told(run([*PYTEST, "--nbmake"], at))),
        "pytest-doctestplus": (
            lambda at, which: write_texts(at, which, doctest),
            lambda at, _: told(run([*PYTEST, *plus], at)),
        ),
        "sphinx.ext.doctest": (
            lambda at, which: write_texts(at, which, directive),
            lambda at, _: sphinx_doctest(at),
        ),
        "jupyter-cache": (notebooks, lambda at, _: cached(at)),
    }


def measure() -> dict[str, Result]:
    """Show the pages that are right to every tool, and then those with the faults."""
    results = {}
    for name, (write, check) in tools().items():
        with TemporaryDirectory() as folder:
            write(Path(folder), 0)
            began = time.perf_counter()
            false = check(Path(folder), 0)
            taken = round(time.perf_counter() - began, 1)
            write(Path(folder), 1)
            found = check(Path(folder), 1) - false
        results[name] = Result(taken, sorted(found & FAULTS.keys()), sorted(false & FAULTS.keys()))
        print(name, taken, len(found), "alarms:", sorted(false), flush=True)
    return results


def report(results: dict[str, Result]) -> str:
    """Return the page's part with the figures."""
    head = ["変えたもの", *results]
    rows = [head, ["---"] * len(head)]
    for fault, words in WORDS.items():
        marks = [
            ALARM if fault in each.false else TICK if fault in each.found else MISS
            for each in results.values()
        ]
        rows.append([words, *marks])
    rows.append(["見つけた数", *(str(len(each.found)) for each in results.values())])
    times = (f"{{fact}}`{each.seconds:.1f}`" for each in results.values())
    rows.append(["かかった時間（秒）", *times])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    measured = measure()
    text = json.dumps({name: vars(each) for name, each in measured.items()}, indent=1)
    (APPENDIX / "peers.json").write_text(f"{text}\n", "utf-8")
    (APPENDIX / "peers-figures.txt").write_text(report(measured), "utf-8")
    sys.exit(len(measured["literate"].found) != len(FAULTS))
