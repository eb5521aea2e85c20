"""Expected blocks: how a page is read, how outputs compare, how they are rewritten."""

from __future__ import annotations

from doctest import ELLIPSIS

import pytest
from nbformat.v4 import new_output

from literate.accept import rewrite
from literate.compare import difference, printed
from literate.page import Expected, PageError, parse
from literate.verify import problems

PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
---

# 題

```{code-cell} ipython3
:tags: [raises-exception]
first
```

```{testoutput}
:options: +ELLIPSIS, -FLOAT_CMP
:rtol: 1e-3
a...
b
```

~~~{code-cell} ipython3
---
tags: [unverified]
reason: 乱数
---
second
~~~

本文

```{testoutput}
lost
```
"""


def stdout(text: str):
    return [new_output("stream", name="stdout", text=text)]


def error(name: str, value: str):
    return [new_output("error", ename=name, evalue=value, traceback=["long"])]


def page(*blocks: str) -> str:
    """A page of cells, each followed by its expected block where one is given."""
    parts = ["---\nfile_format: mystnb\n---\n"]
    for number, block in enumerate(blocks):
        parts.append(f"```{{code-cell}} ipython3\ncell{number}\n```\n")
        if block is not None:
            parts.append(f"```{{testoutput}}\n{block}\n```\n")
    return "".join(parts)


def test_a_page_is_read_with_lines_tags_reasons_and_options() -> None:
    read = parse(PAGE)
    first, second = read.cells
    assert (read.title, read.orphans) == ("題", (31,))
    assert (first.line, first.source, first.tags) == (9, "first", ("raises-exception",))
    assert (first.expected.line, first.expected.text) == (14, "a...\nb")
    assert first.expected.rtol == 1e-3
    assert PAGE.splitlines()[slice(*first.expected.body)] == ["a...", "b"]
    assert (second.tags, second.reason, second.expected) == (("unverified",), "乱数", None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (":options: +NO_SUCH", r"\+NO_SUCH は使えません"),
        (":options: ELLIPSIS", "ELLIPSIS は使えません"),
        (":rtol: small", "数で指定します: small"),
        (":tol: 1", ":tol: という指定はありません"),
    ],
)
def test_an_option_without_sense_is_refused_with_its_line(options: str, message: str) -> None:
    with pytest.raises(PageError, match=message) as raised:
        parse(page(f"{options}\n1"))
    assert raised.value.line == 7


@pytest.mark.parametrize(
    ("want", "got", "equal"),
    [
        ("tensor([[0.7616]], grad_fn=<TanhBackward0>)",) * 2 + (True,),
        ("tensor([[0.7616]])", "tensor([[0.7617]])", False),
        ("<TanhBackward0>", "<TanhBackward1>", False),
        ("0.76159415", "0.76159416", True),
        ("0.5", "0.50001", False),
        ("勾配 = 2.0", "勾配 = 2.1", False),
        ("勾配 = 2.0", "こうばい = 2.0", False),
        ("torch.Size([1, 2])", "torch.Size([1, 3])", False),
        ("1000000", "1000001", False),
        ("0.0", "1e-9", False),
        ("a\n\nb", "a\n\nb", True),
        ("nan", "nan", True),
    ],
)
def test_numbers_compare_with_a_tolerance_and_all_else_exactly(
    want: str, got: str, equal: bool
) -> None:
    assert (difference(Expected(1, want), got) is None) == equal


def test_an_ellipsis_stands_for_any_text_where_it_is_asked_for() -> None:
    with_it = parse(page(":options: +ELLIPSIS\n2...")).cells[0].expected
    assert difference(with_it, "2.13.0+cpu") is None
    assert difference(with_it, "3.0") is not None
    assert difference(Expected(1, "2..."), "2.13.0+cpu") is not None


def test_a_block_can_set_its_own_tolerance() -> None:
    loose = parse(page(":rtol: 0.1\n1.0")).cells[0].expected
    assert difference(loose, "1.05") is None
    assert difference(loose, "1.2") is not None


def test_a_difference_is_a_unified_diff() -> None:
    diff = difference(Expected(1, "a\nb"), "a\nc")
    assert diff.splitlines() == [
        "--- 期待した出力",
        "+++ 実際の出力",
        "@@ -1,2 +1,2 @@",
        " a",
        "-b",
        "+c",
    ]


def test_of_an_exception_the_name_and_message_count_and_not_the_stack() -> None:
    got = printed(error("ValueError", "wrong\nshape"))
    assert got == "Traceback (most recent call last):\n    ...\nValueError: wrong\nshape"
    head = "Traceback (most recent call last):\n"
    assert difference(Expected(1, f"{head}  File x\nValueError: wrong\nshape"), got) is None
    assert difference(Expected(1, f"{head}ValueError: wrong\nshape"), got) is None
    assert difference(Expected(1, f"{head}TypeError: wrong\nshape"), got) is not None
    assert difference(Expected(1, f"{head}ValueError: right\nshape"), got) is not None


def test_streams_results_and_exceptions_are_printed_and_glue_and_stderr_are_not() -> None:
    outputs = [
        *stdout("text\n"),
        new_output("stream", name="stderr", text="no"),
        new_output("display_data", {"text/plain": "no"}, metadata={"scrapbook": {"name": "x"}}),
        new_output("display_data", {"text/html": "<b>no</b>"}),
        new_output("execute_result", {"text/plain": "\x1b[31mresult\x1b[0m", "text/html": "<b>"}),
        *error("KeyboardInterrupt", ""),
    ]
    assert printed(outputs).splitlines() == [
        "text",
        "result",
        "Traceback (most recent call last):",
        "    ...",
        "KeyboardInterrupt",
    ]


def test_every_problem_has_its_line() -> None:
    text = page("1", None, "3", None) + "text\n```{testoutput}\nlost\n```\n"
    found = problems(parse(text), [stdout("2\n"), stdout("x\n"), [], []])
    assert [(problem.line, problem.message.split("。")[0]) for problem in found] == [
        (23, "この testoutput の直前に、セルがありません"),
        (7, "セルの出力が testoutput と違います"),
        (10, "出力のあるセルに testoutput がありません"),
        (16, "testoutput があるのに、セルは何も出力しませんでした"),
    ]


def test_an_exemption_needs_a_reason_and_excludes_a_block() -> None:
    exempt = "```{code-cell} ipython3\n:tags: [unverified]\nx\n```\n"
    text = page("1") + exempt + exempt.replace("x\n", "x\n", 1) + "```{testoutput}\n1\n```\n"
    messages = [p.message for p in problems(parse(text), [stdout("1")] * 3)]
    assert [message.split("。")[0] for message in messages] == [
        "unverified のセルには、:reason: で理由を書いてください",
        "unverified のセルには、:reason: で理由を書いてください",
        "unverified のセルに testoutput があります",
    ]
    with_reason = page("1") + exempt.replace("[unverified]", "[unverified]\n:reason: 乱数")
    assert not list(problems(parse(with_reason), [stdout("1")] * 2))


def test_a_page_without_any_verified_cell_is_a_problem() -> None:
    (problem,) = problems(parse(page(None)), [[]])
    assert "照合する出力が1つもありません" in problem.message


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n  trailing  \n"])
def test_rewriting_touches_only_the_blocks_that_differ(newline: str, end: str) -> None:
    old = page("1", "2", ":options: +ELLIPSIS\n3...", None, None).rstrip("\n") + end
    new = page("1", "two\nlines", ":options: +ELLIPSIS\n3...", "4", None).rstrip("\n") + end
    old, new = (text.replace("\n", newline) for text in (old, new))
    outputs = [stdout("1\n"), stdout("two\nlines\n"), stdout("345\n"), stdout("4"), []]
    assert rewrite(old, parse(old), outputs) == new
    assert rewrite(new, parse(new), outputs) == new


def test_a_run_of_another_number_of_cells_is_no_run_of_the_page() -> None:
    with pytest.raises(ValueError):
        rewrite(page("1"), parse(page("1")), [])


def test_flags_can_be_taken_away() -> None:
    plain = parse(page(":options: -FLOAT_CMP\n1.0")).cells[0].expected
    assert difference(plain, "1.00") is not None
    assert plain.flags == 0
    both = parse(page(":options: +ELLIPSIS -FLOAT_CMP\n1.0")).cells[0].expected
    assert both.flags == ELLIPSIS
    with pytest.raises(PageError, match=r"testoutput の :options: に XELLIPSIS は使えません。"):
        parse(page(":options: XELLIPSIS\n1"))


def test_only_the_first_traceback_of_a_text_is_shortened() -> None:
    head = "Traceback (most recent call last):\n"
    expected = Expected(1, f"before\n{head}    one\nError: a\n{head}    two\nError: b")
    assert difference(expected, f"before\n{head}    ...\nError: a\n{head}    two\nError: b") is None


def test_a_new_block_at_the_end_of_a_file_without_newline_and_with_fences_in_it() -> None:
    text = page(None).rstrip("\n")
    new = rewrite(text, parse(text), [stdout("```\ncode\n```\n")])
    assert new == text + "\n````{testoutput}\n```\ncode\n```\n````\n"
    assert not list(problems(parse(new), [stdout("```\ncode\n```\n")]))


def test_a_fence_in_an_output_is_refused_where_it_would_end_the_block() -> None:
    text = page("1")
    for output in ("```\n", "  ```\n", "text\n```python\n"):
        with pytest.raises(PageError) as raised:
            rewrite(text, parse(text), [stdout(output)])
        assert raised.value.line == 7
        assert str(raised.value) == (
            "出力に ``` で始まる行があります。testoutput の囲みを長くしてください。"
        )


def test_a_failure_hides_what_else_differs_in_its_cell() -> None:
    text = page("1", "2")
    stderr = new_output("stream", name="stderr", text="careful")
    found = problems(parse(text), [[*stdout("x"), *error("ValueError", "no")], [stderr]])
    assert [(problem.line, problem.message.split("。")[0]) for problem in found] == [
        (5, "セルで例外が起きました"),
        (11, "セルが標準エラー出力に書きました"),
    ]
    declared = text.replace("ipython3\n", "ipython3\n:tags: [raises-exception]\n", 1)
    (problem,) = problems(parse(declared), [stdout("1"), stdout("2")])
    assert (problem.line, "例外が起きませんでした" in problem.message) == (6, True)


def test_an_announced_exception_is_accepted() -> None:
    text = page("1").replace("ipython3\n", "ipython3\n:tags: [raises-exception]\n")
    new = rewrite(text, parse(text), [error("ValueError", "no")])
    assert (
        "```{testoutput}\nTraceback (most recent call last):\n    ...\nValueError: no\n```" in new
    )


def test_an_exempt_cell_gets_no_block() -> None:
    text = page(None).replace("ipython3\n", "ipython3\n:tags: [unverified]\n:reason: 乱数\n")
    assert rewrite(text, parse(text), [stdout("1")]) == text
