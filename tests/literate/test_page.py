"""A page's cells and blocks are those that MyST-NB sees, whatever surrounds them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from literate.verify.block import PageError, Rule
from literate.verify.page import enclosed, parse

COLONS = MdParserConfig(enable_extensions={"colon_fence"})
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
:atol: 1e-9
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


def test_a_page_is_read_with_lines_tags_reasons_and_options() -> None:
    read = parse(PAGE)
    first, second = read.cells
    assert (read.title, read.orphans) == ("題", (33,))
    assert (first.line, first.code, first.source, first.tags) == (
        9,
        11,
        "first",
        ("raises-exception",),
    )
    expected = first.expected
    assert (expected.line, expected.text, expected.place) == (14, "a...\nb", (13, 20))
    assert (expected.rules, expected.rtol, expected.atol) == (Rule.ELLIPSIS, 1e-3, 1e-9)
    assert (second.code, second.source) == (28, "second")
    assert (second.tags, second.reason, second.expected) == (("unverified",), "乱数", None)


def test_a_byte_order_mark_changes_nothing() -> None:
    assert parse("\ufeff" + PAGE) == parse(PAGE)


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_lines_end_as_they_like(newline: str) -> None:
    assert parse(PAGE.replace("\n", newline)) == parse(PAGE)


@pytest.mark.parametrize("character", "\f\v\x1c\x1d\x1e\x85\u2028\u2029")
def test_no_other_character_ends_a_line(character: str) -> None:
    page = f"```{{code-cell}}\nx\n```\n```{{testoutput}}\na{character}b\n```\n" + PAGE
    first, second, _ = parse(page).cells
    assert first.expected.text == f"a{character}b"
    assert second.line == 6 + 9


@pytest.mark.parametrize(
    ("page", "line", "message"),
    [
        ("```{code-cell}\nx\n", 1, "閉じられていません"),
        ("```{code-cell}\nx\n```\n````{testoutput}\n1\n```\n", 4, "閉じられていません"),
        (
            "```{code-cell}\nx\n```\n```{testoutput} python\n1\n```\n",
            4,
            "ほかのことは書けません: python",
        ),
        ("\n```{code-cell}\n:tags: 5\nx\n```\n", 2, ":tags: は、"),
        ("\n```{code-cell}\n:tags: [a, 1]\nx\n```\n", 2, ":tags: は、"),
        ("\n```{code-cell}\n:tags: [a\nx\n```\n", 2, "セルの指定を読めません"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(page: str, line: int, message: str) -> None:
    with pytest.raises(PageError, match=message) as raised:
        parse(page)
    assert raised.value.line == line


def test_an_empty_reason_is_none() -> None:
    page = "```{code-cell}\n:tags: [unverified]\n:reason:\nx\n```\n"
    assert parse(page).cells[0].reason == ""


CELL = "```{code-cell}\nx\n```"
BLOCK = "```{testoutput}\n1\n```"


def indented(text: str, by: str) -> str:
    return "\n".join(by + line for line in text.split("\n"))


@pytest.mark.parametrize(
    "block",
    [
        BLOCK,
        BLOCK.replace("```", "`````"),
        BLOCK.replace("```", "~~~"),
        BLOCK.replace("```", ":::"),
        indented(BLOCK, "   "),
        f"\n\n{BLOCK}",
    ],
)
def test_a_block_belongs_to_the_cell_before_it_however_it_is_fenced(block: str) -> None:
    page = parse(f"{CELL}\n{block}\n", COLONS)
    assert page.cells[0].expected.text == "1"
    assert not list(enclosed(f"{CELL}\n{block}\n", COLONS))


@pytest.mark.parametrize(
    ("around", "lines"),
    [
        (f":::{{note}}\n{CELL}\n{BLOCK}\n:::", [2, 5]),
        (f"::::{{note}}\n:class: a\n\n:::{{tip}}\n{CELL}\n:::\n::::", [5]),
        (f"````{{note}}\n{CELL}\n{BLOCK}\n````", [2, 5]),
        (f"- a\n{indented(CELL, '  ')}\n{indented(BLOCK, '  ')}", [2, 5]),
        (f"{indented(CELL, '> ')}\n{indented(BLOCK, '> ')}", [1, 4]),
        (CELL.replace("```", ":::"), [1]),
        ("``` {code-cell}\nx\n```", [1]),
        (f"````{{code-block}} md\n{CELL}\n{BLOCK}\n````", []),
        (f"````md\n{CELL}\n{BLOCK}\n````", []),
        (indented(CELL, "    "), []),
        (f"<!--\n{BLOCK}\n-->", []),
    ],
)
def test_what_myst_nb_does_not_see_is_found(around: str, lines: list[int]) -> None:
    assert [line for _, line in enclosed(around, COLONS)] == lines
    page = parse(around, COLONS)
    assert (page.cells, page.orphans) == ((), ())


def test_a_block_belongs_to_no_cell_but_the_one_directly_before_it() -> None:
    page = parse(f"{BLOCK}\n{CELL}\ntext\n{BLOCK}\n{CELL}\n{BLOCK}\n{BLOCK}\n")
    assert [cell.expected and cell.expected.line for cell in page.cells] == [None, 14]
    assert page.orphans == (1, 8, 17)


PIECES = [
    CELL,
    BLOCK,
    CELL.replace("```", "~~~~"),
    CELL.replace("x", ""),
    CELL.replace("x", "\nx\n"),
]
PIECES += [CELL.replace("x", ":tags: [a]\n\nx\f\ny\n"), f":::{{note}}\n{CELL}\n:::", "- a", "> b"]
PIECES += [
    "text",
    "",
    "  ",
    "+++",
    "% c",
    "    code",
    "```",
    "~~~",
    ":::",
    "<!-- a",
    "-->",
    "$$",
    "a\fb",
]
PIECES += [indented(CELL, " " * by) for by in (1, 2, 3, 4)] + ["1. a", "***", "# T", "[^a]: note"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from([None, COLONS]))
def test_the_cells_are_those_of_myst_nb(pieces: list[str], config: MdParserConfig | None) -> None:
    text = "\n".join(["---", "a: 1", "---", *pieces])
    notebook = read_myst_markdown_notebook(text, config, add_source_map=True)
    places = zip(notebook.cells, notebook.metadata.source_map, strict=True)
    code = [(cell.source, line) for cell, line in places if cell.cell_type == "code"]
    try:
        page = parse(text, config)
    except PageError as error:
        assert "閉じられていません" in str(error)
        return
    assert [(cell.source, cell.line) for cell in page.cells] == code
    lines = text.split("\n")
    for cell in page.cells:
        first = cell.source.splitlines()[0] if cell.source.strip() else ""
        assert first.strip() in lines[cell.code - 1]
