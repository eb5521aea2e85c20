"""A page that nobody can read is refused with its line, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from literate.verify.block import PageError
from literate.verify.source import check
from literate.words import speak
from tests.literate.test_guard import GOOD, HEADER, PAGE

CELL = PAGE + GOOD
# The name of a file, what is in it, its encoding, and the line and the words of what is wrong.
REFUSED: dict[str, tuple[str, bytes, str, int, str]] = {
    "latin": ("a.md", "# x\n\ncafé\n".encode("latin-1"), "utf-8-sig", 3, "{not UTF-8}"),
    "first": ("a.md", "é\n# x\n\né\n".encode("latin-1"), "utf-8", 1, "{not UTF-8}"),
    "kanji": ("a.md", "文\n文".encode("shift_jis") + b"\x80", "shift_jis", 2, "{not SHIFT_JIS}"),
    "nul": ("a.md", b"# x\r\n\r\na\0b\rc\0", "utf-8", 3, "There is a NUL character. Delete it."),
    "nul_mac": ("a.md", b"# x\ra\0b", "utf-8", 2, "There is a NUL character. Delete it."),
    "empty": ("a.md", b" \n", "utf-8", 1, "{empty}"),
    "header": ("a.md", HEADER.replace("# 試し", "").encode(), "utf-8", 1, "{empty}"),
    "empty_notebook": ("a.ipynb", b"\n", "utf-8", 1, "{empty}"),
    "old": (
        "a.ipynb",
        b'{"nbformat" : 3}',
        "utf-8",
        1,
        "The notebook is stored in nbformat 3. Save it in Jupyter once.",
    ),
    "open": (
        "a.md",
        b"---\norphan: true\n\n# x\n",
        "utf-8",
        1,
        "The --- at the beginning of the page is not closed by another ---.",
    ),
    "yaml": (
        "a.md",
        b"---\na: 1\nkernelspec: {name: x\n---\n\n# x\n",
        "utf-8",
        4,
        "The YAML at the beginning of the page cannot be read (expected ',' or '}', but got "
        "'<stream end>').",
    ),
    "control": (
        "a.md",
        b"---\na: \x07\n---\n\n# x\n",
        "utf-8",
        1,
        "The YAML at the beginning of the page cannot be read (unacceptable character #x0007: "
        'special characters are not allowed\n  in "<unicode string>", position 3).',
    ),
    "list": (
        "a.md",
        b"---\n- a\n---\n\n# x\n",
        "utf-8",
        1,
        'Between the --- at the beginning of the page, write "name: value".',
    ),
    "word": (
        "a.md",
        CELL.replace(":\n  name:", ":").encode(),
        "utf-8",
        3,
        'Below kernelspec:, write "name: value", indented.',
    ),
    "jupytext": (
        "a.md",
        b"---\na: 1\njupytext: myst\n---\n\n# x\n",
        "utf-8",
        3,
        'Below jupytext:, write "name: value", indented.',
    ),
    "no_kernel": ("a.md", b"---\nfile_format: mystnb\n---\n# x\n", "utf-8", 1, "{kernel}"),
    "kernel_number": ("a.md", CELL.replace("python3", "3").encode(), "utf-8", 3, "{kernel}"),
}
OFTEN = {
    "{not UTF-8}": "The page is not written in UTF-8. Save it as UTF-8.",
    "{not SHIFT_JIS}": "The page is not written in SHIFT_JIS. Save it as SHIFT_JIS.",
    "{empty}": "The page is empty. Write a title and a text, or delete the file.",
    "{kernel}": "Write name: python3, indented, below kernelspec: at the beginning of the page.",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_page_that_nobody_can_read_is_refused_at_its_line(name: str, tmp_path: Path) -> None:
    speak(None)
    file, content, encoding, line, words = REFUSED[name]
    (tmp_path / file).write_bytes(content)
    with pytest.raises(PageError) as refused:
        check(tmp_path / file, encoding)
    assert (refused.value.line, str(refused.value)) == (line, OFTEN.get(words, words))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.md", CELL),
        ("a.md", CELL.replace("\n", "\r\n")),
        ("a.md", "---\na: b\n...\ntext"),
        ("a.md", 'text of "nbformat": 3'),
        ("a.ipynb", '{"nbformat": 4}'),
        ("a.ipynb", "---\n"),
        ("a.py", "---\n"),
    ],
)
def test_a_page_that_can_be_read_is_let_through(file: str, content: str, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(content.encode("utf-8-sig"))
    check(tmp_path / file, "utf-8-sig")
