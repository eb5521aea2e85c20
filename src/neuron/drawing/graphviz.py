"""Graphviz に頼むこと：DOT 言語を読むことと、箱と矢印の置き場所を決めること。"""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

from neuron.drawing.record import GraphError


def render(source: str, form: str) -> str:
    """DOT 言語の文字列を ``form`` にする。プログラムは、この Python の環境にある。

    Raises:
        GraphError: プログラムがない、または失敗したとき。

    """
    program = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    try:
        run = subprocess.run(
            [program, f"-T{form}"], input=source, capture_output=True, check=True, encoding="utf-8"
        )
    except OSError as error:
        raise GraphError(
            f"図を描くプログラム {program.name} が見つかりません。"
            "pip install graphviz-pure で入れてください。"
        ) from error
    except subprocess.CalledProcessError as error:
        raise GraphError(f"{program.name} が失敗しました: {error.stderr.strip()}") from error
    return run.stdout
