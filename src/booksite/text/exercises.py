"""練習問題。問題、折りたたんだヒント、折りたたんだ解答を、ページごとの番号でつなぎます。

``{exercise}`` の引数は、★ の数で表した難しさと題です。``{hint}`` は問題のなかに書きます。
``{solution}`` は印だけで、そこから次の問題か節の終わりまでが解答です。
セルは、ほかのディレクティブのなかに置けないためです。
折りたたみは Sphinx の ``collapsible`` なので、スクリプトは要りません。
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from booksite.sphinx_api import IN_PARALLEL

logger = logging.getLogger(__name__)

TITLE = re.compile(r"(★{1,3})\s+(\S.*)")


class Exercise(SphinxDirective):
    """A question: its stars and its title, and what is asked."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return an admonition without its number, which only the whole page gives."""
        match = TITLE.fullmatch(self.arguments[0])
        if match is None:
            raise self.error(
                "exercise には、★ の数と題を書きます（例: ★★ 勾配の符号）。"
                f"書かれた題: {self.arguments[0]}"
            )
        words, messages = self.state.inline_text(match[2], self.lineno)
        stars = nodes.inline("", match[1], classes=["exercise-stars"])
        title = nodes.title("", "", stars, nodes.Text(" "), *words)
        node = nodes.admonition("", title, *messages, classes=["exercise"])
        node += self.parse_content_to_nodes()
        self.set_source_info(node)
        return [node]


class Solution(SphinxDirective):
    """The mark at which the solution of the exercise above begins."""

    def run(self) -> list[nodes.Node]:
        """Return an empty admonition, to be filled with what follows."""
        node = nodes.admonition("", classes=["solution"], collapsible="closed")
        self.set_source_info(node)
        return [node]


class NumberExercises(SphinxTransform):
    """Number the exercises of a page, fold hints, and gather each solution."""

    default_priority = 200

    def apply(self, **kwargs: object) -> None:
        """Go through the exercises in their order."""
        for number, node in enumerate(
            list(filter(is_exercise, self.document.findall(nodes.admonition))), 1
        ):
            name = f"練習{number}"
            node["ids"].append(f"exercise-{number}")
            title = node.children[0]
            assert isinstance(title, nodes.title)
            title.insert(0, nodes.inline("", f"{name} ", classes=["exercise-number"]))
            for hint in list(node.findall(nodes.hint)):
                folded = nodes.admonition("", classes=["hint"], collapsible="closed")
                folded += [nodes.title("", f"{name}のヒント"), *hint.children]
                hint.replace_self(folded)
            self.solve(node, name, f"solution-{number}")
        for node in list(filter(is_solution, self.document.findall(nodes.admonition))):
            if not node.children:
                warn(node, "solution の前に、問題がありません。")

    def solve(self, node: nodes.admonition, name: str, solution_id: str) -> None:
        """Move what follows the mark of a solution into it; the solution has to check itself."""
        _, *following = node.parent.children[node.parent.index(node) :]
        solution = following[0] if following else None
        if not isinstance(solution, nodes.admonition) or not is_solution(solution):
            warn(node, f"{name}に解答がありません。問題のすぐあとに solution を書いてください。")
            return
        solution["ids"].append(solution_id)
        solution += nodes.title("", f"{name}の解答")
        for sibling in following[1:]:
            if is_exercise(sibling) or is_solution(sibling) or isinstance(sibling, nodes.section):
                break
            sibling.parent.remove(sibling)
            solution += sibling
        code = " ".join(block.astext() for block in solution.findall(nodes.literal_block))
        if not re.search(r"\bassert(_close)?\b", code):
            warn(solution, f"{name}の解答に、答えを確かめる assert がありません。")


def is_exercise(node: nodes.Node) -> bool:
    """Tell whether a node is an exercise."""
    return isinstance(node, nodes.admonition) and "exercise" in node["classes"]


def is_solution(node: nodes.Node) -> bool:
    """Tell whether a node is a solution, or the mark of one."""
    return isinstance(node, nodes.admonition) and "solution" in node["classes"]


def warn(node: nodes.Element, message: str) -> None:
    """Emit a warning at the place of a node."""
    logger.warning(message, location=node, type="exercises")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register both directives, and what joins them."""
    app.add_directive("exercise", Exercise)
    app.add_directive("solution", Solution)
    app.add_transform(NumberExercises)
    return IN_PARALLEL
