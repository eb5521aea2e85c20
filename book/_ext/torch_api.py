"""本文に出てくる PyTorch の名前を、いま入っている PyTorch で確かめます。

``{torch}`nn.Tanh` `` は、公式ドキュメントへのリンクになります。
``{grad-fn}`TanhBackward0` `` は、等幅の文字になります。
どちらも、その名前がなければ、ページと行を示して組み立てを失敗させます。
"""

from __future__ import annotations

import inspect
import keyword
import re
from functools import cache
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxRole
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)

DOCUMENTATION = "https://docs.pytorch.org/docs/{version}/generated/{page}.html{anchor}"


@cache
def names_of_package() -> frozenset[str]:
    """Return every word in the source of the package that the pages import."""
    folder = Path(find_spec("neuron").origin).parent
    sources = (file.read_text("utf-8") for file in folder.glob("*.py"))
    return frozenset(word for source in sources for word in re.findall(r"[A-Za-z_]\w*", source))


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
    # A function that hides the module of the same name stands on a page named by both.
    if getattr(torch_object(name), "__module__", None) == f"torch.{name}":
        page = f"{name}.{name.rpartition('.')[2]}"
    return DOCUMENTATION.format(version=version, page=f"torch.{page}", anchor=anchor)


class TorchRole(ReferenceRole):
    """A name of torch, linked to its documentation; ``words <name>`` shows other words."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link; a name that the installed torch does not have is a warning."""
        name = self.target.removesuffix("()").removeprefix("torch.")
        if torch_object(name) is None:
            logger.warning(
                "いまの PyTorch に torch.%s はありません。", name, location=self.get_location()
            )
        code = nodes.literal(self.rawtext, self.title, checked=True)
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
        return [nodes.literal(self.rawtext, self.text, checked=True)], []


def check_names(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of a name in code font that is in no cell of its page, and not in our package.

    A name of torch has to be written with a role there, which links it and keeps it checked.
    """
    code = " ".join(block.astext() for block in doctree.findall(nodes.literal_block))
    words = {*re.findall(r"\w+", code), *names_of_package(), *keyword.kwlist}
    for literal in doctree.findall(nodes.literal):
        name = literal.astext().removesuffix("()")
        if literal.get("checked") or not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", name):
            continue
        if not words.issuperset(name.split(".")):
            logger.warning(
                "%s という名前は、このページのセルにありません。"
                "PyTorch の名前なら {torch} で、そのほかなら等幅にせずに書いてください。",
                literal.astext(),
                location=literal,
                type="torch_api",
            )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register both roles, and the check of all other names."""
    app.add_role("torch", TorchRole())
    app.add_role("grad-fn", GradFnRole())
    app.connect("doctree-read", check_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
