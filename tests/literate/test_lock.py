"""The lock, and what pip says that it would install."""

from __future__ import annotations

import json
import tomllib

import pytest

from literate.versions.lock import Package, read_lock, read_report, rewrite
from tests.builds import ROOT

LOCK = """# 一行目
# 二行目
alpha==1.0
Beta_Tools==2.0
gamma==3.0
"""


def entry(name: str, version: str, *, direct: bool = False, **metadata: object) -> dict:
    return {"is_direct": direct, "metadata": {"name": name, "version": version, **metadata}}


def test_a_report_tells_what_was_chosen_and_what_it_asks_for() -> None:
    entries = [
        entry("book", "1.0", direct=True, requires_dist=["alpha"]),
        entry("alpha", "1.1", requires_python=">=3.11.5", requires_dist=["beta<3"]),
    ]
    assert read_report(json.dumps({"install": entries})) == [
        Package("book", "1.0", "", ("alpha",), True),
        Package("alpha", "1.1", ">=3.11.5", ("beta<3",)),
    ]


def test_a_new_lock_keeps_comments_spelling_order_and_what_another_system_needs() -> None:
    chosen = [
        Package("beta-tools", "2.1"),
        Package("Alpha", "1.0+cpu"),
        Package("beta", "0.1"),
        Package("book", "9", project=True),
    ]
    assert rewrite(LOCK, chosen) == (
        "# 一行目\n# 二行目\nalpha==1.0\nbeta==0.1\nBeta_Tools==2.1\ngamma==3.0\n"
    )


def test_the_lock_of_this_book_is_written_as_it_is_read() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert rewrite(text, read_lock(text).values()) == text
    assert rewrite(text, []) == text


@pytest.mark.parametrize(
    ("python", "fits"),
    [("", True), (">=3.11", True), (">=3.11.5", False), (">=3.12", False), ("<3.14", False)],
)
def test_a_package_fits_if_every_release_of_every_python_can_run_it(
    python: str, fits: bool
) -> None:
    assert Package("alpha", "1", python).fits(["3.11", "3.14"]) == fits


@pytest.mark.parametrize(
    ("requirement", "version", "refused"),
    [
        ("Beta_Tools<3,>=1", "3.1", True),
        ("Beta_Tools<3,>=1", "2.1", False),
        ("Beta_Tools", "3.1", False),
        ("gamma<3", "3.1", False),
        ("Beta_Tools<3; python_version < '3'", "3.1", False),
        ("Beta_Tools<3; extra == 'docs'", "3.1", False),
    ],
)
def test_a_requirement_that_keeps_a_version_away_is_named(
    requirement: str, version: str, refused: bool
) -> None:
    package = Package("alpha", "1", requires=("delta", requirement))
    assert package.refuses("beta-tools", version) == (requirement if refused else None)


def test_every_extra_of_the_project_itself_counts() -> None:
    package = Package("book", "1", requires=("beta<3; extra == 'docs'",), project=True)
    assert package.refuses("beta", "3") == "beta<3; extra == 'docs'"


def test_a_lock_can_have_blank_lines_and_remarks() -> None:
    assert list(read_lock("# x\n\nalpha==1  # why\n").values()) == [Package("alpha", "1")]


def test_the_project_says_on_which_pythons_it_runs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    from literate.versions.upgrade import pythons

    assert pythons(project) == ["3.11", "3.12", "3.13", "3.14"]
