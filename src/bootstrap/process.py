"""Run a program that ends with us, and that holds the lock as long as it lives."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any


def run(command: list[str], **options: Any) -> int:
    """Run a program to its end and return its exit code; end with it where a signal has ended it.

    It inherits the lock: if we are killed and it goes on, the next build waits for it.
    """
    signals: list[int] = []
    with subprocess.Popen(command, close_fds=False, **options) as child:

        def hand_on(number: int, _: object) -> None:
            signals.append(number)
            child.terminate()

        signal.signal(signal.SIGINT, lambda number, _: signals.append(number))  # the child has it
        signal.signal(signal.SIGTERM, hand_on)
        code = child.wait()
    if code and signals:
        sys.exit(128 + signals[0])
    return code
