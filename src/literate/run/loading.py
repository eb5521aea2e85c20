"""Load the modules that somebody edits from their sources, never from byte code."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from typing import Any

from literate.run.digests import is_own


class FreshLoader(SourceFileLoader):
    """Loads a module from its source: byte code that is older may have the same time and size."""

    def path_stats(self, path: str) -> Mapping[str, Any]:
        """Tell of no time, so that no byte code is used, or written."""
        raise OSError(path)


def find_in(folder: str) -> FileFinder:
    """Find modules in a folder that belongs to no package."""
    if not is_own(os.path.abspath(folder or ".")):
        raise ImportError(folder)
    return FileFinder(
        folder,
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (FreshLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )
