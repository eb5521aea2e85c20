"""What a page says against what its run did: every problem has its line, and a ✓ its proof."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_output

from literate.verify.page import parse
from literate.verify.problems import Verdict, outputs_of, pictures, problems, stray, verdict
from tests.literate.test_comparison import error, stdout


def page(*blocks: str | None) -> str:
    """A page of cells, each followed by its expected block where one is given."""
    parts = ["---\nfile_format: mystnb\n---\n"]
    for number, block in enumerate(blocks):
        parts.append(f"```{{code-cell}} ipython3\ncell{number}\n```\n")
        if block is not None:
            parts.append(f"```{{testoutput}}\n{block}\n```\n")
    return "".join(parts)


def tagged(text: str, *options: str) -> str:
    """The page with these options at its first cell."""
    return text.replace("ipython3\n", "ipython3\n" + "".join(f"{each}\n" for each in options), 1)


def told(text: str, outputs: list) -> list[tuple[int, str]]:
    """The lines of all problems, and their first sentences."""
    found = problems(parse(text), outputs)
    return [(problem.line, problem.message.split("。")[0]) for problem in found]


HTML = new_output("display_data", {"text/plain": "<HTML>", "text/html": "<p>a</p><p>b</p>"})
STDERR = new_output("stream", name="stderr", text="careful")
NOT_RUN = "セルが実行されませんでした"


def test_every_problem_has_its_line() -> None:
    text = page("1", None, "3", None) + "text\n```{testoutput}\nlost\n```\n"
    assert told(text, [[stdout("2\n")], [stdout("x\n")], [], []]) == [
        (23, "この testoutput の直前に、セルがありません"),
        (7, "セルの出力が testoutput と違います"),
        (10, "出力のあるセルに testoutput がありません"),
        (16, "testoutput があるのに、セルは何も出力しませんでした"),
    ]


def test_a_cell_that_is_skipped_or_empty_leaves_the_others_with_their_own_blocks() -> None:
    text = tagged(page(None, "42", None, "7"), ":tags: [skip-execution]")
    text = text.replace("cell2\n", "")
    assert told(text, [None, [stdout("42")], [], [stdout("7")]]) == []
    wrong = text.replace("42", "WRONG")
    assert told(wrong, [None, [stdout("42")], [], [stdout("7")]]) == [
        (11, "セルの出力が testoutput と違います")
    ]


def test_a_block_of_a_cell_that_did_not_run_is_told() -> None:
    skipped = tagged(page("1", "2"), ":tags: [skip-execution]")
    message = "セルが実行されなかったので、testoutput を照合できません"
    assert told(skipped, [None, [stdout("2")]]) == [(6, message)]
    assert told(page(None, "2"), [None, [stdout("2")]]) == [(5, NOT_RUN)]


def test_of_cells_after_one_that_stopped_the_page_nothing_is_told() -> None:
    text = page("1", None, "3")
    assert told(text, [[stdout("1")], [error("ValueError", "no")], None]) == [
        (11, "セルで例外が起きました")
    ]
    assert told(text, [[stdout("1")]]) == []


def test_an_output_belongs_to_its_cell_by_place_and_not_by_count() -> None:
    ran = new_code_cell("x", execution_count=1, outputs=[stdout("1")])
    skipped, empty = new_code_cell("x"), new_code_cell(" \n")
    assert [outputs_of(cell) for cell in (skipped, ran, empty)] == [None, [stdout("1")], []]


def test_an_exemption_needs_a_reason_and_excludes_a_block() -> None:
    exempt = "```{code-cell} ipython3\n:tags: [unverified]\nx\n```\n"
    text = page("1") + exempt + exempt + "```{testoutput}\n1\n```\n"
    assert [message for _, message in told(text, [[stdout("1")]] * 3)] == [
        "unverified のセルには、:reason: で理由を書いてください",
        "unverified のセルには、:reason: で理由を書いてください",
        "unverified のセルに testoutput があります",
    ]
    with_reason = page("1") + exempt.replace("[unverified]", "[unverified]\n:reason: 乱数")
    assert not told(with_reason, [[stdout("1")]] * 2)


def test_a_page_without_any_verified_cell_is_a_problem() -> None:
    assert told(page(None), [[]]) == [(4, "このページには、照合する出力が1つもありません")]


def test_what_is_written_to_stderr_is_told_once_however_the_kernel_parts_it() -> None:
    first, rest = (new_output("stream", name="stderr", text=text) for text in ("wrong", "\n"))
    (problem,) = problems(parse(page("1")), [[first, stdout("1"), rest]])
    assert problem.message == "セルが標準エラー出力に書きました。\nwrong\n"


def test_a_failure_hides_what_else_differs_in_its_cell() -> None:
    outputs = [[stdout("x"), error("ValueError", "no")], [STDERR]]
    assert told(page("1", "2"), outputs) == [
        (5, "セルで例外が起きました"),
        (11, "セルが標準エラー出力に書きました"),
    ]
    declared = tagged(page("1", "2"), ":tags: [raises-exception]")
    assert told(declared, [[stdout("1")], [stdout("2")]]) == [
        (6, "raises-exception と宣言したセルで、例外が起きませんでした")
    ]


@pytest.mark.parametrize(
    ("block", "outputs", "options", "found"),
    [
        ("1", [stdout("1")], [], Verdict.PROVEN),
        ("2", [stdout("1")], [], Verdict.DIFFERENT),
        (None, [stdout("1")], [], Verdict.UNPROVEN),
        ("1", [stdout("1"), STDERR], [], Verdict.UNPROVEN),
        ("1", [stdout("1"), error("ValueError", "no")], [], Verdict.UNPROVEN),
        ("1", [stdout("1")], [":tags: [raises-exception]"], Verdict.UNPROVEN),
        ("1", [stdout("1")], [":tags: [unverified]"], Verdict.UNPROVEN),
        (None, [stdout("1")], [":tags: [unverified]"], Verdict.UNPROVEN),
        ("1", None, [], Verdict.NOTHING),
        ("1", [], [], Verdict.NOTHING),
        ("<HTML>", [HTML], [], Verdict.UNPROVEN),
        ("<HTML>\n  b", [HTML], [], Verdict.PROVEN),
        ("<HTML>\n  c", [HTML], [], Verdict.DIFFERENT),
        ("<HTML>\n  b\n<HTML>", [HTML, HTML], [], Verdict.UNPROVEN),
        ("1\n<HTML>", [stdout("1"), HTML], [], Verdict.UNPROVEN),
        (
            "1",
            [stdout("1"), new_output("display_data", {"image/png": "iVBO"})],
            [],
            Verdict.UNPROVEN,
        ),
        (None, [new_output("display_data", {"image/png": "iVBO"})], [], Verdict.UNPROVEN),
        (":options: +ELLIPSIS\n...", [stdout("1")], [], Verdict.UNPROVEN),
    ],
)
def test_a_tick_is_for_an_output_that_was_compared_and_equal(
    block: str | None, outputs: list | None, options: list[str], found: Verdict
) -> None:
    (cell,) = parse(tagged(page(block), *options)).cells
    assert verdict(cell, outputs) is found


def test_pictures_are_counted() -> None:
    assert [pictures(outputs) for outputs in (None, [stdout("1")], [HTML, HTML])] == [0, 0, 2]


def test_a_block_inside_of_something_is_told_and_its_cell_speaks_for_it() -> None:
    seen = [("code-cell", 3), ("testoutput", 6), ("testoutput", 9), ("code-cell", 12)]
    assert [problem.line for problem in stray(seen)] == [3, 9, 12]


def test_what_a_cell_writes_to_the_stream_of_errors_has_a_block_of_its_own() -> None:
    both = page("1") + "```{testoutput}\n:stream: stderr\ncareful\n```\n"
    cell = parse(both).cells[0]
    assert told(both, [[stdout("1"), STDERR]]) == []
    assert verdict(cell, [stdout("1"), STDERR]) is Verdict.PROVEN
    other = new_output("stream", name="stderr", text="calm")
    assert told(both, [[stdout("1"), other]]) == [(10, "セルの出力が testoutput と違います")]
    assert verdict(cell, [stdout("1"), other]) is Verdict.DIFFERENT
    nothing = "testoutput があるのに、セルは何も出力しませんでした"
    assert told(both, [[stdout("1")]]) == [(10, nothing)]
    assert told(both, [[STDERR]]) == [(7, nothing)]
    assert told(both.replace("1\n", "2\n", 1), [[stdout("1"), STDERR]])[0][0] == 7
    alone = page(None) + "```{testoutput}\n:stream: stderr\ncareful\n```\n"
    assert verdict(parse(alone).cells[0], [STDERR]) is Verdict.PROVEN
    assert verdict(parse(alone).cells[0], [stdout("1"), STDERR]) is Verdict.UNPROVEN
    assert told(both + "```{testoutput}\n1\n```\n", [[stdout("1"), STDERR]])[0][0] == 14
