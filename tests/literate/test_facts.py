"""The facts of outputs that are not text, read from their forms."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_output

from literate.run.figures import FACTS
from literate.verify.facts import facts, is_rich

PLACEHOLDER = "<IPython.core.display.HTML object>"
DRAWING = "<svg><style>s</style>{}<g><text>0</text><text>a<tspan>b</tspan></text></g></svg>"


def shown(text: str = PLACEHOLDER, metadata: dict | None = None, **forms: object):
    names = {"html": "text/html", "svg": "image/svg+xml", "png": "image/png"}
    names |= {"markdown": "text/markdown", "latex": "text/latex"}
    names |= {"widget": "application/vnd.jupyter.widget-view+json"}
    data = {"text/plain": text} | {names[name]: form for name, form in forms.items()}
    return new_output("display_data", data=data, metadata=metadata or {})


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("", []),
        (" <div>\n</div><br>", []),
        ("<b>2 + 2 =\n 5</b>", ["2 + 2 = 5"]),
        ("<h1>題</h1><p>甲<i>乙</i><p>丙<br>丁", ["題", "甲乙", "丙", "丁"]),
        ("a &lt; b &amp;amp; c&#x3a;&nbsp;d", ["a < b &amp; c: d"]),
        ("<!-- no --><script>no</script><style>no</style><template>no</template>yes", ["yes"]),
        ("<html><head><title>no</title></head><body>yes</body></html>", ["yes"]),
        ("<svg></svg><title>no</title>yes", ["yes"]),
        ("<div hidden><div>no</div><br><b>no</b>no</div>yes", ["yes"]),
        ("<p style='color: red; display : none'>no</p><p style='color: red'>yes</p>", ["yes"]),
        ("<input hidden><p>yes", ["yes"]),
        ("<p>前<img src='x' alt='猫の絵'>後</p><img src='y'>", ["前猫の絵後"]),
        ("<ul><li>甲</li><li>乙</li></ul>", ["甲", "乙"]),
        ("<pre>a  b\nc</pre><p>d\ne</p>", ["a b", "c", "d e"]),
    ],
)
def test_each_block_that_a_page_shows_is_a_line(html: str, lines: list[str]) -> None:
    assert facts(shown(html=html)) == lines


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        (
            "<table>\n<caption>表</caption><tr>\n <th></th><th>a\n b</th></tr>"
            "<tr><td><p>1</p><p>2</p></td>\n<td>3</td> </tr></table>",
            ["表", "| a b", "1 2 | 3"],
        ),
        ("<table><tr><td>1<td>2<tr><td>3<td></table>after", ["1 | 2", "3 |", "after"]),
        ("<table><tr><td> </td><td></td></tr></table>", []),
        (
            "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td><td>d</td></tr>"
            "<tr><td>e</td></tr></table>",
            ["b | c", "a | d", "e"],
        ),
        ("before<table><tr><td>1<table><tr><td>2", ["before", "2", "1"]),
        ("</table></tr></svg><p>a</p></td>", ["a"]),
    ],
)
def test_each_row_of_a_table_is_a_line(html: str, lines: list[str]) -> None:
    assert facts(shown(html=html)) == lines


@pytest.mark.parametrize("form", ["html", "svg"])
def test_a_description_speaks_for_a_drawing_sentence_by_sentence(form: str) -> None:
    names = "<title>題 &lt;1&gt;</title><desc>甲は 1.5。乙は\n 2</desc>"
    assert facts(shown(**{form: DRAWING.format(names)})) == ["題 <1>", "甲は 1.5。", "乙は 2"]


@pytest.mark.parametrize("form", ["html", "svg"])
def test_the_labels_of_a_drawing_speak_where_nobody_described_it(form: str) -> None:
    assert facts(shown(**{form: DRAWING.format("<title>題</title>")})) == ["題", "0", "ab"]


def test_drawings_in_a_table_come_before_the_row_that_they_stand_in() -> None:
    described = DRAWING.format("<desc>甲。</desc>")
    html = f"<table><tr><td>1 {described}</td><td>{DRAWING.format('')}2</td></tr></table>"
    assert facts(shown(html=html)) == ["甲。", "0", "ab", "1 | 2"]


def test_a_markdown_output_says_what_its_html_shows() -> None:
    markdown = "# 題\n\n| a | b |\n|---|---|\n| `c` | $x \\;(x > 0)$ |\n"
    assert facts(shown(markdown=markdown)) == ["題", "a | b", "c | x \\;(x > 0)"]


def test_a_formula_says_its_source() -> None:
    assert facts(shown(latex="$$\\frac12\n= x$$")) == ["$$\\frac12 = x$$"]


def test_an_image_says_what_was_noted_of_it_and_nothing_without_notes() -> None:
    assert facts(shown(png="iVBO")) == []
    assert facts(shown(png="iVBO", metadata={FACTS: ["題: 正弦"]})) == ["題: 正弦"]


def test_facts_are_those_of_the_form_that_a_page_shows() -> None:
    assert facts(shown(html="html", latex="latex", png="iVBO")) == ["html"]


@pytest.mark.parametrize("form", ["html", "svg", "png", "markdown", "latex", "widget"])
def test_what_a_page_shows_in_another_form_than_text_is_rich(form: str) -> None:
    assert is_rich(shown(**{form: "x"}))


@pytest.mark.parametrize(
    "output",
    [
        new_output("stream", name="stdout", text="<b>"),
        new_output("error", ename="E", evalue="", traceback=[]),
        new_output("execute_result", data={"text/plain": "1"}),
        new_output("display_data", data={"text/plain": "1", "application/json": {}}),
        new_output("display_data", data={"application/papermill.record/text/html": "<b>1</b>"}),
    ],
)
def test_text_and_the_records_of_glue_are_not_rich(output) -> None:
    assert not is_rich(output)
    assert facts(output) == []


@pytest.mark.parametrize(
    ("text", "html", "rich"),
    [
        ("   a  b\n0  1  2", "<table><tr><th><th>a<th>b<tr><th>0<td>1<td>2</table>", False),
        ("   a  b\n0  1  2", "<table><tr><th><th>a<th>b<tr><th>0<td>1<td>3</table>", True),
        ("   b  a\n0  1  2", "<table><tr><th><th>a<th>b<tr><th>0<td>1<td>2</table>", True),
        ("0  1.5", "<table><tr><th>0<td>1</table>", True),
        (
            "<図：題。甲は 1。乙は 2。>",
            DRAWING.format("<title>題</title><desc>甲は 1。乙は 2。</desc>"),
            False,
        ),
        (
            "<図：題。甲は 1。>",
            DRAWING.format("<title>題</title><desc>甲は 1。乙は 2。</desc>"),
            True,
        ),
        ("乙は 2。甲は 1。", DRAWING.format("<desc>甲は 1。乙は 2。</desc>"), True),
        ("<図 甲>", "<b>甲</b>", False),
        (PLACEHOLDER, "<b>object</b>", True),
        ("<__main__.A at 0x7f>", "<b>A</b>", True),
        ("abc", "<b>a</b>", True),
        ("abc", "<b>c</b>", True),
        ("abc", "", True),
    ],
)
def test_a_text_that_says_all_that_a_page_shows_is_as_good_as_its_facts(
    text: str, html: str, rich: bool
) -> None:
    assert is_rich(shown(text, html=html)) is rich
