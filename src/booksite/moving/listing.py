"""The lines of ``neuron.engine`` that run, for the picture that walks through them.

The lines are read, and the run is watched, at each build: nothing here is typed twice.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from neuron.engine import Value

SOURCE = inspect.getfile(Value)
WRITES = re.compile(r"\.grad (\+?)= ")
Place = tuple[str, int]  # a method, and the number of a line in the file


def loss(w1: Value, w2: Value, b: Value) -> Value:
    """Return the loss of the page."""
    return ((w1 * 1.0 + w2 * 2.0 + b).tanh() - 1.0) ** 2


def watched() -> list[Place]:
    """Return the line of each step: one that makes a number or their order, or writes gradients.

    Setting gradients back is one step, however many there are.
    """
    ran: list[Place] = []
    lines = Path(SOURCE).read_text("utf-8").splitlines()

    def note(frame: FrameType, event: str, result: object) -> Any:
        if frame.f_code.co_filename != SOURCE or frame.f_code.co_name == "__init__":
            return None
        here = frame.f_code.co_name, frame.f_lineno
        writes = WRITES.search(lines[frame.f_lineno - 1])
        made = event == "return" and isinstance(result, Value | list)
        if made or (event == "line" and writes and (writes[1] or ran[-1] != here)):
            ran.append(here)
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        loss(Value(0.6), Value(-0.2), Value(0.8)).backward()
    finally:
        sys.settrace(before)
    return ran


def lines_of(name: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a method with their numbers, without what it says of itself."""
    lines, first = inspect.getsourcelines(getattr(Value, name))
    code = textwrap.dedent("".join(lines))
    (method,) = ast.parse(code).body
    assert isinstance(method, ast.FunctionDef)
    says = method.body[0]
    for place, line in enumerate(code.splitlines(), 1):
        if not says.lineno <= place <= (says.end_lineno or 0):
            yield first + place - 1, line


def listing() -> list[dict[str, Any]]:
    """Return the methods that run, each with its lines, and the steps at which each line runs."""
    ran = watched()
    return [
        {
            "name": f"Value.{name}",
            "lines": [
                {
                    "number": number,
                    "text": line,
                    "at": [step for step, place in enumerate(ran, 1) if place == (name, number)],
                }
                for number, line in lines_of(name)
            ],
        }
        for name in dict.fromkeys(name for name, _ in ran)
    ]
