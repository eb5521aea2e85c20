"""What of code has no colour of its own has no element, and nothing looks different for it."""

from __future__ import annotations

import re

import pytest
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Token

from booksite.text.plain_code import PLAIN, unwrap
from tests.builds import Build


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ('<pre><span class="n">a</span><span class="p">(</span></pre>', "<pre>a(</pre>"),
        ('<pre><span class="k">def</span></pre>', '<pre><span class="k">def</span></pre>'),
        ('<pre><span class="n q-w">w</span></pre>', '<pre><span class="n q-w">w</span></pre>'),
        ('<p class="p"><span class="n">a</span></p>', '<p class="p"><span class="n">a</span></p>'),
    ],
)
def test_only_plain_code_loses_its_elements(html: str, plain: str) -> None:
    assert unwrap(html) == plain


@pytest.mark.parametrize(
    ("scheme", "ground"), [("light", "080808"), ("dark", "f8f8f2")]
)  # the colours of .highlight itself
def test_plain_code_looks_like_its_ground(scheme: str, ground: str, site: Build) -> None:
    style = get_style_by_name(f"a11y-high-contrast-{scheme}")
    kinds = {name: kind for kind, name in STANDARD_TYPES.items()}
    usual = style.style_for_token(Token) | {"color": ground}
    for name in PLAIN:
        assert style.style_for_token(kinds[name]) == usual, name
    css = (site.html / "_static" / "book.css").read_text("utf-8").lower()
    assert re.search(rf'\[data-theme="{scheme}"\] \.highlight\{{[^}}]*;color:#{ground}\}}', css)


def test_no_page_has_an_element_for_plain_code(site: Build) -> None:
    for page in site.html.rglob("*.html"):
        assert not re.search(
            r'<pre>(?:(?!</pre>).)*<span class="[np]">', page.read_text("utf-8")
        ), page
