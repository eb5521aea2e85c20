"""A page that went wrong fails the build, and leaves the others alone."""

from __future__ import annotations

from logging import CRITICAL, getLogger
from traceback import extract_tb

from docutils import nodes
from jupyter_client.kernelspec import NoSuchKernel
from myst_nb.sphinx_ import Parser
from nbclient import client
from nbclient.exceptions import DeadKernelError
from sphinx.util import logging

from literate.report.warning import tell
from literate.run import forkserver, mystnb, shard
from literate.run.freshness import cache_of_page
from literate.words import _


class GuardedParser(Parser):
    """MyST-NB's parser; a page without a kernel fails, and shows its text all the same."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Read and run a page; read it without running it where it has no kernel, or no more."""
        env = document.settings.env
        if env.docname in shard.elsewhere:
            self._read(inputstring, document)
            return
        try:
            self._run(inputstring, document)
        except AssertionError as error:
            if isinstance(error.__context__, DeadKernelError):
                raise KeyboardInterrupt from error  # nbclient has kept it for itself
            raise
        except (RuntimeError, NoSuchKernel) as error:
            getLogger("asyncio").setLevel(CRITICAL)  # nbclient goes on asking a kernel that is gone
            self._read(inputstring, document)
            tell(env.docname, error, _("The page cannot be run"))

    def _read(self, inputstring: str, document: nodes.document) -> None:
        """Read a page without running it; nothing is told of what is missing then."""
        settings = mystnb.settings(document.settings.env, execution_mode="off")
        with settings, logging.suppress_logging():
            super().parse(inputstring, document)

    def _run(self, inputstring: str, document: nodes.document) -> None:
        try:
            with cache_of_page(document.settings.env):
                super().parse(inputstring, document)
        except AssertionError as error:
            # On a signal nbclient ends the kernel, and then stumbles over its absence.
            if extract_tb(error.__traceback__)[-1].filename == client.__file__:
                raise KeyboardInterrupt from error
            raise
        except DeadKernelError:
            if not forkserver.lost():
                raise
            # It was no fault of the page: its kernel ended with the server.
            with cache_of_page(document.settings.env):
                super().parse(inputstring, document)
