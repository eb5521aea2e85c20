"""Refuse a page that nobody can read, before Sphinx and MyST-NB trip over it."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from myst_nb.core.read import is_myst_markdown_notebook

from literate.verify.page import PageError

HEADER = re.compile(r"---[^\n]*\n(.*?)^(?:---|\.\.\.)", re.M | re.S)
KERNEL = "ページのはじめの kernelspec: の下に、字下げして name: python3 と書いてください。"


def check(file: Path, encoding: str) -> None:
    """Read a page, and look at its header.

    Raises:
        PageError: it is no text in this encoding, is empty, or its header makes no sense.

    """
    text = decoded(file, encoding)
    if "\0" in text:
        raise PageError(line_at(text, text.index("\0")), "NUL 文字があります。消してください。")
    if file.suffix == ".md" and text.startswith("---"):
        text = check_header(text)
    if not text.strip():
        raise PageError(1, "ページに中身がありません。題と文を書くか、ファイルを消してください。")


def decoded(file: Path, encoding: str) -> str:
    """Return the text of a page."""
    try:
        return file.read_text(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        name = encoding.upper().removesuffix("-SIG")
        message = f"文字コードが {name} ではありません。{name} で保存しなおしてください。"
        raise PageError(line, message) from error


def check_header(page: str) -> str:
    """Refuse a header that is no mapping, or names no kernel for the cells; return what follows."""
    header = HEADER.match(page)
    if header is None:
        raise PageError(1, "ページのはじめの --- を閉じる --- がありません。")
    values = mapping(header[1])
    for name in {"kernelspec", "jupytext"} & set(values):
        if not isinstance(values[name], dict):
            message = f"{name}: の下には、字下げして「名前: 値」を書いてください。"
            raise PageError(line_of(name, page), message)
    kernel = values.get("kernelspec", {}).get("name")
    if is_myst_markdown_notebook(page) and not isinstance(kernel, str):
        raise PageError(line_of("kernelspec", page), KERNEL)
    return page[header.end() :]


def mapping(header: str) -> dict[str, object]:
    """Return what a header says."""
    try:
        values = yaml.safe_load(header)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = f"ページのはじめの YAML を読めません（{getattr(error, 'problem', error)}）。"
        raise PageError(mark.line + 2 if mark else 1, message) from error
    if not isinstance(values, dict):
        message = "ページのはじめの --- のあいだには、「名前: 値」を書いてください。"
        raise PageError(1, message)
    return values


def line_of(name: str, page: str) -> int:
    """Return the line of a value in the header, or the first."""
    return line_at(page, max(page.find(f"\n{name}:") + 1, 0))


def line_at(text: str, place: int) -> int:
    """Return the line of a place in a text."""
    return text.count("\n", 0, place) + 1
