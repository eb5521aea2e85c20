"""What a book's ``conf.py`` says of its pages, for those who run them without Sphinx."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from myst_nb.core.config import NbParserConfig
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.util.matching import Matcher
from sphinx.util.tags import Tags

from literate.verify.block import PageError
from literate.verify.choices import DEFAULTS, Choices, choices_of
from literate.words import _


@dataclass(frozen=True)
class Settings:
    """The settings of a book."""

    folder: Path
    """Where its ``conf.py`` stands."""
    root_doc: str
    exclude_patterns: tuple[str, ...]
    notebook: NbParserConfig
    markdown: MdParserConfig
    language: str | None = None
    choices: Choices = Choices()

    def excludes(self, page: Path) -> bool:
        """Tell whether a build leaves out a page, or its run."""
        path = page.relative_to(self._sources(page))
        match = Matcher(self.exclude_patterns)
        if any(match(part.as_posix()) for part in (path, *path.parents)):
            return True
        patterns = self.notebook.execution_excludepatterns
        return any(PurePosixPath(page.as_posix()).match(pattern) for pattern in patterns)

    def _sources(self, page: Path) -> Path:
        """Return the folder of the sources: the outermost one that holds the book's first page."""
        inside = [folder for folder in page.parents if folder.is_relative_to(self.folder)]
        homes = (folder for folder in reversed(inside) if any(folder.glob(f"{self.root_doc}.*")))
        return next(homes, self.folder)

    def of(self, notebook: NotebookNode) -> NbParserConfig:
        """Return the settings of one notebook, and give it the kernel that the book means.

        Raises:
            PageError: the notebook sets something that does not exist.

        """
        kernel = notebook.metadata.get("kernelspec", {})
        for pattern, name in self.notebook.kernel_rgx_aliases.items():
            if re.fullmatch(pattern, kernel.get("name", "")):
                kernel["name"] = name
                break
        own = dict(notebook.metadata.get(self.notebook.metadata_key, {}))
        try:
            return self.notebook.copy(**own)
        except (TypeError, ValueError) as error:
            key = self.notebook.metadata_key
            message = _("{key} at the beginning of the page cannot be read: {error}")
            raise PageError(1, message.format(key=key, error=error)) from error


def folder_of_conf(page: Path) -> Path | None:
    """Return the nearest folder above a page in which there is a ``conf.py``."""
    return next((each for each in page.parents if (each / "conf.py").is_file()), None)


def settings_of(page: Path) -> Settings:
    """Return the settings of the book to which a page belongs; without one, it runs by itself.

    Raises:
        PageError: the nearest ``conf.py`` above the page cannot be read.

    """
    folder = folder_of_conf(page)
    if folder is None:
        alone = NbParserConfig(execution_in_temp=True)
        return Settings(page.parent, "index", (), alone, MdParserConfig())
    try:
        return _read(folder)
    except (ConfigError, TypeError, ValueError) as error:
        message = _("{file} cannot be read: {error}").format(file=folder / "conf.py", error=error)
        raise PageError(1, message) from error


@cache
def _read(folder: Path) -> Settings:
    config = Config.read(folder, overrides={}, tags=Tags())
    notebook = NbParserConfig(**_values(config, NbParserConfig(), "nb_"))
    markdown = MdParserConfig(**_values(config, MdParserConfig(), "myst_"))
    patterns = tuple(config.exclude_patterns)
    for name, default in DEFAULTS.items():
        config.add(name, default, "", ())
    choices, language = choices_of(config), config.language
    return Settings(folder, config.root_doc, patterns, notebook, markdown, language, choices)


def _values(
    config: Config, defaults: NbParserConfig | MdParserConfig, prefix: str
) -> dict[str, Any]:
    """Return the values that MyST adds to Sphinx' own."""
    values = {}
    for name, default, field in defaults.as_triple():
        metadata = field.metadata
        if not metadata.get("sphinx_exclude") and "sphinx" not in metadata.get("omit", []):
            config.add(f"{prefix}{name}", default, "", ())
            values[name] = config[f"{prefix}{name}"]
    return values
