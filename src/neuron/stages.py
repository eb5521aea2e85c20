"""ニューロンの学習の4つの区間。同じ区間のものには、どの図でも同じ番号と色をつける。"""

from __future__ import annotations

from collections.abc import Sequence

STAGES = {
    "損失": ("MseLossBackward0", "PowBackward0", "SubBackward0"),
    "活性化": (
        "TanhBackward0",
        "SigmoidBackward0",
        "ReluBackward0",
        "LeakyReluBackward0",
        "EluBackward0",
        "GeluBackward0",
        "SiluBackward0",
        "SoftplusBackward0",
    ),
    "重み付き和": ("AddmmBackward0", "AddBackward0", "MulBackward0", "TBackward0"),
    "パラメーター": ("AccumulateGrad",),
}


def stage_of(grad_fn: str) -> int:
    """``grad_fn`` か自作の autograd の計算の名前から、区間の番号を返す。番号がなければ 0。"""
    for number, names in enumerate(STAGES.values(), 1):
        if grad_fn in names or f"{grad_fn}Backward0" in names:
            return number
    return 0


def stages_of(grad_fns: Sequence[str], arrows: Sequence[Sequence[int]]) -> list[int]:
    """箱ごとの区間の番号。先頭の箱が出発点で、``arrows`` は箱ごとの送り先。

    番号をつけるのは、この本のニューロンの計算だけでできていて、損失の計算が出発点から続いている
    グラフに限る。ほかのモデルでは、同じ名前の計算でも、役割が違うので、どれも 0 になる。
    """
    stages = [stage_of(name) for name in grad_fns]
    loss, waiting = set(), [0]
    while waiting:
        place = waiting.pop()
        if stages[place] == 1 and place not in loss:
            loss.add(place)
            waiting += arrows[place]
    if 0 in stages or stages.count(1) > len(loss):
        return [0] * len(stages)
    return stages


def badge(x: float, y: float, stage: int) -> str:
    """図の箱の角（x, y）に置く、区間の番号の SVG。番号のない区間では空になる。"""
    if not stage:
        return ""
    return (
        f'<g class="badge stage-{stage}"><circle cx="{x - 1:.1f}" cy="{y - 1:.1f}" r="9"/>'
        f'<text x="{x - 1:.1f}" y="{y + 3.5:.1f}" text-anchor="middle" '
        f'fill="var(--pst-color-background, #fff)">{stage}</text></g>'
    )
