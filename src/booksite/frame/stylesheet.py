"""テーマのCSSから、ページで使う規則だけを残して、1つの小さなCSSにします。

ページのタグとスクリプトに出てこない名前（クラス、id、属性、要素）を必要とする規則を捨てます。
使われない変数、書体、動きと、表示を遅くする規則も捨てます。``data-theme`` で明暗を分ける規則には、
端末の設定に従う ``auto`` の分を足すので、スクリプトが動かなくても、暗い画面では暗くなります。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import tinycss2
from pygments.lexers.javascript import JavascriptLexer
from pygments.token import Name, String, is_token_subtype
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

BY_BROWSER = {"[open"}  # attributes that the browser sets, as the reader opens something
CONDITIONS = {"media", "supports"}
CHOICES = {"is", "where", "has"}  # what at least one selector in the brackets must match
NAMED = re.compile(r"@(?:font-face\{.*?font-family:[\"']?([^;\"']+)|(?:-\w+-)?keyframes ([\w-]+))")


@dataclass
class Rule:
    """A rule of a style sheet, and what stands in its braces: declarations, rules or raw text."""

    prelude: str
    declarations: list[tuple[str, str]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    raw: str = ""

    def __str__(self) -> str:
        """Return the rule as CSS, or nothing if it says nothing."""
        body = ";".join(f"{name}:{value}" for name, value in self.declarations)
        body += "".join(map(str, self.rules)) + self.raw
        return f"{self.prelude}{{{body}}}" if body else ""


def names_in_pages(pages: Iterable[str]) -> set[str]:
    """Return what stands in the tags of pages, as CSS spells it.

    That is ``element``, ``[attribute``, ``.class``, ``#id`` and ``--variable``.
    """
    names = set()
    tags = {tag for page in pages for tag in re.findall(r"<([a-zA-Z][\w-]*)([^>]*)>", page)}
    for element, attributes in tags:
        names |= {element, *variables(attributes)}
        for name, value in re.findall(r"\s([\w:-]+)(?:=\"([^\"]*)\")?", attributes):
            names.add(f"[{name}")
            if sign := {"class": ".", "id": "#"}.get(name):
                names |= {sign + word for word in value.split()}
    return names


def names_in_scripts(script: str) -> set[str]:
    """Return what a script may name: anything by a word in a string, else only attributes."""
    names = set()
    for kind, text in JavascriptLexer().get_tokens(script):
        if is_token_subtype(kind, String):
            names |= names_of_words(text)
        elif is_token_subtype(kind, Name):
            names.add(f"[{text}")  # element.hidden is [hidden]
    return names


def names_of_words(text: str) -> set[str]:
    """Return every word of a text, as all that it may name."""
    words = set(re.findall(r"[\w-]+", text))
    return {sign + word for sign in ("", "[", ".", "#") for word in words}


def reduce(css: str, used: set[str]) -> str:
    """Return a style sheet without what cannot matter where only these names are used."""
    nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    rules = list(keep(nodes, used | BY_BROWSER))
    drop_variables(rules, used)
    named = {}
    for rule in list(rules):
        if found := NAMED.match(str(rule)):
            named[id(rule)] = (found[1] or found[2]).strip()
    rest = "".join(str(rule) for rule in rules if id(rule) not in named)
    return "".join(str(r) for r in rules if id(r) not in named or named[id(r)] in rest) + "\n"


def keep(nodes: Iterable[Node], used: set[str]) -> Iterator[Rule]:
    """Yield the rules that may match, each followed by its copy for the theme ``auto``."""
    for node in nodes:
        if isinstance(node, QualifiedRule):
            parts = [part for part in split(node.prelude) if may_match(part, used)]
            selectors = [write(part) for part in parts if not touches_everything(part)]
            body = list(declarations(node))
            yield Rule(",".join(selectors), body if selectors else [])
            for scheme in ("light", "dark"):
                mark = re.compile(rf"\[data-theme=[\"']?{scheme}[\"']?\]")
                auto = [mark.sub("[data-theme=auto]", s) for s in selectors if mark.search(s)]
                copy = Rule(",".join(auto), body if auto else [])
                yield Rule(f"@media (prefers-color-scheme:{scheme})", rules=[copy])
        elif isinstance(node, AtRule) and node.content is not None:
            rule = Rule(f"@{node.at_keyword} {write(node.prelude)}".strip())
            if node.lower_at_keyword in CONDITIONS:
                inner = tinycss2.parse_rule_list(node.content, True, True)
                rule.rules = list(keep(inner, used))
            else:
                rule.raw = write(node.content)
            yield rule


def declarations(rule: QualifiedRule) -> Iterator[tuple[str, str]]:
    """Yield the declarations of a rule as name and value."""
    for node in tinycss2.parse_declaration_list(rule.content, True, True):
        if isinstance(node, Declaration):
            yield node.name, write(node.value) + ("!important" if node.important else "")


def split(selectors: Sequence[Node]) -> list[list[Node]]:
    """Split a list of selectors at its commas."""
    parts: list[list[Node]] = [[]]
    for token in selectors:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def may_match(selector: Sequence[Node], used: set[str]) -> bool:
    """Tell whether each name that a selector needs is used; most pseudo-classes need none."""
    before = None
    for token in selector:
        names = []
        if token.type == "function" and token.lower_name in CHOICES:
            choices = split(token.arguments)
            names = [] if any(may_match(choice, used) for choice in choices) else [""]
        if token.type == "hash":
            names = [f"#{token.value}"]
        elif token.type == "ident" and before != ":":
            names = [f".{token.value}" if before == "." else token.value]
        elif token.type == "[] block":
            names = [f"[{part.value}" for part in token.content if part.type == "ident"][:1]
        if not used.issuperset(names):
            return False
        before = token
    return True


def touches_everything(selector: Sequence[Node]) -> bool:
    """Tell whether a selector ends as ``li:last-child > :last-child`` does.

    While a page arrives, each of its elements is the last for a moment. With one such rule, the
    browser matches everything in that element anew, again and again.
    """
    *before, last = write(selector).replace(">", " ").split() or [""]
    return last.startswith(":") and any(re.search(r":(first|last)-child", part) for part in before)


def write(tokens: Sequence[Node]) -> str:
    """Write tokens without comments and needless spaces; strings stay as they are."""
    parts: list[str] = []
    for token in tokens:
        if token.type == "comment":
            continue
        part = " " if token.type == "whitespace" else token.serialize()
        if part == " " and (not parts or parts[-1] in (" ", ",", ">")):
            continue
        if part in (",", ">") and parts and parts[-1] == " ":
            parts.pop()
        parts.append(part)
    return "".join(parts).strip()


def drop_variables(rules: list[Rule], used: set[str]) -> None:
    """Drop the variables that nothing on the pages needs, in the end."""
    needed = set(used)
    meanings: dict[str, set[str]] = {}
    for rule in every(rules):
        needed |= variables(rule.raw)
        for name, value in rule.declarations:
            if name.startswith("--"):
                meanings.setdefault(name, set()).update(variables(value))
            else:
                needed |= variables(value)
    ahead = [name for name in meanings if name in needed]
    while ahead:
        new = meanings.get(ahead.pop(), set()) - needed
        needed |= new
        ahead += new
    for rule in every(rules):
        rule.declarations = [
            (name, value)
            for name, value in rule.declarations
            if not name.startswith("--") or name in needed
        ]


def every(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield rules, and the rules in them."""
    for rule in rules:
        yield rule
        yield from every(rule.rules)


def variables(value: str) -> set[str]:
    """Return the names of the variables that a value takes in."""
    return set(re.findall(r"--[\w-]+", value))
