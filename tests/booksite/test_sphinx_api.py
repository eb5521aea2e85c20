"""The names of Sphinx on which the site stands: a version that has lost one fails by that name."""

from __future__ import annotations

import pytest
from sphinx.builders.html import StandaloneHTMLBuilder

from booksite import sphinx_api
from booksite.frame.website import Website
from tests.foreign import check_override, names_used_in


@pytest.mark.parametrize("name", ["_css_files", "_static_dir", "search"])
def test_sphinx_looks_up_the_attribute(name: str) -> None:
    assert name in set(names_used_in(StandaloneHTMLBuilder))


def test_a_style_sheet_has_a_priority_and_a_name() -> None:
    class Builder:
        outdir = "/site"

    builder = Builder()
    add = StandaloneHTMLBuilder.add_css_file
    vars(builder).update(_css_files=[])
    add(builder, "late.css", priority=900)
    add(builder, "early.css", priority=100)
    places = [str(file) for file in sphinx_api.style_sheets(builder)]
    assert places == ["/site/_static/early.css", "/site/_static/late.css"]


@pytest.mark.parametrize(
    "name",
    [
        "copy_theme_static_files",
        "copy_html_static_files",
        "copy_translation_js",
        "copy_stemmer_js",
    ],
)
def test_sphinx_has_the_method_that_is_overridden(name: str) -> None:
    check_override(Website, name)
    assert name in set(names_used_in(StandaloneHTMLBuilder))
