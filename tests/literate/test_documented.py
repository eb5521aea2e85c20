"""Whatever an author can set is told where authors look, and nothing is told that is not there."""

from __future__ import annotations

import re

import pytest

from literate.verify.block import NAMES
from literate.verify.choices import DEFAULTS, KINDS
from literate.verify.normalizers import READY
from tests.builds import ROOT

LITERATE = ROOT / "src" / "literate"
INTERNAL = {"literate_shape"}  # the build sets it itself


@pytest.mark.parametrize(
    "page", [LITERATE / "README.md", ROOT / "book" / "appendix" / "literate.md"]
)
def test_every_setting_check_and_rule_is_told(page) -> None:
    text = page.read_text("utf-8")
    code = "".join(file.read_text("utf-8") for file in LITERATE.rglob("*.py"))
    settings = {*re.findall(r'add_config_value\(\s*"(\w+)"', code), *DEFAULTS} - INTERNAL
    assert len(settings) > 8
    told = set(re.findall(r"\bliterate_\w+", text))
    assert told == settings
    assert [name for name in (*KINDS, *READY) if name not in text] == []
    flags = set(re.findall(r"(?<=[+-])[A-Z][A-Z_0-9]{3,}", text))
    assert flags == set(NAMES)
