"""A process that has imported what the pages need, and forks their kernels: what a build sees.

Only Linux is asked to do so: Windows has no fork, and macOS' own libraries do not survive one. The
process itself is :mod:`literate.run.server`.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from literate.run import server
from literate.run.server import NUMBER

KERNELSPECS = Path(__file__).parent / "jupyter"
KERNEL = (  # what a kernel imports while it starts, to show a traceback, and to glue
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.locks",
    "tornado.platform.asyncio",
    "tornado.queues",
    "stack_data",
    "pygments.formatters.terminal256",
    "pygments.styles.default",
    "myst_nb.ext.glue",
    "literate.run.figures",
    "literate.run.stream",
)
# ipykernel sets it before the first cell; matplotlib reads it when it is imported.
BACKEND = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}


class Kernel:
    """A forked kernel, with the methods of `subprocess.Popen` that jupyter_client calls."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        """Keep the connection: the server ends the kernel when it is closed."""
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs."""
        if self.returncode is None:
            with contextlib.suppress(BlockingIOError):
                answer = self._connection.recv(NUMBER, socket.MSG_DONTWAIT)
                # A server that was killed cannot tell; its kernels end with it.
                self.returncode = _number(answer) if answer else -signal.SIGKILL
                self._connection.close()
        return self.returncode

    def wait(self) -> int | None:
        """Wait for the kernel to end, and return its exit code."""
        while self.poll() is None:
            selector = selectors.DefaultSelector()
            selector.register(self._connection, selectors.EVENT_READ)
            selector.select()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class ForkServer:
    """The server, seen from the process that started it and from the forks of that process."""

    def __init__(
        self,
        preload: Sequence[str],
        generators: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:
        """Start the server; it listens at once, and answers when it has imported everything."""
        self.owner = os.getpid()
        self._folder = tempfile.mkdtemp(prefix="literate-")
        self.address = f"{self._folder}/socket"
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self.address)
            listener.listen()
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-Xfrozen_modules=off",
                    "-m",
                    server.__name__,
                    str(listener.fileno()),
                    json.dumps(dict(generators)),
                    *KERNEL,
                    *preload,
                ],
                stdin=subprocess.PIPE,  # its end tells the server that nobody is left to ask
                pass_fds=[listener.fileno()],
                env={**BACKEND, **environment},
                start_new_session=True,  # Ctrl-C is for the build; the server sees it end
            )

    @property
    def pid(self) -> int:
        """The process ID of the server."""
        return self._process.pid

    def fork(self, command: Sequence[str], cwd: str, environment: Mapping[str, str]) -> Kernel:
        """Return a new kernel.

        Raises:
            OSError: the server is gone.

        """
        request = {"argv": command, "cwd": cwd, "environment": dict(environment)}
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            connection.connect(self.address)
            socket.send_fds(connection, [json.dumps(request).encode()], [1, 2])
            answer = connection.recv(NUMBER)
            if not answer:
                raise ConnectionResetError("the fork server is gone")
        except OSError:
            connection.close()
            raise
        return Kernel(connection, _number(answer))

    def answers(self) -> bool:
        """Tell whether the server still listens."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            return connection.connect_ex(self.address) == 0

    def stop(self) -> int | None:
        """End the server; return its exit code if it had ended before, else None."""
        ended = self._process.poll()
        assert self._process.stdin is not None  # it was asked for
        self._process.stdin.close()
        self._process.terminate()  # after an error, a reader or a writer may hold stdin for long
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        return ended


NO_GENERATORS: Mapping[str, str] = {}

running: ForkServer | None = None
"""The server of this process and of its forks."""


def start(preload: Sequence[str], generators: Mapping[str, str] = NO_GENERATORS) -> None:
    """Start the server, unless it runs or cannot run here.

    ``generators`` names, by modules, what each fork has to seed by itself.
    """
    global running
    if running is None and sys.platform == "linux":
        spec = json.loads((KERNELSPECS / "kernels" / "python3" / "kernel.json").read_text("utf-8"))
        running = ForkServer(preload, generators, os.environ | spec["env"])


def lost() -> bool:
    """Tell whether the server is gone that should be there; nobody asks it again then."""
    global running
    if running is None or running.answers():
        return False
    running = None
    return True


def stop() -> int | None:
    """End the server if this process has started it; return its exit code if it had ended."""
    global running
    known, running = running, None
    return known.stop() if known is not None and known.owner == os.getpid() else None


def _number(message: bytes) -> int:
    return int.from_bytes(message, "little", signed=True)
