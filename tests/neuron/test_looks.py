"""No picture looks otherwise than is written down."""

from __future__ import annotations

from pathlib import Path

from tests.neuron.looks import told


def test_pictures_look_as_they_are_written_down() -> None:
    """What is new is written down by ``python -m tests.neuron.looks > tests/neuron/looks.txt``."""
    written = Path(__file__).with_name("looks.txt").read_text("utf-8")
    assert told().split("\n") == written.split("\n")
