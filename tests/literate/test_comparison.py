"""What is equal, and what is not: the rules by which an output is compared."""

from __future__ import annotations

import doctest
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_output

from literate.verify.block import Expected, PageError
from literate.verify.compare import difference, proves
from literate.verify.page import parse
from literate.verify.printed import Printed, printed
from literate.verify.sets import in_order
from literate.verify.terminal import plain, shown


def block(text: str) -> Expected:
    """The block of a page, with its options."""
    page = f"```{{code-cell}}\nx\n```\n````{{testoutput}}\n{text}\n````\n"
    return parse(page).cells[0].expected


def equal(want: str, got: str) -> bool:
    return difference(block(want), Printed(tuple(got.split("\n")))) is None


def stdout(text: str):
    return new_output("stream", name="stdout", text=text)


def error(name: str, value: str):
    return new_output("error", ename=name, evalue=value, traceback=["long"])


@pytest.mark.parametrize(
    ("want", "got"),
    [
        ("0.76159415", "0.76159416"),
        ("-0.76159415", "-0.761594151"),
        ("loss=0.76159415.", "loss=0.76159416."),
        ("平均0.76159415です", "平均0.76159416です"),
        ("(0.33333333-0.66666667j)", "(0.33333334-0.66666666j)"),
        ("1.2345678e-05", "1.2345679e-05"),
        ("9.9999999e-01", "1.0000000e+00"),
        ("123456.5", "123456.6"),
        ("{'a', 'b', 'c'}", "{'c', 'a', 'b'}"),
        ("x = frozenset({(1, 'z, {'), frozenset({2, 3})})", None),
        ("[{<class 'int'>, <class 'str'>}, 1]", "[{<class 'str'>, <class 'int'>}, 1]"),
        ("{0.76159415, 2.0}", "{2.0, 0.76159416}"),
        ("a \t\nb", "a\nb"),
        ("a", "a\n\n"),
        ("nan inf -inf", "nan inf -inf"),
    ],
)
def test_these_are_equal(want: str, got: str | None) -> None:
    got = got or "x = frozenset({frozenset({3, 2}), (1, 'z, {')})"
    assert equal(want, got)
    assert equal(got, want)


@pytest.mark.parametrize(
    ("want", "got"),
    [
        ("3.10", "3.1"),
        ("3.10", "3.11"),
        ("0", "0.0"),
        ("0.0", "-0.0"),
        ("1.0", "1.0j"),
        ("0.5", "0.50"),
        ("0.5", "0.50001"),
        ("0.0", "1e-9"),
        ("1e5", "100000.0"),
        ("0.7616", "+0.7616"),
        ("0.7616", "00.7616"),
        ("0.7616", ".7616"),
        ("1000000", "1000001"),
        ("True", "1"),
        ("2.1300001+cpu", "2.1300002+cpu"),
        ("python-3.1000001", "python-3.1000002"),
        ("v1.0000001", "v1.0000002"),
        ("1.0000001-rc1", "1.0000002-rc1"),
        ("2.1300001.0", "2.1300002.0"),
        ("conv1d", "conv2d"),
        ("1.0000001x", "1.0000002x"),
        ("TanhBackward0", "TanhBackward1"),
        ("nan", "inf"),
        ("inf", "-inf"),
        ("2024-01-02", "2024-01-03"),
        ("", "\na"),
        ("a\nb", "a\n\nb"),
        ("a", "\na"),
        ("a", " a"),
        ("a  b", "a b"),
        ("a\tb", "a b"),
        ("a\fb", "a\nb"),
        ("a\fb", "ab"),
        ("a\f", "a"),
        ("a\u3000", "a"),
        ("100.001", "100.0010"),
        ("a\u2028b", "a\nb"),
        ("a\x85b", "a\nb"),
        ("<BLANKLINE>", "\nx"),
        ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
        ("[1, 2]", "[2, 1]"),
        ("{'a', 'b'}", "{'a','b'}"),
        ("{'a', 'b'}", "{'a', 'c'}"),
        (r"\frac{a, b}", r"\frac{b, a}"),
        ("{(1, 2)}", "{(2, 1)}"),
        ("Traceback (most recent call last):\n  balance = 1\ndone", None),
    ],
)
def test_these_are_not_equal(want: str, got: str | None) -> None:
    got = "Traceback (most recent call last):\n  balance = 2\ndone" if got is None else got
    assert not equal(want, got)
    assert not equal(got, want)


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        (":atol: 1e-7\n[2.75925982e-05, 0.0]", "[2.75846364e-05, 1.2e-17]", True),
        (":atol: 1e-9\n[2.75925982e-05, 0.0]", "[2.75846364e-05, 1.2e-17]", False),
        (":atol: 1e-9\n0.0", "-0.0", True),
        (":rtol: 0.1\n1.0", "1.05", True),
        (":rtol: 0.1\n1.0", "1.2", False),
        (":rtol: 0.1\n10", "11", False),
        (":rtol: 0\n0.76159415", "0.76159416", False),
        (":options: -FLOAT_CMP\n0.76159415", "0.76159416", False),
        (":options: +ELLIPSIS\n2...", "2.13.0+cpu", True),
        (":options: +ELLIPSIS\n2...", "3.0", False),
        (":options: +ELLIPSIS\n0.76...", "0.7615", True),
        (":options: +ELLIPSIS\na ... 0.76159415 ... z", "a b 0.76159416 c z", True),
        (":options: +ELLIPSIS\na ... 0.7616 ... z", "a b 0.7617 c z", False),
        (":options: +ELLIPSIS\n...0.5", "1.5", False),
        (":options: +ELLIPSIS\na\n...\nz", "a\nb\nc\nz", True),
        ("2...", "2.13.0+cpu", False),
        (":options: +NORMALIZE_WHITESPACE\na  b", "a\n b", True),
        (":options: +NORMALIZE_WHITESPACE\nab", "a b", False),
        (":options: +ACCEPT_TRUE_FOR_1\n1", "True", True),
        (":options: +ACCEPT_TRUE_FOR_1\n0", "True", False),
        (":options: +ELLIPSIS\n1", "True", False),
        (":rtol: 1e-3\n(0.333-0.667j)", "(0.3331-0.6671j)", True),
        (":rtol: 1e-3\n(0.333-0.667j)", "(0.3331+0.6671j)", False),
        (":rtol: 1e-3\n[nan, inf, -inf, 1e5]", "[nan, inf, -inf, 100001.0]", True),
        (":rtol: 1e-3\nnan", "inf", False),
        ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", False),
        (":options: +BY_VALUE\n{'a': 1, 'b': [{2, 3}, nan]}", "{'b': [{3, 2}, nan], 'a': 1}", True),
        (":options: +BY_VALUE\n{'a': 1, 'b': 2}", "{'a': 1,\n 'b': 2}", True),
        (":options: +BY_VALUE\nx\n{1: 0.76159415, 2: 3}", "x\n{2: 3, 1: 0.76159416}", True),
        (":options: +BY_VALUE\n{'a': 1, 'b': 2}", "{'b': 1, 'a': 2}", False),
        (":options: +BY_VALUE\n[1, 2]", "[2, 1]", False),
        (":options: +BY_VALUE\n{1: True}", "{1: 1}", False),
        (":options: +BY_VALUE\n{1: 2}", "{1: 2.0}", False),
        (":options: +BY_VALUE\n{1: 0.0}", "{1: -0.0}", False),
        (":options: +BY_VALUE\n{1: 2, 3: 4}", "{1: 2}", False),
        (":options: +BY_VALUE\n{'v': '3.10'}", "{'v': '3.1'}", False),
        (":options: +BY_VALUE\n<A {1: 2}>", "<A {1: 3}>", False),
        (":options: +BY_VALUE\n:atol: 1e-3\n{1: 1j}", "{1: 1e-4+1j}", True),
        (":normalize: addresses\n<A at 0x1>", "<A at 0x7f30>", True),
        (":normalize: addresses\n<A at 0x1>", "<B at 0x7f30>", False),
        ("<A at 0x1>", "<A at 0x7f30>", False),
        (":normalize: times\nat 12:30:01.5 in 3.2 ms", "at 1:02 in 4 s", True),
        (":normalize: times\n2026-11-26 17:00", "2025-01-02T03:04:05+09:00", True),
        (":normalize: times\n5 m, 2 sheep", "6 m, 2 sheep", False),
        (":normalize: times\nx12:30y 1.2.3 s", "x12:31y 1.2.4 s", False),
        (":normalize: paths\nopen /tmp/a/x.csv", "open /home/b/c/x.csv", True),
        (":normalize: paths\nopen /tmp/a/x.csv", r"open C:\Users\x.csv", True),
        (":normalize: paths\nopen /tmp/a/x.csv", "open /tmp/a/y.csv", False),
        (":normalize: paths\nopen x.csv", "open /tmp/a/x.csv", False),
        (":normalize: paths\n1/2/3 and https://a.b/c/d", "1/2/3 and https://a.b/c/e", False),
    ],
)
def test_a_block_says_itself_what_is_equal(want: str, got: str, same: bool) -> None:
    assert equal(want, got) == same


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (":options: +IGNORE_OUTPUT", r"\+IGNORE_OUTPUT は使えません"),
        (":options: +NO_SUCH", r"\+NO_SUCH は使えません"),
        (":options: ELLIPSIS", "ELLIPSIS は使えません"),
        (":options: XELLIPSIS", "XELLIPSIS は使えません"),
        (":rtol: small", ":rtol: は 0 以上の数で指定します: small"),
        (":rtol: nan", ":rtol: は 0 以上の数"),
        (":atol: -1", ":atol: は 0 以上の数"),
        (":atol: inf", ":atol: は 0 以上の数"),
        (":tol: 1", ":tol: という指定はありません"),
        (":normalize: dates", "dates は使えません。.*addresses、times、paths"),
        (":stream: stdin", "stdin は使えません。.*stdout、stderr"),
    ],
)
def test_an_option_without_sense_is_refused_with_its_line(options: str, message: str) -> None:
    doctest.register_optionflag("IGNORE_OUTPUT")  # as other libraries do
    with pytest.raises(PageError, match=message) as raised:
        block(f"{options}\n1")
    assert raised.value.line == 4


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(FLOATS, FLOATS)
def test_floats_as_python_writes_them_compare_as_numbers_or_literally(a: float, b: float) -> None:
    close = abs(a - b) <= 1e-5 * abs(a)
    if equal(repr(a), repr(b)):
        assert close
        assert math.copysign(1, a) == math.copysign(1, b)
    if len(repr(a)) > 20 and len(repr(b)) > 20 and close and ("e" in repr(a)) == ("e" in repr(b)):
        assert equal(repr(a), repr(b))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.sets(VALUES, min_size=1))
def test_a_set_is_equal_to_itself_in_any_order(values: set) -> None:
    forward, back = (f"{{{', '.join(map(repr, order))}}}" for order in (values, [*values][::-1]))
    assert in_order(f"x = {forward}") == in_order(f"x = {back}")


@settings(deadline=None)
@given(st.lists(VALUES), st.dictionaries(st.text(), st.integers(), min_size=2))
def test_lists_and_dicts_without_sets_stay_as_they_are(values: list, words: dict) -> None:
    text = f"{[value for value in values if not isinstance(value, frozenset | tuple)]} {words}"
    assert in_order(text) == text


@settings(deadline=None)
@given(st.text(alphabet="{}()[]<>'\", :ab\\\n"))
def test_any_text_keeps_its_characters_when_its_sets_are_sorted(text: str) -> None:
    assert sorted(in_order(text)) == sorted(text)


def test_a_long_text_of_brackets_is_compared_at_once() -> None:
    assert not equal("{" * 10_000, "{" * 9_999)
    assert not equal("a {b " * 10_000, "a {c " * 10_000)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("10%\r100%", "100%"),
        ("100%\r10%", "10%%"),
        ("a\r\nb\r\r\n", "a\nb\n"),
        ("a\rb\nc", "b\nc"),
        ("abc\b\bX", "aXc"),
        ("\b\ba", "a"),
        ("long\r\x1b[Kok", "ok"),
        ("long\x1b[2K\rok", "ok"),
        ("完了あ\rd", "d 了あ"),
        ("ab\r完", "完"),
        ("計算\rab", "ab算"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://a.example\x1b\\link\x1b]8;;\x07", "link"),
        ("a\0b", "a\ufffdb"),
        ("a\fb\vc\x85d\u2028e", "a\fb\vc\x85d\u2028e"),
    ],
)
def test_text_is_read_as_a_terminal_shows_it(written: str, seen: str) -> None:
    assert plain(written) == seen
    assert printed([stdout(written)]).text == seen.rstrip("\n")


def test_colours_of_what_is_not_written_over_stay_on_the_page() -> None:
    assert shown("\x1b[31mred\x1b[0m\rX") == "X\x1b[31med\x1b[0m"
    assert shown("\x1b[31mred\x1b[0m") == "\x1b[31mred\x1b[0m"


def test_what_a_kernel_sends_in_parts_is_one_text_and_a_result_begins_a_line() -> None:
    result = new_output("execute_result", {"text/plain": "5"})
    assert printed([stdout("a"), stdout("b\n"), stdout("c"), result]).text == "ab\nc\n5"
    assert printed([stdout("10%"), stdout("\r100%")]).text == "100%"
    assert not printed([stdout("\n \n")])
    assert not printed([])


def test_streams_results_and_exceptions_are_printed_and_hidden_glue_and_stderr_are_not() -> None:
    outputs = [
        stdout("text\n"),
        new_output("stream", name="stderr", text="no"),
        new_output("display_data", {"application/papermill.record/text/plain": "no"}),
        new_output("display_data", {"text/plain": "glued"}, metadata={"scrapbook": {"name": "x"}}),
        new_output("execute_result", {"text/plain": "\x1b[31mresult\x1b[0m"}),
        error("KeyboardInterrupt", ""),
    ]
    lines = ["text", "glued", "result", "Traceback (most recent call last):", "    ..."]
    assert printed(outputs).lines == (*lines, "KeyboardInterrupt")


HEAD = "Traceback (most recent call last):\n"


@pytest.mark.parametrize(
    ("want", "same"),
    [
        (f"{HEAD}    ...\nValueError: wrong:\n  shape: ", True),
        (f"{HEAD}  File x\n    call()\nValueError: wrong:\n  shape:", True),
        (f"{HEAD}ValueError: wrong:\n  shape:", True),
        (f"{HEAD}    ...\nValueError: wrong:\n  shape", False),
        (f"{HEAD}    ...\nValueError: wrong\n  shape:", False),
        (f"{HEAD}    ...\nValueError: wrong:", False),
        (f"{HEAD}    ...\nTypeError: wrong:\n  shape:", False),
        (f"{HEAD}    ...\n\nValueError: wrong:\n  shape:", False),
        ("ValueError: wrong:\n  shape:", False),
        (f":options: +IGNORE_EXCEPTION_DETAIL\n{HEAD}    ...\nValueError: other", True),
        (f":options: +IGNORE_EXCEPTION_DETAIL\n{HEAD}    ...\nmodule.ValueError", True),
        (f":options: +IGNORE_EXCEPTION_DETAIL\n{HEAD}    ...\nTypeError: other", False),
    ],
)
def test_of_an_exception_the_name_and_the_whole_message_count_and_not_the_stack(
    want: str, same: bool
) -> None:
    got = printed([error("ValueError", "wrong:\n  shape: ")])
    assert (difference(block(want), got) is None) == same


def test_only_the_exception_that_was_raised_has_a_stack_to_leave_out() -> None:
    got = printed([stdout(f"{HEAD}  printed\nend\n"), error("ValueError", "no")])
    raised = f"{HEAD}  any\nValueError: no"
    assert difference(block(f"{HEAD}  printed\nend\n{raised}"), got) is None
    assert difference(block(f"{HEAD}  other\nend\n{raised}"), got) is not None


def test_a_difference_is_a_unified_diff() -> None:
    diff = difference(block("a\nb"), Printed(("a", "c")))
    assert diff.split("\n") == [
        "--- 期待した出力",
        "+++ 実際の出力",
        "@@ -1,2 +1,2 @@",
        " a",
        "-b",
        "+c",
    ]


FIGURES = Printed(
    ("<Figure>", "  title: a", "  end: 0.76159415", "<Figure>", "  title: a", "text"),
    (range(1, 3), range(4, 5)),
)


@pytest.mark.parametrize(
    ("want", "same", "proof"),
    [
        ("<Figure>\n  title: a\n  end: 0.76159416\n<Figure>\n  title: a\ntext", True, True),
        ("<Figure>\n  end: 0.76159416\n<Figure>\n  title: a\ntext", True, True),
        ("<Figure>\n<Figure>\n  title: a\ntext", True, False),
        ("<Figure>\n<Figure>\ntext", True, False),
        ("<Figure>\n  title: b\n<Figure>\n  title: a\ntext", False, False),
        ("<Figure>\n  end: 0.76159416\n  title: a\n<Figure>\n  title: a\ntext", False, False),
        ("<Figure>\n  title: a\n<Figure>\n  title: a", False, False),
        ("  title: a\n  title: a\ntext", False, False),
        (":options: +ELLIPSIS\n...", True, False),
        (":options: +ELLIPSIS\n<Figure>\n...\n<Figure>\n...\ntext", True, False),
        (":options: +ELLIPSIS\n<Figure>\n  title: ...\n<Figure>\n  title: a\nte...", True, True),
    ],
)
def test_of_a_picture_the_facts_that_are_stated_are_compared(
    want: str, same: bool, proof: bool
) -> None:
    assert (difference(block(want), FIGURES) is None) == same
    assert proves(block(want), FIGURES) == proof


def test_dots_alone_prove_nothing() -> None:
    assert not proves(block(":options: +ELLIPSIS\n..."), Printed(("a",)))
    assert proves(block(":options: +ELLIPSIS\na..."), Printed(("a",)))
    assert not proves(block(":normalize: times\n3 s"), Printed(("4 s",)))
    assert proves(block(":normalize: times\ntook 3 s"), Printed(("took 4 s",)))
    assert proves(block("..."), Printed(("...",)))
