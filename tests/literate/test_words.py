"""Literate speaks English, or the language of the book, from a catalogue that has every word."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from literate.words import LOCALES, _, language, say, speak, speak_like
from tests.builds import ROOT, build, cell, write_page

SOURCES = ROOT / "src" / "literate"
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")  # no punctuation: that is not only Japanese
MARKS = {"_", "later"}


def strings(tree: ast.AST) -> Iterator[str]:
    """Yield the strings of a program, also the parts of those that are formatted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def messages() -> set[str]:
    """Return every message in the code of literate."""
    found = set()
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS
            if named and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def catalogue() -> Catalog:
    """Return the Japanese catalogue."""
    with (LOCALES / "ja" / "LC_MESSAGES" / "literate.po").open("rb") as file:
        return read_po(file)


def places(message: str) -> list[str]:
    """Return the places of a message, in the order of their names; unnamed ones by number."""
    return sorted(
        f"{name}{spec and ':'}{spec}{conversion and '!'}{conversion or ''}"
        for _text, name, spec, conversion in Formatter().parse(message)
        if name is not None
    )


def test_no_word_of_the_code_is_japanese() -> None:
    files = [*SOURCES.rglob("*.py"), *SOURCES.rglob("*.js"), *SOURCES.rglob("*.css")]
    assert len(files) > 50
    assert [str(file) for file in files if JAPANESE.search(file.read_text("utf-8"))] == []


def test_every_message_has_a_japanese_translation_and_the_catalogue_no_other() -> None:
    translated = {message.id: message.string for message in catalogue() if message.id}
    assert messages() - translated.keys() == set()
    assert translated.keys() - messages() == set()
    assert [name for name, words in translated.items() if not words] == []


@pytest.mark.parametrize("message", [each for each in catalogue() if each.id], ids=lambda m: m.id)
def test_a_translation_has_the_places_of_its_message(message) -> None:
    assert places(message.string) == places(message.id)


def test_a_message_is_said_with_its_parts_in_the_language() -> None:
    path = ["{} to {}, {}", "(0, 1)", "(2, 3)", ["points: {}", "2"]]
    message = ["line{}: {}", [' "{}"', "a {}"], path]
    speak("ja")
    assert say(message) == "線「a {}」: (0, 1) から (2, 3)、2 点"
    speak("fr")
    assert say(message) == 'line "a {}": (0, 1) to (2, 3), points: 2'


def test_a_region_speaks_as_its_language() -> None:
    speak("ja_JP")
    assert _("Output") == "出力"
    speak(None)
    assert (_("Output"), language()) == ("Output", "en")


def test_a_command_speaks_as_the_book_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text("language = 'ja'")
    speak_like(tmp_path)
    assert language() == "ja"
    (tmp_path / "conf.py").write_text("1 / 0")
    speak_like(tmp_path)
    assert language() == "en"


CONF = """
extensions = ["literate", "myst_nb"]
html_theme = "basic"
nb_execution_mode = "force"
nb_execution_in_temp = True
"""


def test_a_book_of_no_language_is_english_whole(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(CONF)
    figure = "import matplotlib.pyplot as plt\nplt.plot([0, 1], [2, 3], label='a')\nplt.legend();"
    facts = '<Figure size 640x480 with 1 Axes>\n  line "a": (0, 2) to (1, 3), points: 2'
    body = cell("print(1)", "1") + cell(figure, facts) + cell("print(2)", "3")
    body += cell("print('a' * 1_000_001)", "a") + "\n```{verification-ledger}\n```\n"
    write_page(tmp_path / "book" / "index.md", body)
    result = build(tmp_path, source=tmp_path / "book", conf=tmp_path)
    page = (result.html / "index.html").read_text("utf-8")
    assert "compared with what was expected" in page
    assert "not what was expected" in page
    assert "Outputs of this page that were executed and compared" in page
    assert "Executed with: Python" in page
    assert "The output of the cell is not its testoutput.\n--- expected\n+++ printed" in result.log
    assert "One cell has printed more than 1,000,000 characters." in result.log
    assert result.executed == 1
    assert JAPANESE.search(re.sub("試し", "", page + result.log)) is None
