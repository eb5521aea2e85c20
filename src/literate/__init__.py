"""Literate pages for Sphinx: run them reliably, keep them fresh, prove what they say.

For any book of MyST-NB pages; add ``"literate"`` to ``extensions`` after ``"myst_nb"``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up the extension; imported here because pytest loads this package in every run."""
    from literate import extension

    return extension.setup(app)
