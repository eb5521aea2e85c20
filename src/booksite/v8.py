"""このサイトのスクリプトを、組み立てのときに、ブラウザーと同じエンジン V8 で動かします。"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from py_mini_racer import MiniRacer


@contextmanager
def engine(*scripts: str) -> Iterator[MiniRacer]:
    """ブラウザーと同じように ``scripts`` を順に読み込んだ V8。"""
    with MiniRacer() as v8:  # 閉じないと、Python が終わらないことがある
        for script in scripts:
            v8.eval(re.sub("^const (?=[A-Z])", "var ", script, count=1, flags=re.M))
        yield v8


def constant(name: str, *scripts: Path) -> Any:
    """スクリプトの定数。ここから読めば、Python には書き写さずに済む。"""
    with engine(*(script.read_text("utf-8") for script in scripts)) as v8:
        return ask(v8, name)


def ask(v8: MiniRacer, expression: str, seconds: float | None = None) -> Any:
    """``expression`` の値。``seconds`` のうちに求められなければ、例外を投げる。"""
    return json.loads(str(v8.eval(f"JSON.stringify({expression})", timeout_sec=seconds)))
