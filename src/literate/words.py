"""The words of literate: English, or those of the catalogue for the language of the book.

The language stands in the environment, so whatever process a build starts speaks it as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

LOCALES = Path(__file__).with_name("locales")
LANGUAGE = "LITERATE_LANGUAGE"
ENGLISH = "en"

Message = str | Sequence["Message"]
"""Words as they are, or a message and what stands in its places."""


def speak(language: str | None) -> None:
    """Speak the language of a book from now on, as its setting ``language`` names it."""
    os.environ[LANGUAGE] = language or ENGLISH


def language() -> str:
    """Return the language that is spoken."""
    return os.environ.get(LANGUAGE, ENGLISH)


def speak_like(conf: Path) -> None:
    """Speak as the book whose ``conf.py`` stands in a folder; English where it cannot be read."""
    from sphinx.config import Config
    from sphinx.errors import ConfigError
    from sphinx.util.tags import Tags

    speak(None)
    with suppress(ConfigError):
        speak(Config.read(conf, overrides={}, tags=Tags()).language)


def _(message: str) -> str:
    """Return a message in the language that is spoken."""
    return catalogue(language()).gettext(message)


def later(message: str) -> str:
    """Mark a message that is translated where it is shown."""
    return message


def say(message: Message) -> str:
    """Return a message, with the parts of which it is made, in the language that is spoken."""
    if isinstance(message, str):
        return message
    words, *parts = message
    return _(str(words)).format(*map(say, parts))


def listed(words: Iterable[str]) -> str:
    """Return words in a row."""
    return _(", ").join(words)


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the catalogue for a language, or one that leaves all words as they are."""
    for name in (language, language.partition("_")[0]):
        file = LOCALES / name / "LC_MESSAGES" / "literate.po"
        if file.is_file():
            return compiled(file)
    return NullTranslations()


def compiled(file: Path) -> GNUTranslations:
    """Compile a catalogue in memory: nothing has to be made, or can be old, where it is installed.

    Sphinx needs Babel itself; a kernel, in which nearly nothing is said, need not import it.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = BytesIO()
    with file.open("rb") as source:
        write_mo(buffer, read_po(source))
    buffer.seek(0)
    return GNUTranslations(buffer)
