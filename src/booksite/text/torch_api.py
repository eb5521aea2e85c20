"""本文に出てくる PyTorch の名前を、いま入っている PyTorch で確かめます。

``{torch}`nn.Tanh` `` は、公式ドキュメントへのリンクになります。
``{grad-fn}`TanhBackward0` `` は、等幅の文字になります。
どちらも、その名前がなければ、ページと行を示して組み立てを失敗させます。
"""

from __future__ import annotations

import inspect
import keyword
import re
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxRole
from sphinx.util.typing import ExtensionMetadata

from booksite import lesson
from booksite.kept import kept
from booksite.sphinx_api import IN_PARALLEL

logger = logging.getLogger(__name__)

PACKAGE_NAMES = "package_names"
DOCUMENTATION = "https://docs.pytorch.org/docs/{version}/generated/{page}.html{anchor}"


def names_of_package() -> frozenset[str]:
    """Return every word in the source of the package that the pages import."""
    sources = (file.read_text("utf-8") for file in lesson.sources())
    return frozenset(word for source in sources for word in re.findall(r"[A-Za-z_]\w*", source))


@cache
def torch_object(name: str) -> object | None:
    """Return what the installed torch has under ``torch.<name>``, or None."""
    import torch  # it takes two seconds, so what it said is kept (:func:`ask`)

    try:
        found: object = attrgetter(name)(torch)
    except AttributeError:
        return None
    return found


def address(name: str) -> str | None:
    """Return where PyTorch's documentation explains ``torch.<name>``; None if there is no such."""
    if torch_object(name) is None:
        return None
    page, anchor, owner = name, "", name.rpartition(".")[0]
    # Methods of modules stand on the page of their class; those of Tensor have pages of their own.
    if owner and owner != "Tensor" and inspect.isclass(torch_object(owner)):
        page, anchor = owner, f"#torch.{name}"
    # A function that hides the module of the same name stands on a page named by both.
    if getattr(torch_object(name), "__module__", None) == f"torch.{name}":
        page = f"{name}.{name.rpartition('.')[2]}"
    release = ".".join(version("torch").split(".")[:2])
    return DOCUMENTATION.format(version=release, page=f"torch.{page}", anchor=anchor)


def is_grad_fn(name: str) -> bool:
    """Tell whether the installed torch has a backward function of this name."""
    return hasattr(torch_object("_C._functions"), name)


def known(env: BuildEnvironment) -> dict[tuple[str, str], object]:
    """Return what was asked of the installed torch before, by what stands here now."""
    return kept(env, "torch_names", [Path(__file__)])


def ask(env: BuildEnvironment, what: Callable[[str], object], name: str) -> object:
    """Return what is known of a name; ask torch once."""
    found, key = known(env), (what.__name__, name)
    if key not in found:
        found[key] = what(name)
    return found[key]


def share(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    """Learn what the process of another page has asked."""
    known(env).update(known(other))


class TorchRole(ReferenceRole):
    """A name of torch, linked to its documentation; ``words <name>`` shows other words."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link; a name that the installed torch does not have is a warning."""
        name = self.target.removesuffix("()").removeprefix("torch.")
        code = nodes.literal(self.rawtext, self.title, checked=True)
        place = ask(self.env, address, name)
        if place is None:
            logger.warning(
                "いまの PyTorch に torch.%s はありません。", name, location=self.get_location()
            )
            return [code], []
        return [nodes.reference(self.rawtext, "", code, refuri=place)], []


class GradFnRole(SphinxRole):
    """The class name of a backward function, as it stands in ``grad_fn``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the name; one that the installed torch does not know is a warning."""
        if not ask(self.env, is_grad_fn, self.text):
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
    words = {*re.findall(r"\w+", code), *keyword.kwlist}
    package = names_of_package()
    metadata = app.env.metadata[app.env.docname]
    metadata[PACKAGE_NAMES] = needed = set()
    for literal in doctree.findall(nodes.literal):
        name = literal.astext().removesuffix("()")
        if literal.get("checked") or not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", name):
            continue
        needed |= set(name.split(".")) - words
        if not package.issuperset(set(name.split(".")) - words):
            logger.warning(
                "%s という名前は、このページのセルにありません。"
                "PyTorch の名前なら {torch} で、そのほかなら等幅にせずに書いてください。",
                literal.astext(),
                location=literal,
                type="torch_api",
            )


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the pages that name something which the package does not have any more."""
    package = names_of_package()
    metadata = env.metadata.items()
    return [page for page, data in metadata if not package.issuperset(data.get(PACKAGE_NAMES, ()))]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register both roles, and the check of all other names."""
    app.add_role("torch", TorchRole())
    app.add_role("grad-fn", GradFnRole())
    app.connect("doctree-read", check_names)
    app.connect("env-get-outdated", outdated)
    app.connect("env-merge-info", share)
    return IN_PARALLEL
