"""What counts as a number or a shape in prose, and what proves it."""

from __future__ import annotations

import pytest
from docutils import nodes
from docutils.utils import new_document

from literate.verify.prose import NUMBER, digits, fact, gives, unproven, value
from literate.words import speak


def found(words: str, printed: str = "", *, wrap: type[nodes.Element] = nodes.paragraph) -> list:
    document = new_document("page")
    document += wrap("", words)
    return [problem.message.split(" ")[1] for problem in unproven(document, printed, [words])]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("約2.718の定数", ["2.718"]),
        ("−0.4768 × 0.4200", ["−0.4768", "0.4200"]),
        ("1,000件と1.5e-3と12345", ["1,000", "1.5e-3", "12345"]),
        ("PyTorch 0.0.3、2.13.0+cpu、float64、x1、v2020", []),
    ],
)
def test_a_number_is_found_beside_japanese_and_not_in_names_and_versions(
    words: str, numbers: list[str]
) -> None:
    assert NUMBER.findall(words) == numbers


@pytest.mark.parametrize(
    ("number", "significant"),
    [
        ("0.7616", 4),
        ("-0.0762", 3),
        ("0.20", 2),
        ("100", 1),
        ("1,020", 3),
        ("2020", 3),
        ("1e-5", 1),
        ("0.00", 0),
        ("0", 0),
        ("−4.20", 3),
    ],
)
def test_digits_that_tell_only_the_size_are_not_significant(number: str, significant: int) -> None:
    assert digits(number) == significant


@pytest.mark.parametrize(
    ("printed", "number", "proven"),
    [
        ("0.76159415", "0.7616", True),
        ("0.76159415", "0.7615", False),
        ("0.7616", "0.7616", True),
        ("0.7616", "0.76160", True),
        ("0.76", "0.7616", False),
        ("0.7625", "0.762", True),
        ("0.7625", "0.763", True),
        ("-0.2002", "−0.200", True),
        ("0.2002", "−0.200", False),
        ("256", "256", True),
        ("255.6", "256", False),
        ("1234", "1,234", True),
        ("0.76155", "0.7615", True),
        ("0.76156", "0.7615", False),
        ("0.7", "0.7", True),
    ],
)
def test_a_printed_number_proves_its_rounded_forms(printed: str, number: str, proven: bool) -> None:
    assert gives(value(printed), number) == proven


def test_prose_needs_its_numbers_and_shapes_from_the_run() -> None:
    words = "形は(1, 2)で3行1列、値は0.7616と12.5"
    assert found(words) == ["0.7616", "12.5", "(1,", "3行1列"]
    assert found(words, "torch.Size([1, 2]) (3, 1)\n0.76159 12.5") == []


def test_a_matrix_is_called_so_in_the_language_of_the_book() -> None:
    speak("en")
    document = new_document("page")
    document += nodes.paragraph("", words := "a 3-by-1 matrix, 3行1列")
    (problem,) = unproven(document, "", [words])
    assert "3-by-1" in problem.message


def test_formulas_are_held_too_and_their_points_are_no_shapes() -> None:
    assert found("v = (1, 10) = 0.7616", wrap=nodes.math_block) == ["0.7616"]


def test_cells_outputs_glue_and_facts_are_not_prose_and_an_alternative_text_is() -> None:
    for name in ("pasted-text", "literate-fact"):
        wrap = nodes.inline("", "0.7616", classes=[name])
        assert found("", wrap=lambda *_, wrap=wrap: wrap) == []
    assert found("", wrap=lambda *_: nodes.literal_block("", "0.7616")) == []
    for element in ("cell_code", "cell_code_output"):
        wrap = nodes.container("", nodes.paragraph("", "0.7616"), nb_element=element)
        assert found("", wrap=lambda *_, wrap=wrap: wrap) == []
    assert found("", wrap=lambda *_: nodes.image(alt="値は 0.7616")) == ["0.7616"]


def test_a_fact_is_shown_as_it_is_written() -> None:
    (node,), messages = fact("fact", "{fact}`2020`", "2020", 1, None)
    assert (node.astext(), node.rawsource, messages) == ("2020", "{fact}`2020`", [])
    assert node["classes"] == ["literate-fact"]


def test_a_number_that_stands_nowhere_in_the_source_is_at_the_beginning() -> None:
    document = new_document("page")
    document += nodes.paragraph("", "0.7616")
    assert [problem.line for problem in unproven(document, "", ["x", "y"])] == [1]
    first = ["0.7616", "0.7616"]
    assert [problem.line for problem in unproven(document, "", first)] == [1]
    document[0].line = 2
    assert [problem.line for problem in unproven(document, "", first)] == [2]


def test_the_line_is_where_the_number_stands() -> None:
    document = new_document("page")
    paragraph = nodes.paragraph("", "本文\n値は 0.7616 です")
    paragraph.line = 2
    document += nodes.section("", paragraph)
    lines = ["0.7616", "本文", "値は 0.7616 です"]
    (problem,) = unproven(document, "", lines)
    assert problem.line == 3
