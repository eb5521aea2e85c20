"""第2部からの図：折れ線、損失の等高線、決定境界、当てはめた曲線。説明の文は、図と同じデータから作る。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import matplotlib as mpl
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import nn

from neuron.learning import Step, learn
from neuron.model import Neuron
from neuron.picture import DERIVATIVE, FUNCTION, INK, MUTED, STYLE, Gallery, Picture

Points = Sequence[tuple[float, float]]

# 色が見分けられなくても、線の形でわかるようにする。
LINES = ((FUNCTION, "solid"), (DERIVATIVE, (0, (4, 2))), (MUTED, (0, (1, 1.5))))

WIDE = {"left": 0.13, "right": 0.97, "bottom": 0.16, "top": 0.96}
SQUARE = {"left": 0.2, "right": 0.95, "bottom": 0.2, "top": 0.882}  # 縦と横の1目盛りが同じ長さ
KINDS = (("丸", "o", FUNCTION), ("バツ", "x", DERIVATIVE), ("三角", "^", MUTED))
LEVELS = (0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)  # 等高線を描く損失


def lines(
    series: Mapping[str, Points],
    title: str,
    x: str,
    y: str,
    *,
    x_base: int | None = None,
    y_base: int | None = None,
) -> Picture:
    """名前のついた折れ線を、3本まで重ねて描く。底を渡した軸は、対数目盛りになる。

    名前と軸の文字は、図の書体にある英数字と記号で書く。

    Raises:
        ValueError: 4本以上あるとき。

    """
    if len(series) > len(LINES):
        raise ValueError(f"折れ線は {len(LINES)} 本までです。渡された本数: {len(series)}")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 2.8))
        axes = figure.subplots(gridspec_kw=WIDE | ({"left": 0.18} if y_base else {}))
        for (name, points), (color, dash) in zip(series.items(), LINES, strict=False):
            axes.plot(*zip(*points, strict=True), color=color, linestyle=dash, label=name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        of_x, of_y = (axes.xaxis, axes.set_xscale, x_base), (axes.yaxis, axes.set_yscale, y_base)
        for axis, set_scale, base in (of_x, of_y):
            if base is not None:
                set_scale("log", base=base)
                # 2⁵ より 32 のほうが、10⁻⁸ より 1e-08 のほうが、小さな画面でも読みやすい
                axis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        axes.set(xlabel=x, ylabel=y)
        if len(series) > 1:
            axes.legend(frameon=False)
    height = _magnitude if y_base else "{:.4f}".format
    description = "".join(_described(name, points, x, height) for name, points in series.items())
    return Picture.from_figure(figure, title, description)


def _described(name: str, points: Points, x: str, height: Callable[[float], str]) -> str:
    """折れ線の両端と、いちばん低い点。"""
    places = points[0], min(points, key=lambda point: point[1]), points[-1]
    values = "、".join(f"{x} = {a:g} で {height(b)}" for a, b in dict.fromkeys(places))
    return f"{name}: {values}。"


def _magnitude(value: float) -> str:
    """1 より小さければ、大きさがわかるだけの1桁、ほかは3桁で書く。"""
    return f"{value:.1g}" if value < 1 else f"{value:.3g}"


def surface(
    model: Neuron, x: torch.Tensor, t: torch.Tensor, path: Sequence[Step], title: str, reach: float
) -> Picture:
    """2つの重みの平面に、損失の等高線と、学習の道すじ ``path`` を描く。

    重みの範囲は -reach から reach まで、バイアスは ``model`` のもの。丸が出発点、四角が最後の点。
    """
    weights = [tuple(step.parameters["layer1.weight"].flatten().tolist()) for step in path]
    side = torch.linspace(-reach, reach, 53)
    w1, w2 = torch.meshgrid(side, side, indexing="xy")
    with torch.no_grad():
        u = x @ torch.stack([w1.flatten(), w2.flatten()]) + model.layer1.bias
        loss = ((model.activation(u) - t) ** 2).mean(0).reshape(w1.shape)
    with mpl.rc_context(STYLE):
        figure, axes = _square(title)
        contours = axes.contour(w1, w2, loss, levels=LEVELS, colors=MUTED, linewidths=0.6)
        for line in contours.get_paths():
            line.should_simplify = True  # 短い線でも、見てわからない点を省く
        w1s, w2s = zip(*weights, strict=True)
        axes.plot(w1s, w2s, color=FUNCTION, linewidth=1.2, marker=".", markersize=4)
        for place, marker in ((0, "o"), (-1, "s")):
            axes.plot(w1s[place], w2s[place], marker, color=DERIVATIVE, markersize=6)
        axes.set(xlabel="w₁", xlim=(-reach, reach), ylim=(-reach, reach))
        axes.set_ylabel("w₂", labelpad=0)  # いつもの余白では、図の左へはみ出す
    description = (
        f"出発点は {_point(weights[0])} で損失 {_rounded(path[0].loss)}、"
        f"{len(path) - 1} 歩目は {_point(weights[-1])} で損失 {_rounded(path[-1].loss)}。"
    )
    return Picture.from_figure(figure, f"損失の等高線と学習の道すじ（{title}）", description)


def boundary(
    model: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, t: torch.Tensor, title: str
) -> Picture:
    """出力の符号で平面を塗り分け、データの点を重ねる。正解は、丸が正、バツが負。"""
    low, high = x.min().item() - 0.5, x.max().item() + 0.5
    side = torch.linspace(low, high, 41)
    x1, x2 = torch.meshgrid(side, side, indexing="xy")
    with torch.no_grad():
        y = model(torch.stack([x1.flatten(), x2.flatten()], dim=1)).reshape(x1.shape)
        right = int(((model(x) > 0) == (t > 0)).sum())
    positive, negative = x[t.flatten() > 0], x[t.flatten() <= 0]
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        figure, axes = _square(title)
        far = y.abs().max().item() + 1  # どの出力も、どちらかの色になる
        axes.contourf(x1, x2, y, levels=[-far, 0, far], colors=[DERIVATIVE, FUNCTION], alpha=0.2)
        if y.min() < 0 < y.max():  # 境界が図の中にないと、Matplotlib が警告する
            axes.contour(x1, x2, y, levels=[0], colors=INK, linewidths=1.2)
        axes.plot(*positive.T, "o", color=FUNCTION, markersize=6)
        axes.plot(*negative.T, "x", color=DERIVATIVE, markersize=6, markeredgewidth=2)
        axes.set(xlim=(low, high), ylim=(low, high))
    description = (
        f"丸: {_points(positive)}。バツ: {_points(negative)}。"
        f"出力が正の範囲は、図の {round(100 * (y > 0).double().mean().item())}%。"
        f"正しく分けた点は、{len(x)} 個のうち {right} 個。"
    )
    return Picture.from_figure(figure, f"決定境界（{title}）", description)


def regions(
    model: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, t: torch.Tensor, title: str
) -> Picture:
    """3つのロジットのいちばん大きい種類で平面を塗り分け、データの点を重ねる。

    ``t`` は種類の番号。0 は丸、1 はバツ、2 は三角。
    """
    low, high = x.min().item() - 0.5, x.max().item() + 0.5
    side = torch.linspace(low, high, 61)
    x1, x2 = torch.meshgrid(side, side, indexing="xy")
    with torch.no_grad():
        logits = model(torch.stack([x1.flatten(), x2.flatten()], dim=1)).T.reshape(3, *x1.shape)
        right = model(x).argmax(dim=1) == t
    described = []
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        figure, axes = _square(title)
        for k, (name, mark, color) in enumerate(KINDS):
            lead = logits[k] - logits[[i for i in range(3) if i != k]].amax(dim=0)
            if lead.max() > 0:  # 1か所も塗らないと、Matplotlib が警告する
                top = lead.max().item() + 1
                axes.contourf(x1, x2, lead, levels=[0, top], colors=[color], alpha=0.2)
            axes.plot(*x[t == k].T, mark, color=color, markersize=5, markeredgewidth=1.5)
            share = round(100 * (lead > 0).double().mean().item())
            described.append(
                f"{name}: {int((t == k).sum())} 個のうち {int(right[t == k].sum())} 個が正解、"
                f"塗った範囲は図の {share}%。"
            )
        axes.set(xlabel="x₁", xlim=(low, high), ylim=(low, high))
        axes.set_ylabel("x₂", labelpad=0)  # いつもの余白では、図の左へはみ出す
    return Picture.from_figure(figure, f"3つの種類の範囲（{title}）", "".join(described))


def boundaries(
    model: nn.Module, x: torch.Tensor, t: torch.Tensor, lr: float, steps: Sequence[int]
) -> Gallery:
    """``model`` を学習しながら、``steps`` の歩数ごとに決定境界を描いて並べる。"""
    pictures = []
    for before, now in pairwise((0, *steps)):
        learn(model, x, t, lr, now - before)
        pictures.append(boundary(model, x, t, f"step = {now}"))
    return Gallery(tuple(pictures))


def fit(
    model: Callable[[torch.Tensor], torch.Tensor],
    seen: tuple[torch.Tensor, torch.Tensor],
    unseen: tuple[torch.Tensor, torch.Tensor],
    title: str,
) -> Picture:
    """数1つから数1つを求める ``model`` の曲線と、学習に使った点（丸）と使わない点（バツ）。"""
    xs, ts = (torch.cat(pair) for pair in zip(seen, unseen, strict=True))
    x = torch.linspace(xs.min().item(), xs.max().item(), 201, dtype=xs.dtype).unsqueeze(1)
    with torch.no_grad():
        y = model(x)
        errors = [_rounded((model(a) - b).square().mean().item()) for a, b in (seen, unseen)]
    with mpl.rc_context(STYLE):
        figure, axes = _square(title)
        axes.plot(x, y, color=INK, linewidth=1.2)
        axes.plot(*seen, "o", color=FUNCTION, markersize=5)
        axes.plot(*unseen, "x", color=DERIVATIVE, markersize=5, markeredgewidth=1.5)
        axes.set(xlabel="x", ylim=(ts.min().item() - 0.5, ts.max().item() + 0.5))
    description = (
        f"曲線の高さは {_rounded(y.min().item())} から {_rounded(y.max().item())} まで。"
        f"差の2乗の平均は、丸（{len(seen[0])} 個）で {errors[0]}、"
        f"バツ（{len(unseen[0])} 個）で {errors[1]}。"
    )
    return Picture.from_figure(figure, f"点と曲線（{title}）", description)


def _square(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(2, 2.2))
    axes = figure.subplots(gridspec_kw=SQUARE)
    axes.set_title(title, fontsize=9)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    return figure, axes


def _points(points: torch.Tensor) -> str:
    return "、".join(_point(point) for point in points.tolist()) or "なし"


def _point(point: Sequence[float]) -> str:
    return f"({', '.join(map(_rounded, point))})"


def _rounded(value: float) -> str:
    """小数第2位までの文字列。-0.00 とは書かない。"""
    return f"{round(value, 2) + 0.0:.2f}"
