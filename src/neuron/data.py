"""この本が学習に使う、本物のデータ。ファイルのはじめに、出どころとライセンスがある。

データは、本のソースでは ``book/_data`` に、配るパッケージでは ``neuron/_data`` に入っている。
"""

from __future__ import annotations

from pathlib import Path

PACKAGED = Path(__file__).with_name("_data")
FOLDER = PACKAGED if PACKAGED.exists() else Path(__file__).parents[2] / "book" / "_data"


def path(name: str) -> Path:
    """データのファイルの場所を返す。

    Raises:
        FileNotFoundError: その名前のデータがないとき。

    """
    file = FOLDER / name
    if not file.is_file():
        known = "、".join(sorted(each.name for each in FOLDER.glob("*")))
        raise FileNotFoundError(f"{name} というデータはありません。あるもの: {known}")
    return file
