"""A book and its pages choose what is checked; by default it is all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sphinx.errors import ConfigError

from literate.verify.block import PageError
from literate.verify.choices import (
    DEFAULTS,
    KINDS,
    Choices,
    choices_of,
    switched_off,
    validate,
    written,
)
from literate.verify.compare import difference
from literate.verify.page import parse
from literate.verify.printed import Printed
from literate.words import speak
from tests.builds import Build, build, cell, write_page

CONF = """
extensions = ["myst_nb", "literate"]
nb_execution_mode = "force"
nb_execution_in_temp = True
html_theme = "basic"
literate_checks = {checks!r}
language = "ja"
"""
PAIR = cell("print(1)", "1")
LOST = "text\n\n```{testoutput}\n1\n```\n"
NOTHING = 'import sys\n_ = sys.stderr.write("careful")'
# What the author of a page can do wrong, and what is told of it.
PAGES = {
    "difference": [cell("print(1)", "2")],
    "uncompared": [PAIR, cell("print(1)", "1", tags="skip-execution")],
    "stray": [PAIR, LOST],
    "exception": [PAIR, cell("1 / 0")],
    "stderr": [PAIR, cell(NOTHING)],
    "unraised": [PAIR, cell("x = 1", tags="raises-exception")],
    "missing": [PAIR, cell("print(2)")],
    "blockless": [cell("x = 1")],
    "reason": [PAIR, cell("print(3)", tags="unverified")],
    "prose": [PAIR, "It was 1.2345 then."],
}
NAMES = ", ".join(KINDS)
MODES_TOLD = "literate_checks is 'all', 'blocks', or a dict of names of checks and True or False"
ALWAYS = {"difference", "uncompared", "stray", "exception"}


def book(folder: Path, checks: object) -> Build:
    (folder / "conf.py").write_text(CONF.format(checks=checks))
    write_page(folder / "book" / "index.md", "text")
    return build(folder / "_build", source=folder / "book", conf=folder)


def test_every_check_has_its_name_and_one_switch_leaves_only_the_blocks_that_stand(
    tmp_path: Path,
) -> None:
    for name, blocks in PAGES.items():
        write_page(tmp_path / "book" / f"{name}.md", *blocks)
    assert set(book(tmp_path, "all").told) == {(name, name) for name in PAGES}
    gentle = book(tmp_path, "blocks")
    assert set(gentle.told) == {(name, name) for name in ALWAYS}
    assert gentle.log.count("WARNING") == len(ALWAYS)
    blockless, other = (
        (gentle.html / f"{n}.html").read_text("utf-8") for n in ("blockless", "missing")
    )
    assert "literate-foot" not in blockless
    assert other.count("literate-label") == 1  # the other output is shown as it was
    assert "literate-foot" in other


def test_a_page_chooses_for_itself_and_a_book_can_suppress_what_a_check_tells(
    tmp_path: Path,
) -> None:
    for name in ("missing", "prose", "stderr"):
        write_page(tmp_path / "book" / f"{name}.md", *PAGES[name])
    page = tmp_path / "book" / "missing.md"
    page.write_text(page.read_text("utf-8").replace("---", "---\nliterate_checks: all", 1), "utf-8")
    (tmp_path / "book" / "stderr.md").rename(tmp_path / "book" / "other.md")
    page = tmp_path / "book" / "other.md"
    header = "---\nliterate_checks:\n  stderr: true"
    page.write_text(page.read_text("utf-8").replace("---", header, 1), "utf-8")
    assert set(book(tmp_path, "blocks").told) == {("missing", "missing"), ("other", "stderr")}


def test_a_book_never_executed_is_told_where_a_block_waits_for_it(tmp_path: Path) -> None:
    write_page(tmp_path / "book" / "waits.md", cell("x = 1"), PAIR)
    write_page(tmp_path / "book" / "calm.md", cell("x = 1"))
    conf = tmp_path / "conf.py"
    for checks, found in (("all", {("calm", "unrun")}), ("blocks", set())):
        conf.write_text(CONF.format(checks=checks).replace("force", "off"))
        write_page(tmp_path / "book" / "index.md", "text")
        result = build(tmp_path / "_build", source=tmp_path / "book", conf=tmp_path)
        assert set(result.told) == found | {("waits", "uncompared")}


def test_exceptions_that_a_book_allows_are_told_to_those_alone_who_ask_for_all(
    tmp_path: Path,
) -> None:
    write_page(tmp_path / "book" / "exception.md", cell("1 / 0"))
    conf = CONF + "nb_execution_allow_errors = True\n"
    for checks, found in (("all", {"exception", "blockless"}), ("blocks", set())):
        (tmp_path / "conf.py").write_text(conf.format(checks=checks))
        write_page(tmp_path / "book" / "index.md", "text")
        result = build(tmp_path / "_build", source=tmp_path / "book", conf=tmp_path)
        assert {kind for _, kind in result.told} == found


@pytest.mark.parametrize("ends", [True, False])
def test_a_build_that_is_to_fail_at_a_failing_cell_does_so_in_the_end(
    tmp_path: Path, ends: bool
) -> None:
    write_page(tmp_path / "book" / "index.md", cell("1 / 0"))
    write_page(tmp_path / "book" / "other.md", cell("1"))
    conf = CONF.format(checks="blocks") + "suppress_warnings = ['literate']\n"
    (tmp_path / "conf.py").write_text(f"{conf}nb_execution_raise_on_error = {ends}\n")
    for _ in range(2):  # also where nothing is read again
        result = build(tmp_path / "_build", source=tmp_path / "book", conf=tmp_path)
        assert result.returncode == ends, result.log
        assert (result.html / "other.html").exists()


@pytest.mark.parametrize("value", ["most", {"proze": False}, {"prose": "off"}, 3, ["prose"]])
def test_a_book_that_chooses_what_does_not_exist_is_not_begun(tmp_path: Path, value) -> None:
    result = book(tmp_path, value)
    assert result.returncode == 2
    last = result.log.strip().split("\n")[-1]
    assert "literate_checks" in last
    assert "prose" in last or "'blocks'" in last
    assert not result.html.joinpath("index.html").exists()


def test_switches_add_to_what_the_book_has_chosen() -> None:
    book = Choices(switched_off("blocks"))
    assert book.of("---\nliterate_checks:\n  prose: on\n  stray: off\n---\n").off == (
        book.off - {"prose"} | {"stray"}
    )
    assert book.of("---\nliterate_checks: all\n---\n").off == set()
    assert book.of("# no header") == book
    assert book.of("-----\nA title of reStructuredText\n-----\n") == book
    assert switched_off(dict.fromkeys(KINDS, False)) == set(KINDS)
    assert choices_of(DEFAULTS) == Choices()
    with pytest.raises(PageError, match="nothing") as raised:
        book.of("---\ntitle: a\nliterate_checks: nothing\n---\n")
    assert raised.value.line == 3


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"proze": False}, f"literate_checks knows no check 'proze'. Choose of these: {NAMES}"),
        ({"prose": True, "stray": "off"}, "literate_checks: stray is True or False: 'off'"),
        (["prose"], f"{MODES_TOLD}: ['prose']"),
        ("most", f"{MODES_TOLD}: 'most'"),
    ],
)
def test_a_switch_without_sense_is_told_with_what_there_is(value: object, words: str) -> None:
    speak(None)
    with pytest.raises(ValueError) as raised:
        switched_off(value)
    assert str(raised.value) == words


OWN = {"run": (r"run \w+", "run ?")}


def same(header: str, want: str, got: str, **values: object) -> bool:
    text = f"---\n{header}\n---\n\n```{{code-cell}}\nx\n```\n```{{testoutput}}\n{want}\n```\n"
    block = choices_of(DEFAULTS | values).of(text).block
    ((expected,),) = [each.blocks for each in parse(text, usual=block).cells]
    return difference(expected, Printed((got,))) is None


@pytest.mark.parametrize("where", ["book", "page", "block"])
@pytest.mark.parametrize(
    ("options", "want", "got", "other"),
    [
        ({"rtol": 0.1}, "1.0", "1.05", "1.2"),
        ({"atol": 0.1}, "0.0", "0.05", "0.2"),
        ({"options": "+ELLIPSIS"}, "a...", "ab", "b"),
        ({"normalize": ["addresses", "run"]}, "at 0x1 run a", "at 0x2f run b", "at 2f run b"),
    ],
)
def test_a_book_a_page_and_a_block_say_how_blocks_compare(
    where: str, options: dict, want: str, got: str, other: str
) -> None:
    lines = [f"{name}: {written(value)}" for name, value in options.items()]
    values = {"literate_normalizers": OWN}
    header = "title: a"
    if where == "book":
        values["literate_compare"] = options
    elif where == "page":
        header = "\n".join(["literate_compare:", *(f"  {line}" for line in lines)])
    else:
        want = "".join(f":{line}\n" for line in lines) + want
    assert same(header, want, got, **values)
    assert not same(header, want, other, **values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"literate_compare": {"tol": 1}}, "options、rtol、atol、normalize"),
        ({"literate_compare": "rtol"}, "options、rtol、atol、normalize"),
        ({"literate_compare": {"rtol": "much"}}, "0 以上の数で指定します: much"),
        ({"literate_compare": {"rtol": "1\n2"}}, "0 以上の数で指定します: 1\n2"),
        (
            {"literate_compare": {"normalize": ["run"]}},
            "run は使え.*addresses、times、paths",
        ),
        ({"literate_normalizers": {"a b": ("x", "y")}}, "正規表現.*'a b'"),
        ({"literate_normalizers": {"a": "x"}}, "正規表現.*'a': 'x'"),
        ({"literate_normalizers": {"a": ("(", "y")}}, "a を読めません.*unterminated"),
        ({"literate_normalizers": {"a": ("x", r"\2")}}, "a を読めません.*group reference"),
        ({"literate_normalizers": ["a"]}, "正規表現"),
    ],
)
def test_a_setting_without_sense_is_refused(values: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as raised:
        choices_of(DEFAULTS | values)
    assert next(iter(values)) in str(raised.value)


def test_a_page_that_sets_what_a_block_cannot_have_is_told_at_its_line() -> None:
    with pytest.raises(PageError, match="rtol") as raised:
        Choices().of("---\ntitle: a\nliterate_compare:\n  rtol: -1\n---\n")
    assert raised.value.line == 3


GOOD = DEFAULTS | {
    "literate_packages": ["sphinx"],
    "literate_sources": ["*.h5"],
    "literate_variables": [],
    "literate_accept": False,
    "literate_tracebacks": True,
}


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("literate_packages", "sphinx", "文字列のリスト"),
        ("literate_packages", ["no-such-package"], "入っていません"),
        ("literate_sources", "*.h5", "文字列のリスト"),
        ("literate_sources", [1], "文字列のリスト"),
        ("literate_variables", None, "文字列のリスト"),
        ("literate_accept", "yes", "True か False"),
        ("literate_tracebacks", 1, "True か False"),
        ("literate_checks", "some", "'all'"),
        ("literate_compare", {"rtol": -1}, "0 以上"),
    ],
)
def test_a_setting_is_refused_with_its_name_its_value_and_what_is_allowed(
    name: str, value: object, allowed: str
) -> None:
    validate(None, GOOD)
    with pytest.raises(ConfigError, match=allowed) as raised:
        validate(None, GOOD | {name: value})
    assert name in str(raised.value)
    assert str(value).strip("[]{}' ").split()[-1] in str(raised.value)
