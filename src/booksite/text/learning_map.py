"""学習の地図 ``{learning-map}``。ページのはじめに置き、いまいるところを示します。

ふつうの番号つきの並びなので、EPUB でも PDF でも、読み上げでも、同じことが伝わります。
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from booksite.sphinx_api import IN_PARALLEL

STEPS = {
    "順伝播": "予想する",
    "損失": "答え合わせをする",
    "逆伝播": "原因をたどる",
    "更新": "少し直す",
}
HERE = "いまここ"


class LearningMap(SphinxDirective):
    """``{learning-map} 順伝播``; several steps stand with a space between them."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the four steps in their order, the present ones marked in words, too."""
        here = self.arguments[0].split()
        if unknown := [name for name in here if name not in STEPS]:
            raise self.error(
                f"learning-map に {'、'.join(unknown)} はありません。書けるもの: {'、'.join(STEPS)}"
            )
        steps = nodes.enumerated_list(enumtype="arabic", classes=["learning-map", "no-terms"])
        for name, meaning in STEPS.items():
            words = nodes.paragraph("", "", nodes.strong("", meaning), nodes.Text(f" {name}"))
            if name in here:
                words += nodes.inline("", f"（{HERE}）", classes=["here"])
            steps += nodes.list_item("", words, classes=["here"] if name in here else [])
        return [steps]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("learning-map", LearningMap)
    return IN_PARALLEL
