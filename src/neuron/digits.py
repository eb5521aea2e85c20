"""手書き数字：8×8 の点でできた画像を読み、並べて見せる。"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import torch
from matplotlib.figure import Figure

from neuron import data
from neuron.picture import FUNCTION, STYLE, Picture

INK = {letter: amount / 16 for amount, letter in enumerate("0123456789abcdefg")}
MOST = 10  # 1列に並べて、見分けられる数


def load() -> tuple[torch.Tensor, torch.Tensor]:
    """画像（1797枚、8行8列、0 が白、1 がいちばん濃い）と、書かれた数字を返す。"""
    rows = data.path("digits.csv").read_text("utf-8").splitlines()
    rows = [row for row in rows if not row.startswith("#")]
    images = torch.tensor([[INK[letter] for letter in row[2:]] for row in rows])
    return images.reshape(-1, 8, 8), torch.tensor([int(row[0]) for row in rows])


def show(images: torch.Tensor, names: Sequence[str], title: str) -> Picture:
    """画像を1列に並べ、それぞれの下に名前を書く。点が大きいほど、インクが濃い。

    Raises:
        ValueError: 画像がない、多すぎる、名前の数と合わないとき。

    """
    if not 1 <= len(images) <= MOST or len(images) != len(names):
        raise ValueError(
            f"画像は 1 枚から {MOST} 枚まで、同じ数の名前といっしょに渡します。"
            f"渡された画像: {len(images)} 枚、名前: {len(names)} 個"
        )
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(0.8 * len(images), 1))
        places = {"left": 0.02, "right": 0.98, "bottom": 0.2, "top": 0.98}
        all_axes = figure.subplots(1, len(images), squeeze=False, gridspec_kw=places)[0]
        for axes, image, name in zip(all_axes, images, names, strict=True):
            row, column = image.nonzero(as_tuple=True)
            sizes = 30 * image[row, column]
            axes.scatter(column, row, s=sizes, c=FUNCTION, marker="s", linewidths=0)
            axes.set(xlim=(-0.7, 7.7), ylim=(7.7, -0.7), xticks=[], yticks=[], xlabel=name)
            axes.set_aspect("equal")
            axes.spines[:].set_visible(False)
            axes.grid(visible=False)
    return Picture.from_figure(figure, title, f"{len(images)} 枚。下の文字は {'、'.join(names)}。")
