"""Notes of a matplotlib figure, in the kernel, what it shows: a picture itself tells nothing.

An IPython extension, which our kernelspec loads; matplotlib is imported by the pages that use it.
The notes are metadata of the output, so no reader of a notebook meets a form that it cannot show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from IPython.core.formatters import BaseFormatter
from IPython.core.interactiveshell import InteractiveShell
from traitlets import ObjectName, Unicode

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

FACTS = "literate/facts"
UNSEEN = 1e-9  # of an axis: what is nearer to zero is the rounding of a sum, and looks like zero


class Notes(BaseFormatter):
    """Writes no form of an output, only metadata."""

    format_type = Unicode(FACTS)
    print_method = ObjectName("_literate_facts_")
    _return_type = type(None)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Note the facts of every figure that the kernel shows."""
    notes = Notes(parent=shell.display_formatter)
    # pyplot, when it chooses the forms of figures, takes from all what is registered for `Figure`.
    notes.for_type("matplotlib.figure.FigureBase", lambda figure: (None, describe(figure)))
    shell.display_formatter.register_formatter(notes)


def describe(figure: Figure) -> list[str]:
    """Return what a figure shows, a line each; of several axes each line says of which."""
    title = figure.get_suptitle()
    lines = [f"全体の題: {title}"] if title else []
    lines += [f"文字: {words}" for words in _texts(figure.texts) if words != title]
    shown = [axes for axes in figure.axes if axes.get_visible()]
    for number, axes in enumerate(shown, 1):
        prefix = f"軸{number} " if len(shown) > 1 else ""
        lines += [prefix + line for line in _axes(axes)]
    lines += [f"凡例: {'、'.join(_texts(legend.get_texts()))}" for legend in figure.legends]
    return [" ".join(line.split()) for line in lines]


def _axes(axes: Axes) -> Iterator[str]:
    for place in ("left", "center", "right"):
        if title := axes.get_title(place):
            yield f"題: {title}"
    if axes.axison:
        yield from _axis("横軸", axes.xaxis)
        yield from _axis("縦軸", axes.yaxis)
    yield from _lines(axes)
    yield from _bars(axes)
    yield from _points(axes)
    yield from _shapes(axes)
    for image in axes.images:
        yield f"画像: {'×'.join(map(str, image.get_array().shape))}"
    yield from (f"文字: {words}" for words in _texts(axes.texts))
    if legend := axes.get_legend():
        yield f"凡例: {'、'.join(_texts(legend.get_texts()))}"


def _axis(name: str, axis: Axis) -> Iterator[str]:
    if not axis.get_visible():
        return
    if label := axis.get_label_text():
        yield f"{name}: {label}"
    if axis.have_units():  # the numbers behind names and dates say nothing
        yield f"{name}の目盛り: {'、'.join(_texts(axis.get_ticklabels()))}"
    else:
        low, high = (_number(value, axis) for value in axis.get_view_interval())
        yield f"{name}の範囲: {low} から {high}"
    if axis.get_scale() != "linear":
        yield f"{name}の目盛り: {axis.get_scale()}"


def _lines(axes: Axes) -> Iterator[str]:
    for line in axes.get_lines():
        if line.get_visible():
            yield f"線{_name(line)}: {_path(line.get_xydata(), axes, '点')}"


def _bars(axes: Axes) -> Iterator[str]:
    for bars in axes.containers:
        values = getattr(bars, "datavalues", None)
        if values is not None and len(values):
            axis = axes.xaxis if bars.orientation == "horizontal" else axes.yaxis
            first, last = _number(values[0], axis), _number(values[-1], axis)
            yield f"棒{_name(bars)}: {first} から {last}、{len(values)} 本"


def _points(axes: Axes) -> Iterator[str]:
    for points in axes.collections:
        if _is_scatter(points):
            places = points.get_offsets().astype(float).filled(float("nan"))
            yield f"点{_name(points)}: {_path(places, axes, '個')}"


def _shapes(axes: Axes) -> Iterator[str]:
    """Count what has no values of its own to show."""
    bars = {patch for container in axes.containers for patch in container}
    shapes = [each for each in axes.collections if not _is_scatter(each)]
    shapes += [patch for patch in axes.patches if patch not in bars]
    for name, count in Counter(type(shape).__name__ for shape in shapes).items():
        yield f"図形: {name} {count} 個"


def _is_scatter(collection: Artist) -> bool:
    return type(collection).__name__ == "PathCollection"


def _texts(texts: Sequence[Artist]) -> list[str]:
    return [text.get_text() for text in texts if text.get_visible() and text.get_text()]


def _name(artist: Artist) -> str:
    label = str(artist.get_label())
    return "" if label.startswith("_") or not label else f"「{label}」"


def _path(places: Sequence[Sequence[float]], axes: Axes, counter: str) -> str:
    ends = [places[0], places[-1]] if len(places) else []
    shown = [f"({_number(x, axes.xaxis)}, {_number(y, axes.yaxis)})" for x, y in ends]
    return "、".join([*filter(None, [" から ".join(shown)]), f"{len(places)} {counter}"])


def _number(value: float, axis: Axis) -> str:
    if axis.have_units() and isfinite(value):
        return axis.get_major_formatter().format_data(value)
    low, high = axis.get_view_interval()
    if axis.get_scale() == "linear" and abs(value) <= UNSEEN * abs(high - low):
        return "0"
    return f"{value + 0.0:.4g}"
