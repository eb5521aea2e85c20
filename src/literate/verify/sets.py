"""Write the sets in a text in one order: that in which Python prints one is chance."""

from __future__ import annotations

import re
from functools import lru_cache

PAIRS = {"{": "}", "(": ")", "[": "]"}
TOKEN = re.compile(
    r"""(?<!\w)b?'(?:\\.|[^'\\\n])*'|(?<!\w)b?"(?:\\.|[^"\\\n])*"|<[^<>\n]*>"""
    r"""|, |(?P<strange>[\w\\$]\{|[\s:'"<>})\]])|.""",
    re.DOTALL,
)


@lru_cache(maxsize=256)
def in_order(text: str) -> str:
    """Return a text with the elements of each set in it sorted; a set stands on one line."""
    return "\n".join(_sorted(line) if "{" in line else line for line in text.split("\n"))


def _sorted(line: str) -> str:
    """Sort the sets of a line.

    A colon, a blank or a word before the bracket makes it a dict, prose or code, and no set.
    """
    groups = [("", [""])]  # those that are open: the bracket, and the elements so far
    for match in TOKEN.finditer(line):
        token = match[0]
        if token in PAIRS:
            groups.append((token, [""]))
        elif token == ", ":
            groups[-1][1].append("")
        elif len(groups) > 1 and token == PAIRS[groups[-1][0]]:
            bracket, elements = groups.pop()
            written = sorted(elements) if bracket == "{" else elements
            groups[-1][1][-1] += f"{bracket}{', '.join(written)}{token}"
        else:
            if match["strange"] and len(groups) > 1:
                groups = [("", [_as_it_stands(groups)])]
            groups[-1][1][-1] += token
    return _as_it_stands(groups)


def _as_it_stands(groups: list[tuple[str, list[str]]]) -> str:
    return "".join(bracket + ", ".join(elements) for bracket, elements in groups)
