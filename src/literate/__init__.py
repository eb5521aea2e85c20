"""Literate pages for Sphinx: run them reliably, keep them fresh, prove what they say.

For any book of MyST-NB pages; put ``"literate"`` before ``"myst_nb"`` in ``extensions``.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up the extension; imported here because pytest loads this package in every run.

    Raises:
        ConfigError: a package of ``literate_preload`` is not installed, or the machine lacks
            what the pages need.

    """
    from sphinx.application import ENV_PICKLE_FILENAME
    from sphinx.errors import ConfigError

    from literate import complaint, forkserver, machine

    complaint.use_one_line()
    machine.require()
    app.add_config_value("literate_preload", [], "", [list])
    for name in app.config.literate_preload:
        if find_spec(name.partition(".")[0]) is None:  # of a submodule it would import the package
            raise ConfigError(f"literate_preload: {name} が見つかりません。")
    if not Path(app.doctreedir, ENV_PICKLE_FILENAME).exists():
        # Every page will be read: let the server import beside us, not after us.
        forkserver.start(app.config.literate_preload)

    from literate import extension

    return extension.setup(app)
