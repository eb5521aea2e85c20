"""A quantity has its colour wherever it is named, and nothing else has it."""

from __future__ import annotations

import re

import pytest

from booksite.text.quantities import NAMES, colour
from tests.builds import ROOT, Build, read

MATH = "<math><mi>w</mi></math>"


@pytest.mark.parametrize(
    ("html", "coloured"),
    [
        ("<mi>w</mi>", '<mi class="q-w">w</mi>'),
        (
            "<msub><mi>x</mi><mn>1</mn></msub>",
            '<msub class="q-x"><mi>x</mi><mn>1</mn></msub>',
        ),
        ("<msup><mi>L</mi><mn>2</mn></msup>", '<msup><mi class="q-L">L</mi><mn>2</mn></msup>'),
        ("<mi>t</mi><mi>tanh</mi>", "<mi>t</mi><mi>tanh</mi>"),
        ('<text x="1">w₂</text>', '<text class="q-w" x="1">w₂</text>'),
        ('<text class="name">u = 1</text>', '<text class="q-u name">u = 1</text>'),
        ('<text class="q-u">u</text>', '<text class="q-u">u</text>'),
        ("<text>y − t</text><text>bias</text>", "<text>y − t</text><text>bias</text>"),
        ("<i>w</i>₁ と <i>z</i>", '<span class="q-w"><i>w</i>₁</span> と <i>z</i>'),
        (
            f'{MATH}<span class="n">weight</span>',
            f'{colour(MATH)}<span class="n q-w">weight</span>',
        ),
        (f'{MATH}<span class="n">bias</span>', f'{colour(MATH)}<span class="n">bias</span>'),
        (f'{MATH}<span class="n">weights</span>', f'{colour(MATH)}<span class="n">weights</span>'),
    ],
)
def test_what_names_a_quantity_is_coloured(html: str, coloured: str) -> None:
    assert colour(html) == coloured


def test_formula_picture_table_and_code_of_a_page_agree(site: Build) -> None:
    page = read(site.html / "lesson" / "chain.html")
    for quantity in NAMES:
        for place in ("math", "svg", "td math", ".highlight"):
            found = [tag.get_text() for tag in page.select(f"{place} .q-{quantity}")]
            if found:
                assert {text[0] for text in found} <= {quantity, quantity.lower()}, place
    for place in ("math .q-w", "svg .q-w", "td .q-w", ".highlight .q-y"):
        assert page.select(place), place


def test_scripts_colour_the_same_letters() -> None:
    scripts = [*(ROOT / "src" / "booksite").rglob("*.js")]
    sets = [found for file in scripts for found in re.findall(r"\(\[(\w{6})\]\)", file.read_text())]
    assert len(sets) >= 3
    assert {frozenset(letters) for letters in sets} == {frozenset(NAMES)}
