"""What is written can be read: in formulas, pictures and code, and whichever colours one sees."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import pytest
from playwright.sync_api import Page

from booksite.text.quantities import NAMES
from tests.browser.contrast import contrasts, too_pale
from tests.builds import Build

SCHEME = pytest.mark.parametrize("scheme", ["light", "dark"])
Triple = tuple[float, float, float]
# What somebody sees who lacks one kind of cone (Machado, Oliveira, Fernandes 2009, severity 1).
SIGHT = {
    "every cone": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
APART = 0.075  # in Oklab; two shades of one colour on this site are 0.02 apart


@SCHEME
def test_every_text_stands_out_from_its_ground(
    open_page: Callable[..., Page], site: Build, scheme: str
) -> None:
    page = open_page("index.html", scheme=scheme)
    for name in site.pages:
        page.goto(f"{site.html.as_uri()}/{name}")
        assert too_pale(page) == [], name


def test_a_text_that_is_hard_to_read_is_noticed(open_page: Callable[..., Page]) -> None:
    page = open_page("lesson/graph.html")
    assert len(contrasts(page)) > 500
    for selector in ("math .q-w", ".neuron-flow .box text.q-w", ".highlight .q-y", "p"):
        pale = page.locator(selector).first
        pale.evaluate("(one) => one.setAttribute('style', 'color: #bbb; fill: #bbb')")
        assert too_pale(page), selector
        pale.evaluate("(one) => one.removeAttribute('style')")
    box = page.locator(".neuron-flow .box:has(text.q-w) rect").first
    box.evaluate("(one) => one.setAttribute('style', 'fill: #557')")
    assert too_pale(page)


@SCHEME
def test_the_quantities_differ_for_whoever_looks(
    open_page: Callable[..., Page], scheme: str
) -> None:
    page = open_page("index.html", scheme=scheme)
    read = "(name) => getComputedStyle(document.documentElement).getPropertyValue(`--q-${name}`)"
    colours = {name: linear(page.evaluate(read, name)) for name in NAMES}
    for sight, matrix in SIGHT.items():
        seen = {name: oklab(through(matrix, colour)) for name, colour in colours.items()}
        for one, other in combinations(NAMES, 2):
            assert math.dist(seen[one], seen[other]) >= APART, (sight, one, other)


def linear(colour: str) -> Triple:
    """The light of a colour like #0141b7."""
    parts = (int(colour.strip()[place : place + 2], 16) / 255 for place in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return r, g, b


def through(matrix: tuple[Triple, Triple, Triple], light: Triple) -> Triple:
    r, g, b = (
        min(1, max(0, sum(part * each for part, each in zip(row, light, strict=True))))
        for row in matrix
    )
    return r, g, b


def oklab(light: Triple) -> Triple:
    """Where a light stands among all colours, so that near ones look alike (Ottosson 2020)."""
    r, g, b = light
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )
