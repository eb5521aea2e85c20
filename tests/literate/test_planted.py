"""Forty faults, each planted in a page that was right: a build finds all of them, and no other."""

from __future__ import annotations

from pathlib import Path

from tests.builds import Build, build, cell, write_page
from tests.literate.test_builds import HTML

CONF = """
extensions = ["myst_nb", "literate"]
nb_execution_mode = "cache"
nb_execution_in_temp = False
html_theme = "basic"
language = "ja"
"""
TRACEBACK = "Traceback (most recent call last):\n    ...\n"
PAIR = cell("print('fine')", "fine")
READS = cell("print(open('data.csv').read())", "10")
LISTS = cell("import os\nprint(sorted(os.listdir('data')))", "['a.csv']")
IMPORTS = cell("import subject\nprint(subject.VALUE)", "first")
SHOWS = "import IPython.display as d\nd.display(d.{}({!r}))"
STDERR = "import sys\n_ = sys.stderr.write('careful')\nprint('a')"
ERRORS = "```{{testoutput}}\n:stream: stderr\n{}\n```\n"
PARTS = "import time\nfor n in (1, 2):\n    print('total', n, flush=True)\n    time.sleep(0.1)"
PLOT = "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])\n_ = plt.title({!r})\nplt.show()"
FIGURE = "<Figure size 640x480 with 1 Axes>\n  題: mean"
SAYS = cell("print(1.25)", "1.25")


def raises(code: str, text: str) -> str:
    return cell(code, TRACEBACK + text, tags="raises-exception")


def printing(code: str, right: str, wrong: str) -> tuple[list[str], list[str]]:
    return [cell(f"print({code})", right)], [cell(f"print({code})", wrong)]


def result(code: str, right: str, wrong: str) -> tuple[list[str], list[str]]:
    return [cell(code, right)], [cell(code, wrong)]


# The page that is right, the one with the fault, and the check that finds it. Where both are the
# same, it is the data or the code of the book that changes.
FAULTS = {
    "digit": (*printing("1.25", "1.25", "1.26"), "difference"),
    "digit_of_many": (*printing("0.1 + 0.2", f"{0.1 + 0.2}", "0.30001000000000004"), "difference"),
    "integer": (*printing("1000001", "1000001", "1000000"), "difference"),
    "sign": (*printing("-0.5", "-0.5", "0.5"), "difference"),
    "sign_of_zero": (*printing("-0.0", "-0.0", "0.0"), "difference"),
    "exponent": (*printing("1e-5", "1e-05", "1e-06"), "difference"),
    "complex": (*printing("0.25-0.5j", "(0.25-0.5j)", "(0.25+0.5j)"), "difference"),
    "nan": (*printing("float('nan')", "nan", "inf"), "difference"),
    "truth": (*printing("True", "True", "1"), "difference"),
    "float": (*printing("2.0", "2.0", "2"), "difference"),
    "version": (*printing("'3.10'", "3.10", "3.1"), "difference"),
    "date": (*printing("'2024-01-02'", "2024-01-02", "2024-01-03"), "difference"),
    "word": (*printing("'the mean'", "the mean", "the median"), "difference"),
    "blank": (*printing("'a  b'", "a  b", "a b"), "difference"),
    "indent": (*printing("'x\\n  a'", "x\n  a", "x\na"), "difference"),
    "blank_line": (*printing("'a\\n\\nb'", "a\n\nb", "a\nb"), "difference"),
    "missing_line": (*printing("'a\\nb'", "a\nb", "a\nb\nc"), "difference"),
    "extra_line": (*printing("'a\\nb'", "a\nb", "a"), "difference"),
    "order_of_lines": (*printing("'a\\nb'", "a\nb", "b\na"), "difference"),
    "shape": (*result("(2, 3)", "(2, 3)", "(3, 2)"), "difference"),
    "order": (*result("[1, 2]", "[1, 2]", "[2, 1]"), "difference"),
    "element": (*result("{'a', 'b'}", "{'a', 'b'}", "{'a', 'c'}"), "difference"),
    "value": (*result("{'a': 1}", "{'a': 1}", "{'a': 2}"), "difference"),
    "overwritten": (*printing("'10%\\r100%'", "100%", "10%"), "difference"),
    "parts": (*result(PARTS, "total 1\ntotal 2", "total 1\ntotal 2\ntotal 2"), "difference"),
    "html": (
        *result(SHOWS.format("HTML", "<b>2 + 2</b>"), f"{HTML}\n  2 + 2", f"{HTML}\n  2 + 3"),
        "difference",
    ),
    "figure": (
        [cell(PLOT.format("mean"), FIGURE)],
        [cell(PLOT.format("median"), FIGURE)],
        "difference",
    ),
    "prose": ([SAYS, "It is 1.25."], [SAYS, "It is 1.26."], "prose"),
    "no_output": ([cell("print(7)", "7")], [cell("x = 7", "7")], "difference"),
    "no_block": ([PAIR, cell("x = 7")], [PAIR, cell("print(7)")], "missing"),
    "message": (
        [raises("[][0]", "IndexError: list index out of range")],
        [raises("[][0]", "IndexError: no such index")],
        "difference",
    ),
    "kind_of_exception": (
        [raises("{}['a']", "KeyError: 'a'")],
        [raises("{}['a']", "IndexError: 'a'")],
        "difference",
    ),
    "no_exception": (
        [PAIR, raises("1 / 0", "ZeroDivisionError: division by zero")],
        [PAIR, raises("x = 1 / 1", "ZeroDivisionError: division by zero")],
        "unraised",
    ),
    "exception": ([PAIR, cell("x = 1")], [PAIR, cell("x = 1 / 0")], "exception"),
    "stderr": ([cell("print('a')", "a")], [cell(STDERR, "a")], "stderr"),
    "text_of_stderr": (
        [cell(STDERR, "a") + ERRORS.format("careful")],
        [cell(STDERR, "a") + ERRORS.format("calm")],
        "difference",
    ),
    "skipped": (
        [PAIR],
        [PAIR.replace("ipython3\n", "ipython3\n:tags: [skip-execution]\n")],
        "uncompared",
    ),
    "stale_data": ([READS], [READS], "difference"),
    "stale_folder": ([LISTS], [LISTS], "difference"),
    "stale_code": ([IMPORTS], [IMPORTS], "difference"),
}
OTHER_CELLS_ARE_RIGHT = {"no_block", "no_exception", "exception", "prose"}
TICK = "literate-verified"


def write_data(folder: Path, which: int) -> None:
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "subject.py").write_text(f"VALUE = {['first', 'second'][which]!r}\n")
    (folder / "book" / "data").mkdir(parents=True, exist_ok=True)
    (folder / "book" / "data.csv").write_text(["10", "999"][which])
    (folder / "book" / "data" / ["a.csv", "b.csv"][which]).touch()


def write_book(folder: Path, which: int) -> Build:
    write_data(folder, which)
    for name, pages in FAULTS.items():
        write_page(folder / "book" / f"{name}.md", *pages[which])
    return build(folder / "_build", source=folder / "book", conf=folder)


def test_forty_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    assert len(FAULTS) == 40
    (tmp_path / "conf.py").write_text(CONF)
    write_page(tmp_path / "book" / "index.md", "text")
    right = write_book(tmp_path, 0)
    assert right.returncode == 0, right.log
    ticked = {name for name in FAULTS if TICK in (right.html / f"{name}.html").read_text("utf-8")}
    assert ticked == FAULTS.keys()
    wrong = write_book(tmp_path, 1)
    assert sorted(wrong.told) == sorted((name, kind) for name, (*_, kind) in FAULTS.items())
    ticked = {name for name in FAULTS if TICK in (wrong.html / f"{name}.html").read_text("utf-8")}
    assert ticked == OTHER_CELLS_ARE_RIGHT
