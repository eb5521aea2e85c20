"""Literate pages for Sphinx: run them reliably, keep them fresh, prove what they say.

For any book of MyST-NB pages; put ``"literate"`` before ``"myst_nb"`` in ``extensions``.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up the extension; imported here because pytest loads this package in every run.

    Raises:
        ConfigError: ``literate_preload`` is no list of modules that are installed,
            ``literate_generators`` is none of generators, or the machine lacks what the pages need.

    """
    from literate.report import complaint
    from literate.run import forkserver, machine, scratch, sphinx_api
    from literate.run.preload import checked, checked_generators
    from literate.words import speak

    speak(app.config.language)
    complaint.use_one_line()
    machine.require()
    app.add_config_value("literate_preload", [], "", [list])
    app.add_config_value("literate_generators", {}, "", [dict])
    app.config.literate_preload = checked(app.config.literate_preload)
    generators = checked_generators(app.config.literate_generators)
    if sys.platform == "linux":
        stack = ExitStack()
        stack.enter_context(scratch.folder())
        app.connect("build-finished", lambda *_: stack.close(), priority=999)
    if not sphinx_api.kept(app.doctreedir).exists():
        # Every page will be read: let the server import beside us, not after us.
        forkserver.start(app.config.literate_preload, generators)

    from literate import extension

    return extension.setup(app)
