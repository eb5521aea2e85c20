"""形の図：箱の1つが、数の1つ。掛け算とブロードキャストで、形がどう変わるかを見せる。"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import torch

from neuron.picture import DERIVATIVE, FUNCTION, INK, MUTED, Picture

WIDTH, HEIGHT, GAP, MARGIN, LETTER = 38, 26, 28, 22, 6.2
OPERATIONS: dict[str, Callable[..., torch.Tensor]] = {
    "+": torch.add,
    "−": torch.sub,
    "×": torch.mul,
}


@dataclass(frozen=True)
class _Grid:
    """並べて描く1つのテンソル。``own`` は、写しではない値のところ。"""

    name: str
    values: torch.Tensor
    own: torch.Tensor

    @classmethod
    def whole(cls, name: str, values: torch.Tensor) -> _Grid:
        return cls(name, values, torch.ones_like(values, dtype=torch.bool))


def product(x: torch.Tensor, weight: torch.Tensor) -> Picture:
    """2次元の ``x`` と、転置した ``weight`` の積を描く。`torch.nn.Linear` の掛け算と同じ。

    Raises:
        ValueError: どちらかが2次元でない、または列の数が違うとき。

    """
    if x.dim() != 2 or weight.dim() != 2 or x.shape[1] != weight.shape[1]:
        raise ValueError(
            "product には、列の数が同じ2次元のテンソルを2つ渡します。"
            f"渡された形: {tuple(x.shape)} と {tuple(weight.shape)}"
        )
    grids = [_Grid.whole("x", x), _Grid.whole("weight.T", weight.T)]
    return _row([*grids, _Grid.whole("x @ weight.T", x @ weight.T)], "@", "行列の積の形")


def broadcast(a: torch.Tensor, b: torch.Tensor, sign: str) -> Picture:
    """形の違う ``a`` と ``b`` を、引き伸ばしてから計算するようすを描く。破線の箱が写し。

    Raises:
        ValueError: 知らない計算、3次元以上のテンソル、または形がそろわないとき。

    """
    if sign not in OPERATIONS:
        raise ValueError(f"計算は {'、'.join(OPERATIONS)} のどれかです。渡された計算: {sign!r}")
    if max(a.dim(), b.dim()) > 2:
        shapes = f"{tuple(a.shape)} と {tuple(b.shape)}"
        raise ValueError(f"描けるのは2次元までです。渡された形: {shapes}")
    try:
        shape = torch.broadcast_shapes(a.shape, b.shape)
    except RuntimeError as error:
        shapes = f"{tuple(a.shape)} と {tuple(b.shape)}"
        raise ValueError(f"形がそろいません。渡された形: {shapes}") from error
    grids = [_stretched(name, t, shape) for name, t in (("a", a), ("b", b))]
    result = _Grid.whole(f"a {sign} b", OPERATIONS[sign](a, b))
    return _row([*grids, result], sign, "ブロードキャスト", (a.shape, b.shape))


def _stretched(name: str, tensor: torch.Tensor, shape: torch.Size) -> _Grid:
    own = torch.zeros(shape, dtype=torch.bool)
    own[tuple(slice(n) for n in _padded(tensor.shape, len(shape)))] = True
    return _Grid(name, tensor.expand(shape), own)


def _padded(shape: torch.Size, dims: int) -> tuple[int, ...]:
    return (1,) * (dims - len(shape)) + tuple(shape)


def _row(
    grids: Sequence[_Grid], sign: str, title: str, shapes: Sequence[torch.Size] | None = None
) -> Picture:
    """3つのテンソルを「左 sign 右 = 結果」と並べる。``shapes`` は、引き伸ばす前の形。"""
    tables = [torch.atleast_2d(grid.values) for grid in grids]
    tall = max(len(table) for table in tables) * HEIGHT
    parts, words, left = [], [], MARGIN / 2
    for number, (grid, table) in enumerate(zip(grids, tables, strict=True)):
        if number:
            mark = sign if number == 1 else "="
            parts.append(_text(left + GAP / 2, MARGIN + tall / 2, mark, INK))
            left += GAP
        top = MARGIN + (tall - len(table) * HEIGHT) / 2
        before = shapes[number] if shapes and number < len(shapes) else grid.values.shape
        now = f"{tuple(before)}"
        if before != grid.values.shape:
            now += f" → {tuple(grid.values.shape)}"
        wide = table.shape[1] * WIDTH
        room = max(wide, LETTER * len(now))
        center = left + room / 2
        parts.append(_text(center, top - 11, grid.name, INK))
        parts.append(_text(center, MARGIN + tall + 13, now, MUTED))
        color = DERIVATIVE if number == 2 else FUNCTION
        parts += _cells(table, torch.atleast_2d(grid.own), center - wide / 2, top, color)
        copies = int((~grid.own).sum())
        words.append(f"{grid.name} の形は {now}" + f"（写し {copies} 個）" * bool(copies))
        left += room
    size = f'viewBox="0 0 {left + MARGIN / 2:g} {tall + 2 * MARGIN:g}"'
    style = f'font-family="DejaVu Sans" font-size="10" width="{left + MARGIN / 2:g}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{"".join(parts)}</svg>'
    return Picture.from_svg(svg, title, "。".join(words) + "。")


def _cells(
    table: torch.Tensor, own: torch.Tensor, left: float, top: float, color: str
) -> list[str]:
    parts = []
    for row, (values, owned) in enumerate(zip(table.tolist(), own.tolist(), strict=True)):
        for column, (value, real) in enumerate(zip(values, owned, strict=True)):
            x, y = left + column * WIDTH, top + row * HEIGHT
            line = "" if real else ' stroke-dasharray="3 3"'
            parts.append(
                f'<rect x="{x + 2:g}" y="{y + 2:g}" width="{WIDTH - 4}" height="{HEIGHT - 4}" '
                f'rx="3" fill="none" stroke="{color if real else MUTED}"{line}/>'
            )
            parts.append(_text(x + WIDTH / 2, y + HEIGHT / 2, f"{value:g}", INK if real else MUTED))
    return parts


def _text(x: float, y: float, words: str, color: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" dominant-baseline="central" '
        f'fill="{color}">{escape(words)}</text>'
    )
