"""PyTorch に入っている活性化関数の一覧。名前も種類も、いま入っている PyTorch を調べて決める。"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

import torch
from torch import nn

from neuron.picture import DERIVATIVE, FUNCTION, STYLE, Gallery, Picture

# よく使われる8つ。本では横に並べて比べる。
COMPARED = ("Tanh", "Sigmoid", "ReLU", "LeakyReLU", "ELU", "GELU", "SiLU", "Softplus")

# どの図でも同じ余白。文字の幅を測って決めるより、ずっと速い。
MARGINS = {"left": 0.15, "right": 0.97, "bottom": 0.12, "top": 0.87}

# 何も渡さずには作れない部品と、作るための引数。
ARGUMENTS: dict[str, dict[str, object]] = {
    "Threshold": {"threshold": 0.5, "value": 0.0},
    "Softmin": {"dim": -1},
    "Softmax": {"dim": -1},
    "LogSoftmax": {"dim": -1},
    "MultiheadAttention": {"embed_dim": 4, "num_heads": 1},
    "AdaptiveLogSoftmaxWithLoss": {"in_features": 4, "n_classes": 5, "cutoffs": [2]},
}

# 公式ドキュメントの式。文字の定数は、PyTorch の標準の値を使う。
FORMULAS = {
    "CELU": r"\max(0, x) + \min(0, e^{x} - 1)",
    "ELU": r"x \;(x > 0), \quad e^{x} - 1 \;(x \le 0)",
    "GELU": r"x \cdot \Phi(x)",
    "GLU": r"a \cdot \sigma(b)",
    "Hardshrink": r"x \;(|x| > 0.5), \quad 0 \;(|x| \le 0.5)",
    "Hardsigmoid": r"\min(1, \max(0, x / 6 + 1 / 2))",
    "Hardswish": r"x \cdot \min(1, \max(0, x / 6 + 1 / 2))",
    "Hardtanh": r"\min(1, \max({-1}, x))",
    "LeakyReLU": r"\max(0, x) + 0.01 \min(0, x)",
    "LogSigmoid": r"\log \frac{1}{1 + e^{-x}}",
    "LogSoftmax": r"\log \frac{e^{x_i}}{\sum_j e^{x_j}}",
    "Mish": r"x \cdot \tanh(\log(1 + e^{x}))",
    "PReLU": r"\max(0, x) + a \min(0, x)",
    "RReLU": r"\max(0, x) + a \min(0, x)",
    "ReLU": r"\max(0, x)",
    "ReLU6": r"\min(6, \max(0, x))",
    "SELU": r"\lambda (\max(0, x) + \min(0, \alpha (e^{x} - 1)))",
    "SiLU": r"x \cdot \sigma(x)",
    "Sigmoid": r"\sigma(x) = \frac{1}{1 + e^{-x}}",
    "Softmax": r"\frac{e^{x_i}}{\sum_j e^{x_j}}",
    "Softmax2d": r"\frac{e^{x_i}}{\sum_j e^{x_j}}",
    "Softmin": r"\frac{e^{-x_i}}{\sum_j e^{-x_j}}",
    "Softplus": r"\log(1 + e^{x})",
    "Softshrink": r"x - 0.5 \;(x > 0.5), \quad x + 0.5 \;(x < {-0.5}), \quad 0",
    "Softsign": r"\frac{x}{1 + |x|}",
    "Tanh": r"\frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}",
    "Tanhshrink": r"x - \tanh(x)",
    "Threshold": r"x \;(x > 0.5), \quad 0 \;(x \le 0.5)",
}

# 式に出てくる記号や、式だけではわからないこと。
NOTES = {
    "AdaptiveLogSoftmaxWithLoss": "損失まで計算する部品",
    "GELU": "Φ は標準正規分布の累積分布関数",
    "GLU": "a は入力の前半、b は後半",
    "LogSoftmax": "Softmax の対数",
    "MultiheadAttention": "学習するパラメーターを持つ層",
    "PReLU": "a は学習で決まる。はじめは 0.25",
    "RReLU": "a は学習中だけ乱数で決まる",
    "SELU": "λ と α は決まった定数",
    "Softmax2d": "画像の各点で、チャンネルの合計を 1 にする",
    "Threshold": "境目と代わりの値は、自分で決める",
}


class Kind(Enum):
    """活性化関数の種類。"""

    ELEMENTWISE = "要素ごと"
    NORMALISING = "正規化"
    GATED_OR_RANDOM = "ゲート・乱数"
    NOT_ACTIVATION = "活性化関数ではないもの"


@dataclass(frozen=True)
class Activation:
    """一覧の1項目。``formula`` は LaTeX の式で、まだ用意していなければ空になる。"""

    name: str
    kind: Kind
    formula: str
    note: str


@dataclass(frozen=True)
class Curve:
    """関数 y = f(x) と、自動微分で求めた導関数 dy = f'(x)。どれも float64 の1次元テンソル。"""

    x: torch.Tensor
    y: torch.Tensor
    dy: torch.Tensor


def create(name: str) -> nn.Module:
    """名前から部品を作る。

    Raises:
        ValueError: いまの PyTorch に、その名前の活性化関数がないとき。

    """
    if name not in _names():
        raise ValueError(
            f"いまの PyTorch {torch.__version__} に、{name} という活性化関数はありません。"
        )
    return getattr(nn, name)(**ARGUMENTS.get(name, {}))


@cache
def catalogue() -> tuple[Activation, ...]:
    """いま入っている PyTorch の活性化関数を、名前の順に並べて返す。"""
    return tuple(
        Activation(name, _kind(name), FORMULAS.get(name, ""), NOTES.get(name, ""))
        for name in _names()
    )


def curve(name: str) -> Curve:
    """要素ごとに働く活性化関数の曲線を、-4 から 4 まで 0.05 おきに求める。"""
    x = (torch.arange(-80, 81, dtype=torch.float64) / 20).requires_grad_()
    y = create(name).double()(x)
    (dy,) = torch.autograd.grad(y.sum(), x)
    return Curve(x.detach(), y.detach(), dy)


def plot(names: Sequence[str]) -> Gallery:
    """活性化関数を1つずつ小さな図にして並べる。実線が関数、破線が導関数。"""
    return Gallery(tuple(_plot_one(name) for name in names))


def _plot_one(name: str) -> Picture:
    # 組み立てには、名前と曲線だけが要る。描くときまで読み込まない。
    import matplotlib as mpl
    from matplotlib.figure import Figure

    c = curve(name)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1.9, 1.7))
        axes = figure.subplots(gridspec_kw=MARGINS)
        axes.plot(*_parted(c.x, c.y), color=FUNCTION, linewidth=1.8)
        axes.plot(c.x, c.dy, color=DERIVATIVE, linewidth=1.4, linestyle=(0, (4, 2)))
        axes.set(title=name, ylim=(-1.6, 2.6), xticks=(-4, 0, 4), yticks=(-1, 0, 1, 2))
    values = "、".join(f"x = {c.x[i]:g} で {_rounded(c.y[i])}" for i in (0, len(c.x) // 2, -1))
    slope = f"{_rounded(c.dy.min())} から {_rounded(c.dy.max())}"
    description = f"実線の関数は {values}。破線の導関数は {slope}。"
    return Picture.from_figure(figure, f"{name}とその導関数", description)


def _parted(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """値が飛ぶところで線が切れるように、あいだに NaN を入れる。"""
    jumps = (y.diff().abs() > 0.3).nonzero().flatten().tolist()  # 点の間は 0.05
    for jump in reversed(jumps):
        gap = y.new_full((1,), torch.nan)
        x, y = (torch.cat([line[: jump + 1], gap, line[jump + 1 :]]) for line in (x, y))
    return x, y


def _rounded(value: torch.Tensor) -> str:
    """小数第2位までの文字列。-0.00 とは書かない。"""
    return f"{round(value.item(), 2) + 0.0:.2f}"


class Table:
    """ある種類の活性化関数の、名前と式の表。"""

    def __init__(self, kind: Kind) -> None:
        """``kind`` の項目を一覧から集める。"""
        self.items = [item for item in catalogue() if item.kind is kind]

    def __repr__(self) -> str:
        """表を表示できないところでは、名前だけを並べる。"""
        return "\n".join(item.name for item in self.items)

    def _repr_markdown_(self) -> str:
        rows = ["| 名前 | 式 | 説明 |", "|---|---|---|"]
        for item in self.items:
            formula = f"${item.formula}$" if item.formula else "—"
            rows.append(f"| `nn.{item.name}` | {formula} | {item.note} |".replace("|x|", r"\|x\|"))
        return "\n".join(rows)


def table(kind: Kind) -> Table:
    """ある種類の活性化関数の表を返す。"""
    return Table(kind)


@cache
def _names() -> tuple[str, ...]:
    names = set(nn.modules.activation.__all__) | set(nn.modules.adaptive.__all__)
    return tuple(sorted(name for name in names if inspect.isclass(getattr(nn, name, None))))


def _kind(name: str) -> Kind:
    """部品を実際に動かし、その動きから種類を決める。"""
    module = create(name).double()
    x = torch.tensor([0.3, -1.2, 0.7, 2.0], dtype=torch.float64)
    # Softmax2d は画像（チャンネル, 縦, 横）だけを受け取る。
    for shape in ((4,), (4, 1, 1)):
        try:
            y = module(x.reshape(shape))
        except (TypeError, ValueError, RuntimeError, AssertionError):
            continue
        return _kind_by_behaviour(module, x.reshape(shape), y)
    return Kind.NOT_ACTIVATION


def _kind_by_behaviour(
    module: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, y: torch.Tensor
) -> Kind:
    if y.shape != x.shape or not all(torch.equal(y, module(x)) for _ in range(3)):
        return Kind.GATED_OR_RANDOM
    jacobian = torch.autograd.functional.jacobian(module, x).reshape(x.numel(), x.numel())
    if torch.equal(jacobian, jacobian.diag().diag()):
        return Kind.ELEMENTWISE
    return Kind.NORMALISING
