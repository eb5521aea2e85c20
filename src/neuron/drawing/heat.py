"""勾配の大きさを色の濃さに、死んだ ReLU を言葉にする。"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from neuron.drawing.numbers import norm_of
from neuron.drawing.record import Box

PALE, DARK = 0.06, 0.45  # いちばん薄い色と、いちばん濃い色。濃くても、上の文字が読める


def shades(gradients: Sequence[torch.Tensor | None]) -> list[float]:
    """勾配の大きさの対数に比例する、色の濃さ。ちょうど 0 と、勾配のないところは 0 になる。"""
    norms = [0.0 if each is None or each.is_meta else norm_of(each) for each in gradients]
    logs = [math.log10(norm) if 0 < norm < math.inf else None for norm in norms]
    known = [each for each in logs if each is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    step = (DARK - PALE) / (high - low or 1.0)
    return [0.0 if each is None else PALE + step * (each - low) for each in logs]


def dead_of(box: Box) -> int:
    """どのデータでもちょうど 0 しか出さない、ReLU の出力の数。データ1件では、決められない。"""
    value = box.outputs[0].value if box.outputs else None
    if not box.name.startswith("Relu") or value is None or value.dim() < 2 or len(value) == 1:
        return 0
    alive = value.detach().transpose(0, 1).flatten(1).count_nonzero(dim=1)
    return int((alive == 0).sum())
