"""What a cell printed, in lines: its text, its results with their facts, its exception."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from literate.verify.facts import facts, is_rich, kind_of
from literate.verify.terminal import plain

HEADER = "Traceback (most recent call last):"
STACK = "    ..."


@dataclass(frozen=True)
class Printed:
    """What a cell printed, in lines."""

    lines: tuple[str, ...]
    rich: tuple[range, ...] = ()
    """For each output of which the page shows more than its text: the lines of its facts."""
    raised: int | None = None
    """The line at which the traceback of an exception begins."""

    def __bool__(self) -> bool:
        """Tell whether anything was printed but blanks."""
        return bool(self.lines)

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)


def printed(outputs: Sequence[NotebookNode], *, kinds: bool = False) -> Printed:
    """Return what a cell printed: its text, its results with their facts, its exception.

    Of a result that is not text its kind can stand in the place of its facts.
    """
    lines: list[str] = []
    rich, raised = [], None
    for output in joined([each for each in outputs if not is_of_errors(each)]):
        if output.output_type == "error":
            raised = len(lines)
        if text := plain(_text(output)):
            lines += text.removesuffix("\n").split("\n")
        if is_rich(output):
            start = len(lines)
            if kinds:
                lines.append(f"  {kind_of(output)}")
                start += 1
            else:
                lines += [f"  {plain(fact)}" for fact in facts(output)]
            rich.append(range(start, len(lines)))
    said = without_end(lines) if any(line.strip(" \t") for line in lines) else []
    return Printed(tuple(lines[: len(said)]), tuple(rich), raised)


def printed_errors(outputs: Sequence[NotebookNode]) -> Printed:
    """Return what a cell wrote to the stream of errors."""
    streams = [each for each in outputs if is_of_errors(each)]
    return printed([NotebookNode(each, name="stdout") for each in streams])


def is_of_errors(output: NotebookNode) -> bool:
    """Tell whether an output was written to the stream of errors."""
    return bool(output.output_type == "stream" and output.name == "stderr")


def joined(outputs: Sequence[NotebookNode], *, apart: bool = False) -> list[NotebookNode]:
    """Return outputs with the parts of a stream as one: where a kernel parts them is chance.

    They stand side by side, or anywhere in the cell if those that are apart are to be joined, too.
    """
    whole: list[NotebookNode] = []
    for output in outputs:
        near = whole if apart else whole[-1:]
        streams = (each for each in near if each.output_type == output.output_type == "stream")
        first = next((each for each in streams if each.name == output.name), None)
        if first is None:
            whole.append(NotebookNode(output))
        else:
            first.text += output.text
    return whole


def _text(output: NotebookNode) -> str:
    found: str
    if output.output_type == "stream":
        found = output.text
    elif output.output_type == "error":
        message = f"{output.ename}: {output.evalue}" if output.evalue else output.ename
        found = f"{HEADER}\n{STACK}\n{message}\n"
    else:
        found = output.data.get("text/plain", "")
    return found


def without_end(lines: Sequence[str]) -> list[str]:
    """Leave out what editors and authors strip: blanks at the end of a line, lines at the end."""
    return "\n".join(line.rstrip(" \t") for line in lines).rstrip("\n").split("\n")
