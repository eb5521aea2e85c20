"""本文に出てくる PyTorch の名前を、いま入っている PyTorch で確かめます。

``{torch}`nn.Tanh` `` は、公式ドキュメントへのリンクになります。
``{grad-fn}`TanhBackward0` `` は、等幅の文字になります。
どちらも、その名前がなければ、ページと行を示して組み立てを失敗させます。
"""

from __future__ import annotations

import inspect
from functools import cache
from operator import attrgetter

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)

DOCUMENTATION = "https://docs.pytorch.org/docs/{version}/generated/{page}.html{anchor}"


@cache
def torch_object(name: str) -> object | None:
    """Return what the installed torch has under ``torch.<name>``, or None."""
    import torch  # only when a page is read: a build in which nothing changed does not pay for it

    try:
        return attrgetter(name)(torch)
    except AttributeError:
        return None


def documentation_address(name: str) -> str:
    """Return where PyTorch's documentation of the installed version explains ``torch.<name>``."""
    version = ".".join(str(torch_object("__version__")).split(".")[:2])
    page, anchor, owner = name, "", name.rpartition(".")[0]
    # Methods of modules stand on the page of their class; those of Tensor have pages of their own.
    if owner and owner != "Tensor" and inspect.isclass(torch_object(owner)):
        page, anchor = owner, f"#torch.{name}"
    return DOCUMENTATION.format(version=version, page=f"torch.{page}", anchor=anchor)


class TorchRole(SphinxRole):
    """A name below ``torch``, linked to its documentation."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link; a name that the installed torch does not have is a warning."""
        name = self.text.removesuffix("()")
        if torch_object(name) is None:
            logger.warning(
                "いまの PyTorch に torch.%s はありません。", name, location=self.get_location()
            )
        code = nodes.literal(self.rawtext, self.text)
        link = nodes.reference(self.rawtext, "", code, refuri=documentation_address(name))
        return [link], []


class GradFnRole(SphinxRole):
    """The class name of a backward function, as it stands in ``grad_fn``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the name; one that the installed torch does not know is a warning."""
        if not hasattr(torch_object("_C._functions"), self.text):
            logger.warning(
                "いまの PyTorch に %s という grad_fn はありません。",
                self.text,
                location=self.get_location(),
            )
        return [nodes.literal(self.rawtext, self.text)], []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register both roles."""
    app.add_role("torch", TorchRole())
    app.add_role("grad-fn", GradFnRole())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
