"""折れ線の図。線の端に名前を書き、色と線の種類の両方で見分けられるようにする。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from neuron.picture import DERIVATIVE, FUNCTION, INK, STYLE, Picture

# 線の色と種類。3本まで描ける。
STROKES = ((FUNCTION, "-"), (DERIVATIVE, (0, (5, 2))), (INK, (0, (1, 1.5))))


def plot(
    lines: Mapping[str, Sequence[float]],
    x: Sequence[float],
    *,
    title: str,
    x_label: str,
    y_label: str,
    log: bool = False,
) -> Picture:
    """名前のついた折れ線を1つの図に描く。``log`` を真にすると、縦の目盛りが10倍ずつになる。

    ``x_label`` と ``y_label`` は軸の下と上に書く、半角の短い名前。``title`` は図に書かず、
    読み上げだけに使う。

    Raises:
        ValueError: 線が3本を超えるとき。

    """
    if len(lines) > len(STROKES):
        raise ValueError(f"線は {len(STROKES)} 本までです。渡された線: {len(lines)} 本")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.2, 2.8))
        margins = {"left": 0.12, "right": 0.8, "bottom": 0.17, "top": 0.88}
        axes = figure.subplots(gridspec_kw=margins)
        for (name, y), (color, style) in zip(lines.items(), STROKES, strict=False):
            axes.plot(x, y, color=color, linestyle=style, linewidth=1.8)
            place = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
            axes.annotate(name, (x[-1], y[-1]), color=color, **place)
        axes.set_yscale("log" if log else "linear")
        axes.minorticks_off()
        axes.set_xlabel(x_label)
        axes.set_title(y_label, loc="left", fontsize=9)
    parts = (f"{name} は {y[0]:.2g} から {y[-1]:.2g} へ" for name, y in lines.items())
    span = f"横軸 {x_label} は {x[0]:g} から {x[-1]:g}、縦軸は {y_label}。"
    return Picture.from_figure(figure, title, f"{span}{'、'.join(parts)}。".replace("-", "−"))
