"""Build the book as MyST-NB alone would run it: ``python -m tests.bench.stock ARGUMENTS``.

Its directives are needed to read the pages; the kernels are those that any Jupyter starts.
"""

from __future__ import annotations

import sys
from unittest import mock

from sphinx.cmd.build import main

if __name__ == "__main__":
    with (
        mock.patch("literate.run.kernel.use_private_kernelspec"),
        mock.patch("literate.run.forkserver.start"),
        mock.patch("literate.run.schedule.Schedule.deal"),
        mock.patch("literate.run.schedule.Schedule.add_writer", return_value=None),
    ):
        sys.exit(main(["-D", "nb_execution_mode=force", *sys.argv[1:]]))
