"""The plugin: pytest collects pages, runs them, and reports each cell by itself."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import literate.report.in_pytest  # noqa: F401  # a run in this process forgets what it imports
from tests.builds import cell, write_page
from tests.literate.test_notebooks import CONF as NOTEBOOKS
from tests.literate.test_notebooks import Book, result, stored, stream


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    tmp_path = pytester.path
    pytester.makeini("[pytest]")
    write_page(
        tmp_path / "book" / "index.md",
        cell("x = 20 + 1\nprint(x)", "21"),
        cell("print(2 * x)", "41"),
        cell("print(x)", "21"),
    )
    other = tmp_path / "book" / "other.md"
    write_page(other, cell("print('fine')", "fine"))
    other.write_text(other.read_text("utf-8").replace("# 試し", "# 別のページ"), "utf-8")
    (tmp_path / "book" / "plain.md").write_text("# ただの文章\n", "utf-8")
    return tmp_path


def run(pytester: pytest.Pytester, *options: str) -> tuple[int, str]:
    result = pytester.runpytest_inprocess("book", *options)
    return result.ret, result.stdout.str()


def test_each_cell_is_a_test_with_its_page_title_number_and_line(
    folder: Path, pytester: pytest.Pytester
) -> None:
    code, out = run(pytester, "--collect-only", "-q")
    assert code == 0
    assert out.splitlines()[:6] == [
        "book/index.md::試し[1] line 9",
        "book/index.md::試し[2] line 17",
        "book/index.md::試し[3] line 24",
        "book/index.md::試し[page] line 1",
        "book/other.md::別のページ[1] line 10",
        "book/other.md::別のページ[page] line 1",
    ]


def test_a_difference_fails_its_cell_alone_and_is_shown(
    folder: Path, pytester: pytest.Pytester
) -> None:
    code, out = run(pytester, "-p", "no:cacheprovider", "--junit-xml=junit.xml")
    assert code == 1
    assert "1 failed, 5 passed" in out
    assert f"{folder}/book/index.md:20: The output of the cell is not its testoutput." in out
    assert "-41\n+42" in out
    assert "in_pytest.py" not in out
    cases = ElementTree.parse(folder / "junit.xml").findall(".//testcase")
    assert [case.find("failure") is not None for case in cases] == [False, True] + [False] * 4
    assert all(float(case.get("time")) >= 0 for case in cases)


def test_a_chosen_cell_runs_after_those_above_it(folder: Path, pytester: pytest.Pytester) -> None:
    code, out = run(pytester, "-k", "試し and 3", "-q", "-p", "no:cacheprovider")
    assert code == 0
    assert "1 passed, 5 deselected" in out
    code, out = run(pytester, "-k", "別のページ", "-q")
    assert "2 passed, 4 deselected" in out


def test_cells_run_in_a_folder_of_their_own(folder: Path, pytester: pytest.Pytester) -> None:
    page = folder / "book" / "index.md"
    write_page(page, cell("import os\nopen('left', 'w').close()\nprint(os.listdir())", "['left']"))
    code, out = run(pytester, "-k", "試し", "-p", "no:cacheprovider")
    assert code == 0, out
    assert not list(folder.rglob("left"))


def test_two_problems_of_a_page_stand_on_two_lines(folder: Path, pytester: pytest.Pytester) -> None:
    lost = "```{testoutput}\n1\n```\n"
    write_page(folder / "book" / "index.md", lost, lost)
    code, out = run(pytester, "-k", "試し", "-p", "no:cacheprovider")
    assert "index.md:9: There is no cell directly before this testoutput.\n" in out
    assert "index.md:13: There is no cell directly before this testoutput.\n" in out


def test_only_what_failed_runs_again(folder: Path, pytester: pytest.Pytester) -> None:
    run(pytester)
    code, out = run(pytester, "--lf", "-q")
    assert code == 1
    assert "1 failed" in out
    assert "passed" not in out


def test_cells_can_be_spread_over_processes(folder: Path, pytester: pytest.Pytester) -> None:
    code, out = run(pytester, "-n", "2", "-q")
    assert code == 1
    assert "1 failed, 5 passed" in out


@pytest.mark.parametrize(
    ("blocks", "messages"),
    [
        ([cell("1 / 0")], ["index.md:10: The cell has raised an exception.", "ZeroDivisionError"]),
        ([cell("x = 1")], ["index.md:9: On this page there is no output"]),
        ([cell("print(1)", ":size: 2\n1")], [r"index.md:12: testoutput has no option :size:"]),
        (["```{testoutput}\n1\n```"], ["index.md:9: There is no cell directly before"]),
        ([cell("import os\nos._exit(1)")], ["index.md:10: The kernel that ran the page has ended"]),
        (
            [cell("import time\ntime.sleep(60)")],
            ["index.md:12: The cell did not end in time"],
        ),
    ],
)
def test_what_is_wrong_with_a_page_is_told_with_its_line(
    pytester: pytest.Pytester, blocks: list[str], messages: list[str]
) -> None:
    pytester.makeini("[pytest]")
    page = pytester.path / "book" / "index.md"
    write_page(page, *blocks)
    if "sleep" in blocks[0]:
        text = page.read_text("utf-8")
        limit = "mystnb:\n  execution_timeout: 1\n---\n\n#"
        page.write_text(text.replace("---\n\n#", limit), "utf-8")
    code, out = run(pytester, "-p", "no:cacheprovider")
    assert code != 0
    for message in messages:
        assert re.search(message, out), out


CONF = """
language = "ja"
extensions = ["myst_nb", "literate"]
exclude_patterns = ["drafts", "old.md"]
nb_execution_excludepatterns = ["slow*"]
nb_execution_timeout = 5
nb_kernel_rgx_aliases = {"conda.*": "python3"}
myst_enable_extensions = ["colon_fence"]
"""


def test_a_book_runs_by_its_own_settings(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]")
    pytester.path.joinpath("conf.py").write_text(CONF)
    book = pytester.path / "book"
    write_page(book / "index.md", cell("print(open('data.csv').read())", "10"))
    book.joinpath("data.csv").write_text("10\n")
    write_page(book / "alias.md", cell("print(1)", "1"))
    alias = book / "alias.md"
    alias.write_text(alias.read_text("utf-8").replace("name: python3", "name: conda-7"), "utf-8")
    write_page(book / "endless.md", cell("import time\ntime.sleep(60)"))
    for name in ("drafts/new.md", "old.md", "slow_one.md"):
        write_page(book / name, cell("print(1)", "2"))
    write_page(book / "note.md", f":::{{note}}\n{cell('print(1)', '2')}:::\n")
    code, out = run(pytester, "-p", "no:cacheprovider")
    assert "index.md" in out
    assert re.search(r"endless.md:11: セルが時間内に終わりませんでした", out), out
    assert re.search(r"note.md:11: このセルは実行されません", out), out
    assert not re.search(r"drafts|old.md|slow_one", out)
    assert "3 failed, 4 passed" in out, out


def test_a_page_that_cannot_be_read_fails_alone(folder: Path, pytester: pytest.Pytester) -> None:
    latin = folder / "book" / "latin.md"
    latin.write_bytes("---\nfile_format: mystnb\n---\n\ncafé\n".encode("latin-1"))
    code, out = run(pytester, "-p", "no:cacheprovider")
    assert code == 1
    assert "latin.md:5: The page is not written in UTF-8." in out
    assert "2 failed, 5 passed" in out


def test_a_conf_py_that_cannot_be_read_is_named(folder: Path, pytester: pytest.Pytester) -> None:
    (folder / "conf.py").write_text("1 / 0\n")
    code, out = run(pytester, "-p", "no:cacheprovider")
    assert code == 1
    assert f"{folder}/conf.py cannot be read" in out
    assert "ZeroDivisionError" in out


def test_the_parts_of_a_book_are_all_of_it_and_each_page_is_in_one(
    folder: Path, pytester: pytest.Pytester
) -> None:
    def collected(*options: str) -> list[str]:
        _, out = run(pytester, "--collect-only", "-q", *options)
        return [line for line in out.splitlines() if "::" in line]

    write_page(folder / "book" / "third.md", cell("print(3)", "3"))
    whole = collected()
    parts = [collected(f"--shard={part}/2") for part in (1, 2)]
    assert sorted(parts[0] + parts[1]) == sorted(whole)
    pages = [{name.partition("::")[0] for name in part} for part in parts]
    assert pages == [{"book/index.md", "book/third.md"}, {"book/other.md"}]
    assert collected("--shard=4/4") == []


@pytest.mark.parametrize("value", ["0/2", "3/2", "1", "a/b", "1/0"])
def test_a_part_that_does_not_exist_is_refused(pytester: pytest.Pytester, value: str) -> None:
    run = pytester.runpytest_inprocess(f"--shard={value}")
    assert run.ret == pytest.ExitCode.USAGE_ERROR
    assert re.search(rf"--shard I/N: 1/4 .*{value}\n", run.stderr.str())


def test_the_cells_of_a_notebook_are_tests_where_a_book_uses_literate(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeini("[pytest]")
    book = Book(pytester.path)
    book.write(
        stored("x = 1\nprint(x)", stream("1\n")),
        stored("x + 1", result("3", 2), count=2),
        stored("print(0)", stream("stale\n"), tags="skip-execution"),
    )
    left = pytester.path / "book" / "_build" / "jupyter_execute" / "index.ipynb"
    left.parent.mkdir(parents=True)
    left.write_bytes(book.file.read_bytes())
    (pytester.path / "conf.py").write_text(NOTEBOOKS + "literate_checks = 'blocks'\n")
    code, out = run(pytester, "-p", "no:cacheprovider", "-v")
    assert code == 1
    assert "index.ipynb::Title[1] cell 2 PASSED" in out
    assert "1 failed, 3 passed" in out
    assert f"{book.file}: Cell 3: The output of the cell is not the one that is stored" in out
    assert "-3\n+2" in out
    (pytester.path / "conf.py").write_text("extensions = ['myst_nb']\n")
    assert "no tests ran" in run(pytester)[1]
