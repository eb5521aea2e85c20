"""Literate pages for Sphinx: run them reliably, keep them fresh, prove what they say.

For any book of MyST-NB pages; put ``"literate"`` before ``"myst_nb"`` in ``extensions``.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up the extension; imported here because pytest loads this package in every run.

    Raises:
        ConfigError: ``literate_preload`` is no list of modules that are installed, or the machine
            lacks what the pages need.

    """
    from sphinx.application import ENV_PICKLE_FILENAME

    from literate import complaint, forkserver, machine, scratch

    complaint.use_one_line()
    machine.require()
    app.add_config_value("literate_preload", [], "", [list])
    app.config.literate_preload = checked(app.config.literate_preload)
    if sys.platform == "linux":
        stack = ExitStack()
        stack.enter_context(scratch.folder())
        app.connect("build-finished", lambda *_: stack.close(), priority=999)
    if not Path(app.doctreedir, ENV_PICKLE_FILENAME).exists():
        # Every page will be read: let the server import beside us, not after us.
        forkserver.start(app.config.literate_preload)

    from literate import extension

    return extension.setup(app)


def checked(preload: object) -> list[str]:
    """Return what the settings say; what `-D literate_preload=` leaves of a list is an empty name.

    Raises:
        ConfigError: it is no list of modules, or one of them is not installed.

    """
    from sphinx.errors import ConfigError

    from literate.preload import find

    if not isinstance(preload, list | tuple) or not all(isinstance(name, str) for name in preload):
        raise ConfigError(f"literate_preload には、モジュールの名前を並べます: {preload!r}")
    names = list(filter(None, preload))
    for name in names:
        if find(name) is None:
            raise ConfigError(f"literate_preload: {name} が見つかりません。")
    return names
