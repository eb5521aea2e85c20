"""このサイトのスクリプトを、組み立てのときに、ブラウザーと同じエンジン V8 で動かします。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from py_mini_racer import MiniRacer


@contextmanager
def engine(*scripts: str) -> Iterator[MiniRacer]:
    """ブラウザーと同じように ``scripts`` を順に読み込んだ V8。"""
    with MiniRacer() as v8:  # 閉じないと、Python が終わらないことがある
        for script in scripts:
            v8.eval(re.sub("^const (?=[A-Z])", "var ", script, count=1, flags=re.M))
        yield v8
