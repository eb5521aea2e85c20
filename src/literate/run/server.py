"""The process that forks the kernels, once it has imported what the pages need.

The server imports and waits; it runs no operation and starts no thread, so a fork of it is as good
as a new process. It ends, and ends its kernels, when the last process that could ask it has ended.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from literate.run import recorder
from literate.run.preload import Hidden, Record
from literate.words import _

LAUNCHER = ["-m", "ipykernel_launcher"]
# The generators for all that nobody seeded: Python seeds its own alone after a fork.
GENERATORS = {"numpy.random.mtrand": "_rand"}
PR_SET_CHILD_SUBREAPER = 36
MESSAGE = 1 << 20
NUMBER = 8


class Server:
    """The server itself: one loop over what can happen, and no thread."""

    def __init__(
        self,
        listener: socket.socket,
        added: Mapping[str, str],
        hidden: Hidden,
        generators: Mapping[str, str],
    ) -> None:
        """Listen for requests, on stdin for the end of those who could make one, and for signals.

        `added` is what the imports have added to the environment: a kernel would have it, too.
        """
        self._added = dict(added)
        self._hidden = hidden
        self._generators = generators
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        self._selector.register(sys.stdin, selectors.EVENT_READ, self._end)
        # What a signal interrupts may hold a lock, or be the end itself: it only wakes the loop.
        woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGTERM, lambda *_: None)
        on_signal = partial(self._end, 128 + signal.SIGTERM)
        self._selector.register(woken, selectors.EVENT_READ, on_signal)
        self._running: set[int] = set()

    def run(self) -> NoReturn:
        """Serve until the last client has gone."""
        try:
            while True:
                for key, _ in self._selector.select():
                    key.data()
        except Exception:
            traceback.print_exc()
            self._end(1)

    def _end(self, code: int = 0) -> NoReturn:
        """End at once, with the kernels: Python would take long to let go of everything."""
        _end_children()
        os._exit(code)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        message, fds, *_ = socket.recv_fds(connection, MESSAGE, 2)
        if not message:  # the client ended in the middle of asking
            connection.close()
            return
        pid = os.fork()
        if pid == 0:
            connection.close()
            self._become_kernel(json.loads(message), fds)
        for fd in fds:
            os.close(fd)
        pidfd = os.pidfd_open(pid)
        self._running.add(pid)
        # A client that closes the connection has no more use for the kernel.
        self._selector.register(connection, selectors.EVENT_READ, partial(_kill, pid))
        bury = partial(self._bury, pid, pidfd, connection)
        self._selector.register(pidfd, selectors.EVENT_READ, bury)
        _send(connection, pid)

    def _bury(self, pid: int, pidfd: int, connection: socket.socket) -> None:
        _kill(pid)  # what it has started: nobody else has the number while it is not waited for
        _, status = os.waitpid(pid, 0)
        self._running.remove(pid)
        if not self._running:
            _end_children()
        self._selector.unregister(pidfd)
        self._selector.unregister(connection)
        os.close(pidfd)
        with connection:
            _send(connection, os.waitstatus_to_exitcode(status))

    def _become_kernel(self, request: dict[str, Any], fds: list[int]) -> NoReturn:
        """Be what the ordinary launcher would have started, in a session of its own."""
        try:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)  # it may answer -1: asyncio resets it in a fork from 3.12 on
            os.close(self._wake)
            for key in list(self._selector.get_map().values()):
                if key.fileobj is not sys.stdin:
                    os.close(key.fd)
            self._selector.close()
            for fd, target in zip([os.open(os.devnull, os.O_RDONLY), *fds], range(3), strict=True):
                os.dup2(fd, target)
                os.close(fd)
            os.chdir(request["cwd"])
            os.environ.clear()
            os.environ.update(self._added | request["environment"])
            os.environ["JPY_PARENT_PID"] = str(os.getppid())
            _limit_memory()
            for name in self._generators.keys() & self._hidden.modules:
                getattr(self._hidden.modules[name], self._generators[name]).seed()
            arguments = request["argv"][1 + len(LAUNCHER) :]
            sys.argv = ["ipykernel_launcher.py", *arguments]
            parent = f"--IPKernelApp.parent_handle={os.getppid()}"  # to end with the server
            kernelapp = importlib.import_module("ipykernel.kernelapp")
            kernelapp.launch_new_instance([*arguments, parent])
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)


def _adopt_orphans() -> None:
    """Become the parent of what a kernel leaves, even in a session of its own, when it ends."""
    import ctypes  # no new kernel has it before it starts

    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _end_children() -> None:
    """End every child, and theirs, who become ours then."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while pids := [int(word) for word in children.read_text().split()]:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            os.waitpid(pid, 0)


def _limit_memory() -> None:
    """Let a page have half of the machine's memory, and let it be the first that has to go."""
    import resource  # Windows has none, and must be able to import this module

    half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    resource.setrlimit(resource.RLIMIT_DATA, (half, half))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _kill(pid: int) -> None:
    """End a kernel and the processes that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _send(connection: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):  # the client may have ended
        connection.send(number.to_bytes(NUMBER, "little", signed=True))


def main() -> None:
    """Import what the pages need, then serve."""
    sys.path.pop(0)  # the working directory; a kernel puts its own there
    listener, generators, *preload = sys.argv[1:]
    before = set(os.environ)
    recorder.start()
    record = Record(sys.modules.keys() - {"gc", Record.__module__})  # no new kernel has these
    with record.recording():
        for name in preload:
            try:
                importlib.import_module(name)
            except Exception as error:
                message = _("literate_preload: {name} cannot be imported ({error!r}).")
                sys.exit(message.format(name=name, error=error))
    recorder.pause()
    hidden = Hidden(record)
    _adopt_orphans()
    gc.freeze()  # what is never looked at again is never copied
    added = {name: os.environ[name] for name in os.environ if name not in before}
    known = GENERATORS | json.loads(generators)
    Server(socket.socket(fileno=int(listener)), added, hidden, known).run()


if __name__ == "__main__":
    main()
