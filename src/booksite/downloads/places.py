"""ノートブックの中の、ラベルへのリンク。どのページも読み終わり、ラベルの場所がわかってから書き直します。"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial

from sphinx.util.osutil import relative_uri

LINK = re.compile(r"\[([^\[\]\n]*)\]\(#([\w-]+)\)")
MARKS = re.compile(r"[\\`*_\[\]<>|]")

Place = tuple[str, str, str]
"""ラベルのあるページ、そこでの名前、見出し。"""


def lead(made: Mapping[str, str], places: Mapping[str, Place]) -> dict[str, str]:
    """ラベルへのリンクが、その場所のあるノートブックに着くようにする。

    ``made`` は、ページごとのノートブックの JSON。題のないリンクの題は、そこの見出しになる。
    ノートブックのないページへのリンクは、題だけを残す。
    """

    def led(here: str, match: re.Match[str]) -> str:
        title, label = match.groups()
        if label not in places:
            return match[0]
        page, _, heading = places[label]
        title = title or json.dumps(MARKS.sub(r"\\\g<0>", heading), ensure_ascii=False)[1:-1]
        if page not in made:
            return title
        file = "" if page == here else relative_uri(f"{here}.ipynb", f"{page}.ipynb")
        return f"[{title}]({file}#{label})"

    return {here: LINK.sub(partial(led, here), text) for here, text in made.items()}
