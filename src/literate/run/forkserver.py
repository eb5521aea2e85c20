"""A process that has imported what the pages need, and forks their kernels.

Only Linux is asked to do so: Windows has no fork, and macOS' own libraries do not survive one.
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
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from literate.run import recorder
from literate.run.preload import Hidden, Record

KERNELSPECS = Path(__file__).parent / "jupyter"
LAUNCHER = ["-m", "ipykernel_launcher"]
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
# The generators for all that nobody seeded: Python seeds its own alone after a fork.
GENERATORS = {"numpy.random.mtrand": "_rand", "torch": "default_generator"}
# ipykernel sets it before the first cell; matplotlib reads it when it is imported.
BACKEND = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
PR_SET_CHILD_SUBREAPER = 36
MESSAGE = 1 << 20
NUMBER = 8


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

    def __init__(self, preload: Sequence[str], environment: Mapping[str, str]) -> None:
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
                    __name__,
                    str(listener.fileno()),
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
        self._process.stdin.close()
        self._process.terminate()  # after an error, a reader or a writer may hold stdin for long
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        return ended


running: ForkServer | None = None
"""The server of this process and of its forks."""


def start(preload: Sequence[str]) -> None:
    """Start the server, unless it runs or cannot run here."""
    global running
    if running is None and sys.platform == "linux":
        spec = json.loads((KERNELSPECS / "kernels" / "python3" / "kernel.json").read_text("utf-8"))
        running = ForkServer(preload, os.environ | spec["env"])


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
    server, running = running, None
    return server.stop() if server is not None and server.owner == os.getpid() else None


class Server:
    """The server itself: one loop over what can happen, and no thread."""

    def __init__(self, listener: socket.socket, added: Mapping[str, str], hidden: Hidden) -> None:
        """Listen for requests, on stdin for the end of those who could make one, and for signals.

        `added` is what the imports have added to the environment: a kernel would have it, too.
        """
        self._added = dict(added)
        self._hidden = hidden
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
            for name in GENERATORS.keys() & self._hidden.modules:
                getattr(self._hidden.modules[name], GENERATORS[name]).seed()
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


def _number(message: bytes) -> int:
    return int.from_bytes(message, "little", signed=True)


def main() -> None:
    """Import what the pages need, then serve."""
    sys.path.pop(0)  # the working directory; a kernel puts its own there
    _, listener, *preload = sys.argv
    before = set(os.environ)
    recorder.start()
    record = Record(sys.modules.keys() - {"gc", Record.__module__})  # no new kernel has these
    with record.recording():
        for name in preload:
            try:
                importlib.import_module(name)
            except Exception as error:
                sys.exit(f"literate_preload: {name} を読み込めません（{error!r}）。")
    recorder.pause()
    hidden = Hidden(record)
    _adopt_orphans()
    gc.freeze()  # what is never looked at again is never copied
    added = {name: os.environ[name] for name in os.environ if name not in before}
    Server(socket.socket(fileno=int(listener)), added, hidden).run()


if __name__ == "__main__":
    main()
