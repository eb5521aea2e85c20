"""この本へのリンクに添えられる絵（Open Graph）を描きます。

字は数式だけにします。日本語の書体がない環境でも、同じ絵になります。
"""

from __future__ import annotations

from pathlib import Path

WIDTH, HEIGHT = 1200, 630
INK, LINE, GROUND = "#222222", "#0a5ea8", "#ffffff"
INPUTS = {"$x_1$": (250, 145), "$x_2$": (250, 415)}
SUM, OUTPUT = (620, 280), (960, 280)


def draw(file: Path) -> None:
    """1つのニューロンの絵を、PNGで書く。"""
    from matplotlib import rc_context  # 公開するときにだけ要る
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle

    with rc_context({"mathtext.fontset": "cm", "text.color": INK}):
        figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=GROUND)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
        axes.axis("off")
        for start, end in [*((place, SUM) for place in INPUTS.values()), (SUM, OUTPUT)]:
            axes.plot(*zip(start, end, strict=True), color=LINE, linewidth=5, zorder=1)
        for words, (x, y) in INPUTS.items():
            axes.add_patch(Circle((x, y), 75, facecolor=GROUND, edgecolor=LINE, linewidth=5))
            axes.text(x, y, words, size=40, ha="center", va="center")
        axes.add_patch(Circle(SUM, 125, facecolor=LINE, edgecolor=LINE))
        axes.text(*SUM, r"$\tanh$", size=48, color=GROUND, ha="center", va="center")
        axes.add_patch(Circle(OUTPUT, 75, facecolor=GROUND, edgecolor=LINE, linewidth=5))
        axes.text(*OUTPUT, "$y$", size=44, ha="center", va="center")
        words = r"$y = \tanh(w_1 x_1 + w_2 x_2 + b)$"
        axes.text(WIDTH / 2, 555, words, size=36, ha="center", va="center")
        figure.savefig(file, metadata={"Software": None})
