"""Compare what a cell printed with what the page says that it prints.

The rules are doctest's; numbers compare with a relative tolerance. The comparison itself is
pytest-doctestplus' ``OutputChecker``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from doctest import ELLIPSIS

from nbformat import NotebookNode

from literate.page import FLOAT_CMP, Expected

ANSI = re.compile(r"\x1b\[[0-9;]*m")
HEADER = "Traceback (most recent call last):"


def printed(outputs: Sequence[NotebookNode]) -> str:
    """Return the text that a cell printed: its stream, the text of its results, its exception."""
    return "".join(map(_text, outputs)).rstrip("\n")


def _text(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return output.text if output.name == "stdout" else ""
    if output.output_type == "error":
        return f"{HEADER}\n    ...\n{output.ename}: {output.evalue}".rstrip(": ") + "\n"
    if "scrapbook" in output.metadata:  # glue's own record, shown elsewhere on the page
        return ""
    text = output.data.get("text/plain", "")
    return ANSI.sub("", text) + "\n" if text else ""


def difference(expected: Expected, got: str) -> str | None:
    """Return a unified diff where ``got`` is not what was expected, else None."""
    if got == expected.text:
        return None
    from pytest_doctestplus.output_checker import OutputChecker  # brings NumPy, for the numbers

    checker = OutputChecker()
    checker.rtol, checker.atol = expected.rtol, 0.0
    want, have = _without_stack(expected.text), _without_stack(got)
    # With FLOAT_CMP the checker takes an ellipsis for the rest of a number alone.
    ways = [expected.flags]
    if expected.flags & ELLIPSIS:
        ways.append(expected.flags & ~FLOAT_CMP)
    if any(checker.check_output(f"{want}\n", f"{have}\n", flags) for flags in ways):
        return None
    lines = difflib.unified_diff(
        expected.text.splitlines(), got.splitlines(), "期待した出力", "実際の出力", lineterm=""
    )
    return "\n".join(lines)


def _without_stack(text: str) -> str:
    """Drop the stack of a traceback, which doctest does not compare either."""
    before, header, after = text.partition(HEADER)
    if not header:
        return text
    message = re.sub(r"\A\n(?:[ \t]+.*\n)*", "\n", after)
    return before + header + message
