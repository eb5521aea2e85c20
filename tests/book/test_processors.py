"""The outputs of the book are the same on a processor with other instructions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builds import build

# The fewest that torch and the libraries beneath it can do with: they round otherwise.
FEWEST = {
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
}


def test_a_processor_with_few_instructions_gives_every_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in FEWEST.items():
        monkeypatch.setenv(name, value)
    result = build(tmp_path, builder="dummy")
    assert result.returncode == 0, result.log
    assert result.executed > 30
