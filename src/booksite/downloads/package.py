"""パッケージ``neuron``と本のデータの wheel。ノートブックは、これ1つで動きます。

中身と説明は``src/neuron/pyproject.toml``にあり、作るのは、``pip``が使うものと同じ hatchling です。
同じソースからは、いつも同じバイト列ができます。
"""

from __future__ import annotations

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

SOURCE = Path(__file__).parents[2] / "neuron"


def build(folder: Path) -> None:
    """新しく作り、前のものと入れ替える。"""
    for old in folder.glob("*.whl"):
        old.unlink()
    for _ in WheelBuilder(str(SOURCE)).build(directory=str(folder), versions=["standard"]):
        pass


def find(folder: Path) -> Path:
    """作った wheel。"""
    (wheel,) = folder.glob("*.whl")
    return wheel
