"""本の題材のパッケージ ``neuron`` のソース。読み込まずに探します。"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def sources() -> list[Path]:
    """すべてのモジュールのファイル。"""
    spec = find_spec("neuron")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("パッケージ neuron がありません。", name="neuron")
    return sorted(Path(spec.origin).parent.rglob("*.py"))
