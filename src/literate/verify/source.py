"""Refuse a page that nobody can read, before Sphinx and MyST-NB trip over it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from myst_nb.core.read import is_myst_markdown_notebook

from literate.verify.block import PageError
from literate.words import _, later

HEADER = re.compile(r"---[^\n]*\n(.*?)^(?:---|\.\.\.)", re.M | re.S)
OLD = re.compile(r'"nbformat"\s*:\s*([123])\b')
KERNEL = later("Write name: python3, indented, below kernelspec: at the beginning of the page.")


def check(file: Path, encoding: str) -> None:
    """Read a page, and look at its header.

    Raises:
        PageError: it is no text in this encoding, is empty, of a form that Jupyter has given up,
            or its header makes no sense.

    """
    text = decoded(file, encoding).replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise PageError(line_at(text, text.index("\0")), _("There is a NUL character. Delete it."))
    if file.suffix == ".md" and text.startswith("---"):
        text = check_header(text)
    if not text.strip():
        raise PageError(1, _("The page is empty. Write a title and a text, or delete the file."))
    if file.suffix == ".ipynb" and (old := OLD.search(text)):
        message = _("The notebook is stored in nbformat {number}. Save it in Jupyter once.")
        raise PageError(1, message.format(number=old[1]))


def decoded(file: Path, encoding: str) -> str:
    """Return the text of a page, with the ends of lines that it has.

    Raises:
        PageError: it is no text in this encoding.

    """
    try:
        return file.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        name = encoding.upper().removesuffix("-SIG")
        message = _("The page is not written in {encoding}. Save it as {encoding}.")
        raise PageError(line, message.format(encoding=name)) from error


def check_header(page: str) -> str:
    """Refuse a header that is no mapping, or names no kernel for the cells; return what follows."""
    header = HEADER.match(page)
    if header is None:
        message = _("The --- at the beginning of the page is not closed by another ---.")
        raise PageError(1, message)
    values = mapping(header[1])
    for name in {"kernelspec", "jupytext"} & set(values):
        if not isinstance(values[name], dict):
            message = _('Below {name}:, write "name: value", indented.').format(name=name)
            raise PageError(line_of(name, page), message)
    kernel = values.get("kernelspec", {}).get("name")
    if is_myst_markdown_notebook(page) and not isinstance(kernel, str):
        raise PageError(line_of("kernelspec", page), _(KERNEL))
    return page[header.end() :]


def header(page: str) -> dict[str, object]:
    """Return what the header of a page says; nothing where it has none that can be read."""
    found = HEADER.match(page.removeprefix("\ufeff"))
    try:
        return mapping(found[1]) if found else {}
    except PageError:  # a rule above a title, or what `check` refuses
        return {}


def mapping(header: str) -> dict[str, Any]:
    """Return what a header says."""
    try:
        values = yaml.safe_load(header)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = _("The YAML at the beginning of the page cannot be read ({error}).")
        message = message.format(error=getattr(error, "problem", error))
        raise PageError(mark.line + 2 if mark else 1, message) from error
    if not isinstance(values, dict):
        message = _('Between the --- at the beginning of the page, write "name: value".')
        raise PageError(1, message)
    return values


def line_of(name: str, page: str) -> int:
    """Return the line of a value in the header, or the first."""
    return line_at(page, max(page.find(f"\n{name}:") + 1, 0))


def line_at(text: str, place: int) -> int:
    """Return the line of a place in a text."""
    return text.count("\n", 0, place) + 1
