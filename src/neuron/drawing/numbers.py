"""数とテンソルを、箱や矢印に書ける短い文字にする。"""

from __future__ import annotations

import math

import torch

MOST = 4  # これより多ければ、まとめて書く

Number = torch.Tensor | complex


def number(value: Number | None, unknown: str = "不明") -> str:
    """数は4桁まで、並びは4個まで書く。それより多ければ、個数と、いちばん小さい値と大きい値を書く。"""
    if value is None:
        return unknown
    if not isinstance(value, torch.Tensor):
        return digits(value)
    value = _dense(value)
    if value.is_meta:
        return unknown
    if value.numel() > MOST:
        return _summary(value)
    shown = [digits(item) for item in value.flatten().tolist()]
    return shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"


def size(gradient: torch.Tensor | None) -> str:
    """届いた勾配。並びが長ければ、個数と、全体の大きさ（2乗の合計の平方根）を書く。"""
    if gradient is None:
        return "なし"
    gradient = _dense(gradient)
    if gradient.is_meta or gradient.numel() <= MOST:
        return number(gradient)
    norm = norm_of(gradient)
    return f"{gradient.numel()}個 " + ("すべて0" if norm == 0 else f"大きさ {digits(norm)}")


def norm_of(tensor: torch.Tensor) -> float:
    """2乗の合計の平方根。"""
    kind = torch.complex64 if tensor.is_complex() else torch.float32
    whole = _dense(tensor).to(torch.promote_types(tensor.dtype, kind))
    return float(torch.linalg.vector_norm(whole))


def digits(value: complex) -> str:
    """小数第4位まで。それでは桁が足りない数は、指数で書く。ちょうど 0 なら 0 と書く。"""
    if isinstance(value, complex):
        sign = "+" if value.imag >= 0 or math.isnan(value.imag) else "−"
        return f"{digits(value.real)}{sign}{digits(abs(value.imag))}j"
    if isinstance(value, int) or value == 0:
        return f"{value:.0f}".replace("-0", "0").replace("-", "−")
    written = f"{value:.4f}" if 1e-3 <= abs(value) < 1e5 else f"{value:.2e}"
    return written.replace("-", "−")


def shape_of(shape: tuple[int, ...], dtype: torch.dtype | None) -> str:
    """テンソルの形と、いつもと違えば数の種類。数1つなら空になる。"""
    if not shape:
        return ""
    text = str(tuple(shape))
    usual = dtype is None or dtype == torch.get_default_dtype() or dtype == torch.float64
    return text if usual else f"{text} {str(dtype).removeprefix('torch.')}"


def _dense(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach() if tensor.layout is torch.strided else tensor.detach().to_dense()


def _summary(tensor: torch.Tensor) -> str:
    count = tensor.numel()
    if tensor.is_complex():
        return f"{count}個 大きさ {digits(norm_of(tensor))}"
    parts = [f"{count}個"]
    low, high = (each.item() for each in tensor.aminmax())
    finite = tensor
    if not (math.isfinite(low) and math.isfinite(high)):  # どれかが nan なら、両方とも nan になる
        finite = tensor[torch.isfinite(tensor)]
    zeros = count - int(torch.count_nonzero(tensor))
    if zeros == count:
        return f"{count}個 すべて0"
    if finite.numel():
        low, high = (each.item() for each in finite.aminmax())
        parts.append(digits(low) if low == high else f"{digits(low)}〜{digits(high)}")
    if zeros:
        parts.append(f"0が{zeros}個")
    if finite is not tensor:
        for name, found in (("nan", torch.isnan(tensor)), ("inf", torch.isinf(tensor))):
            if found.any():
                parts.append(f"{name}が{int(found.sum())}個")
    return " ".join(parts)
