"""`make accept` writes what the run printed, whatever it was, and then all is well."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_output

from literate.verify.accept import rewrite
from literate.verify.page import parse
from literate.verify.printed import printed
from literate.verify.problems import problems
from tests.literate.test_comparison import error, stdout

CELL = "```{code-cell} ipython3\nx\n```\n"
LINES = ["", " ", "  ", "\t", "a", "a ", " a", ":rtol: 5", ":name: Ann", ":options: +ELLIPSIS"]
LINES += [":x:", "::", "---", "...", "```", "````", "``` ", "   ```", "~~~", "~~~~", ":::", "::::"]
LINES += [
    "```{testoutput}",
    "+++",
    "% a",
    "<!-- a -->",
    "# a",
    "- a",
    "> a",
    "| a |",
    "a\fb",
    "\x85",
]
LINES += ["\u2028", "a\vb", "\ufeff", "\0", "\r", "10%\r100%", "\b", "\x1b[31mred\x1b[0m", "$$"]
LINES += ["Traceback (most recent call last):", "    ...", "ValueError: a:", "{'b', 'a'}", "0.5"]
TEXTS = st.lists(st.sampled_from(LINES) | st.text(max_size=5), max_size=6).map("\n".join)
OLD = ["", "```{testoutput}\nold\n```\n", "~~~{testoutput}\n:rtol: 1e-3\nold\n~~~\n"]
OLD += [
    "````{testoutput}\n:options: -FLOAT_CMP, +ELLIPSIS\n\nold\n\n````\n",
    "```{testoutput}\n```\n",
]
OLD += ["  ```{testoutput}\n  old\n  ```\n", "\n\n```{testoutput}\nold\n```\n"]


@settings(deadline=None, max_examples=60)
@example("\n\n:rtol: 5", OLD[0], "\n")
@example("\n:rtol: 5\n", OLD[2], "\r\n")
@example("\x85", OLD[2], "\n")
@given(TEXTS, st.sampled_from(OLD), st.sampled_from(["\n", "\r\n"]))
def test_any_output_is_read_back_as_it_was_printed(text: str, old: str, newline: str) -> None:
    page = f"# Page\n\n{CELL}{old}\ntext\n\n{CELL}```{{testoutput}}\nsame\n```\n"
    page = page.replace("\n", newline)
    outputs = [[stdout(text)] if text else [], [stdout("same")]]
    new = rewrite(page, parse(page), outputs)
    assert not list(problems(parse(new), outputs))
    assert rewrite(new, parse(new), outputs) == new
    assert new.count("\n") == new.count(newline)
    if new != page and printed(outputs[0]):
        lines = [line.rstrip(" \t") for line in printed(outputs[0]).lines]
        assert parse(new).cells[0].expected.text == "\n".join(lines)


@settings(deadline=None, max_examples=30)
@given(TEXTS)
def test_any_message_of_an_exception_is_read_back(message: str) -> None:
    page = CELL.replace("x", ":tags: [raises-exception]\nx")
    outputs = [[stdout("a"), *[error("ValueError", message)]]]
    new = rewrite(page, parse(page), outputs)
    assert not list(problems(parse(new), outputs))
    assert rewrite(new, parse(new), outputs) == new


@pytest.mark.parametrize(
    ("printed", "block"),
    [
        (":rtol: 5\n3.0\n", "```{testoutput}\n:options: +FLOAT_CMP\n\n:rtol: 5\n3.0\n```\n"),
        ("a   \nb\n", "```{testoutput}\na\nb\n```\n"),
        ("```\ncode\n```\n", "````{testoutput}\n```\ncode\n```\n````\n"),
        ("\na\n\n", "```{testoutput}\n\na\n```\n"),
        ("---\n", "```{testoutput}\n---\n```\n"),
        ("10%\r100%\n", "```{testoutput}\n100%\n```\n"),
    ],
)
def test_a_new_block_is_as_plain_as_it_can_be(printed: str, block: str) -> None:
    assert rewrite(CELL, parse(CELL), [[stdout(printed)]]) == CELL + block


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n  trailing  \n"])
def test_rewriting_touches_only_the_blocks_that_differ(newline: str, end: str) -> None:
    blocks = ["1", "2", ":options: +ELLIPSIS\n3...", None, None]
    after = ["1", "two\nlines", ":options: +ELLIPSIS\n3...", "4", None]
    old, new = (
        "".join(
            CELL + (f"```{{testoutput}}\n{block}\n```\n" if block else "") for block in page
        ).rstrip("\n")
        + end
        for page in (blocks, after)
    )
    old, new = (text.replace("\n", newline) for text in (old, new))
    texts = ["1\n", "two\nlines\n", "345\n", "4"]
    outputs = [*([stdout(text)] for text in texts), []]
    assert rewrite(old, parse(old), outputs) == new
    assert rewrite(new, parse(new), outputs) == new


def test_a_run_of_another_number_of_cells_is_no_run_of_the_page() -> None:
    with pytest.raises(ValueError):
        rewrite(CELL, parse(CELL), [])


def test_a_block_whose_cell_prints_nothing_any_more_goes() -> None:
    page = f"{CELL}```{{testoutput}}\nold\n```\ntext\n"
    assert rewrite(page, parse(page), [[]]) == f"{CELL}text\n"


def test_an_exempt_cell_and_one_that_did_not_run_get_no_block() -> None:
    exempt = CELL.replace("x", ":tags: [unverified]\n:reason: 乱数\nx")
    assert rewrite(exempt, parse(exempt), [[stdout("1")]]) == exempt
    assert rewrite(CELL, parse(CELL), [None]) == CELL


def test_all_facts_of_a_picture_are_written_and_a_block_with_some_of_them_stays() -> None:
    html = new_output("display_data", {"text/plain": "<HTML>", "text/html": "<p>a</p><p>b</p>"})
    new = rewrite(CELL, parse(CELL), [[html]])
    assert new == f"{CELL}```{{testoutput}}\n<HTML>\n  a\n  b\n```\n"
    some = new.replace("  a\n", "")
    assert rewrite(some, parse(some), [[html]]) == some
    wrong = new.replace("  a\n", "  c\n")
    assert rewrite(wrong, parse(wrong), [[html]]) == new


def test_the_block_of_the_stream_of_errors_is_rewritten_in_its_place() -> None:
    errors = "```{testoutput}\n:stream: stderr\nold\n```\n"
    careful = new_output("stream", name="stderr", text="careful")
    for page in (f"{CELL}```{{testoutput}}\n1\n```\n{errors}", f"{CELL}{errors}"):
        new = rewrite(page, parse(page), [[stdout("1"), careful]])
        assert sorted(new.split("\n")) == sorted(
            f"{CELL}```{{testoutput}}\n1\n```\n{errors}".replace("old", "careful").split("\n")
        )
        assert rewrite(new, parse(new), [[stdout("1"), careful]]) == new
        assert not list(problems(parse(new), [[stdout("1"), careful]]))
        assert "stderr" not in rewrite(new, parse(new), [[stdout("1")]])
