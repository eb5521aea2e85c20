"""Notes of a matplotlib figure, in the kernel, what it shows: a picture itself tells nothing.

An IPython extension, which our kernelspec loads; matplotlib is imported by the pages that use it.
The notes are metadata of the output, so no reader of a notebook meets a form that it cannot show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from IPython.core.formatters import BaseFormatter
from IPython.core.interactiveshell import InteractiveShell
from traitlets import ObjectName, Unicode

from literate.words import Message, later

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text

FACTS = "literate/facts"
TEXT, LEGEND = later("text: {}"), later("legend: {}")
UNSEEN = 1e-9  # of an axis: what is nearer to zero is the rounding of a sum, and looks like zero


class Notes(BaseFormatter):
    """Writes no form of an output, only metadata."""

    format_type = Unicode(FACTS)
    print_method = ObjectName("_literate_facts_")
    _return_type = type(None)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Note the facts of every figure that the kernel shows."""
    formatter = shell.display_formatter
    assert formatter is not None  # every shell has made one by now
    notes: BaseFormatter = Notes(parent=formatter)
    # pyplot, when it chooses the forms of figures, takes from all what is registered for `Figure`.
    notes.for_type("matplotlib.figure.FigureBase", lambda figure: (None, describe(figure)))
    formatter.register_formatter(notes)


def describe(figure: Figure) -> list[Message]:
    """Return what a figure shows, a line each; of several axes each line says of which.

    They are messages: what a kernel has run does not depend on the language of the book.
    """
    title = figure.get_suptitle()
    lines: list[Message] = [[later("title of the figure: {}"), title]] if title else []
    lines += [[TEXT, words] for words in _texts(figure.texts) if words != title]
    shown = [axes for axes in figure.axes if axes.get_visible()]
    for number, axes in enumerate(shown, 1):
        several = len(shown) > 1
        lines += [
            [later("axes {} {}"), str(number), line] if several else line for line in _axes(axes)
        ]
    lines += [[LEGEND, _row(_texts(legend.get_texts()))] for legend in figure.legends]
    return lines


def _axes(axes: Axes) -> Iterator[Message]:
    for place in ("left", "center", "right"):
        if title := axes.get_title(place):
            yield [later("title: {}"), title]
    if axes.axison:
        yield from _axis(later("x axis"), axes.xaxis)
        yield from _axis(later("y axis"), axes.yaxis)
    yield from _lines(axes)
    yield from _bars(axes)
    yield from _points(axes)
    yield from _shapes(axes)
    for image in axes.images:
        pixels = image.get_array()
        assert pixels is not None  # or nobody could draw it
        yield [later("image: {}"), "×".join(map(str, pixels.shape))]
    yield from ([TEXT, words] for words in _texts(axes.texts))
    if legend := axes.get_legend():
        yield [LEGEND, _row(_texts(legend.get_texts()))]


def _axis(name: str, axis: Axis) -> Iterator[Message]:
    if not axis.get_visible():
        return
    if label := axis.get_label_text():
        yield [later("{}: {}"), [name], label]
    if axis.have_units():  # the numbers behind names and dates say nothing
        yield [later("ticks of the {}: {}"), [name], _row(_texts(axis.get_ticklabels()))]
    else:
        low, high = (_number(value, axis) for value in axis.get_view_interval())
        yield [later("range of the {}: {} to {}"), [name], low, high]
    if axis.get_scale() != "linear":
        yield [later("scale of the {}: {}"), [name], axis.get_scale()]


def _lines(axes: Axes) -> Iterator[Message]:
    for line in axes.get_lines():
        if line.get_visible():
            path = _path(line.get_xydata(), axes, later("points: {}"))
            yield [later("line{}: {}"), _name(line), path]


def _bars(axes: Axes) -> Iterator[Message]:
    containers: Sequence[Any] = axes.containers  # no other than those of bars has values
    for bars in containers:
        values = getattr(bars, "datavalues", None)
        if values is not None and len(values):
            axis = axes.xaxis if bars.orientation == "horizontal" else axes.yaxis
            first, last = _number(values[0], axis), _number(values[-1], axis)
            count = str(len(values))
            yield [later("bars{}: {} to {}, {} in all"), _name(bars), first, last, count]


def _points(axes: Axes) -> Iterator[Message]:
    for points in axes.collections:
        if _is_scatter(points):
            places: Any = points.get_offsets()
            places = places.astype(float).filled(float("nan"))
            path = _path(places, axes, later("{} in all"))
            yield [later("points{}: {}"), _name(points), path]


def _shapes(axes: Axes) -> Iterator[Message]:
    """Count what has no values of its own to show."""
    bars = {patch for container in axes.containers for patch in container}
    shapes: list[Artist] = [each for each in axes.collections if not _is_scatter(each)]
    shapes += [patch for patch in axes.patches if patch not in bars]
    for name, count in Counter(type(shape).__name__ for shape in shapes).items():
        yield [later("shapes: {}, {} in all"), name, str(count)]


def _is_scatter(collection: Artist) -> bool:
    return type(collection).__name__ == "PathCollection"


def _texts(texts: Sequence[Text]) -> list[str]:
    return [text.get_text() for text in texts if text.get_visible() and text.get_text()]


def _row(words: Sequence[str]) -> Message:
    row: Message = "".join(words[:1])
    for word in words[1:]:
        row = [later("{}, {}"), row, word]
    return row


def _name(artist: Artist) -> Message:
    label = str(artist.get_label())
    return "" if label.startswith("_") or not label else [later(' "{}"'), label]


def _path(places: Any, axes: Axes, counter: str) -> Message:
    count = [counter, str(len(places))]
    if not len(places):
        return count
    ends = [places[0], places[-1]]
    shown = [f"({_number(x, axes.xaxis)}, {_number(y, axes.yaxis)})" for x, y in ends]
    return [later("{} to {}, {}"), *shown, count]


def _number(value: float, axis: Axis) -> str:
    if axis.have_units() and isfinite(value):
        return axis.get_major_formatter().format_data(value)
    low, high = axis.get_view_interval()
    if axis.get_scale() == "linear" and abs(value) <= UNSEEN * abs(high - low):
        return "0"
    return f"{value + 0.0:.4g}"
