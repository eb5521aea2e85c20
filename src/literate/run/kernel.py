"""Start the kernels of the pages: forked from a warm process, without a race for ports.

The kernelspec is a private one named ``python3``: a page asks for the kernel that any Jupyter has,
and gets ours during a build. It writes no history, and no log line below an error into the page.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from queue import Empty
from subprocess import Popen
from typing import Any, cast

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient.exceptions import DeadKernelError
from sphinx.application import Sphinx
from sphinx.util import logging

from literate.run import forkserver, jupyter_api
from literate.run.forkserver import KERNELSPECS
from literate.run.jupyter_api import PORTS
from literate.run.server import LAUNCHER
from literate.words import _

RETRY = 5  # milliseconds

logger = logging.getLogger(__name__)


def use_private_kernelspec() -> None:
    """Put our kernelspec before those of the machine, for this process and its children."""
    paths = [str(KERNELSPECS), os.environ.get("JUPYTER_PATH", "")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, dict.fromkeys(paths)))


def stop_server_of_build(app: Sphinx, exception: Exception | None) -> None:
    """End the server with the build, and tell if it had ended before.

    The pages were run without it then. Only where it ended by an error, which it has told itself,
    something has to be mended.
    """
    code = forkserver.stop()
    message = _("The process that starts the kernels had ended (exit code {code}).")
    message = message.format(code=code)
    if code == 1:
        logger.warning(message, type="literate")
    elif code is not None:
        print(f"literate: {message}")


def held_port(ip: str) -> socket.socket:
    """Return a socket that keeps a free port from everybody who asks for any free port.

    It is bound and does not listen, so a kernel that is told the port can bind it as well: both
    set SO_REUSEADDR, which Linux accepts as long as only one of them listens.
    """
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((ip, 0))
    return holder


class PromptClient(AsyncKernelClient):
    """A client that knows when a kernel that serves it alone is ready."""

    def start_channels(
        self,
        shell: bool = True,
        iopub: bool = True,
        stdin: bool = True,
        hb: bool = False,
        control: bool = True,
    ) -> None:
        """Connect; while the kernel does not listen yet, try again every few milliseconds.

        The kernel's process tells whether it lives. The thread that would ask for its heartbeat
        never ends if it begins so late, on a busy machine, that it was told to end before.
        """
        self.context.setsockopt(zmq.RECONNECT_IVL, RETRY)
        super().start_channels(shell, iopub, stdin, hb, control)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the kernel; jupyter_client would wait 0.2 s longer for messages of others.

        Raises:
            DeadKernelError: the kernel ended.
            RuntimeError: it did not answer within `timeout` seconds.

        """
        deadline = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < deadline:
            request = self.kernel_info()
            with contextlib.suppress(Empty):
                await self.get_shell_msg(timeout=1)
                while True:  # silence: iopub was not connected yet, so ask again
                    message = await self.get_iopub_msg(timeout=0.05)
                    idle = message["content"].get("execution_state") == "idle"
                    if idle and message["parent_header"].get("msg_id") == request:
                        return
            if not await self.is_alive():
                raise DeadKernelError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


class Provisioner(LocalProvisioner):
    """A local kernel, forked where there is a server; its ports are held until it is gone."""

    _held: list[socket.socket]

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the ports and hold them; a system that cannot share one leaves it to Jupyter."""
        if sys.platform == "linux" and (ip := jupyter_api.address(self)) is not None:
            self._held = [held_port(ip) for _ in PORTS]
            numbers = (holder.getsockname()[1] for holder in self._held)
            jupyter_api.use_ports(self, dict(zip(PORTS, numbers, strict=True)))
        jupyter_api.use_client(self, PromptClient)
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel from the server; start it anew where that does not work."""
        if forkserver.running is None or cmd[1 : 1 + len(LAUNCHER)] != LAUNCHER:
            return await super().launch_kernel(cmd, **kwargs)
        self.cwd = kwargs.get("cwd") or os.getcwd()
        try:
            kernel = forkserver.running.fork(cmd, self.cwd, kwargs["env"])
        except OSError:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = cast("Popen[bytes]", kernel)
        self.pid = self.pgid = kernel.pid
        return self.connection_info

    async def shutdown_requested(self, restart: bool = False) -> None:
        """End the kernel at once: its outputs are all here, and nobody waits for its last words."""
        await self.kill(restart)
        await self.wait()

    def get_shutdown_wait_time(self, recommended: float = 5.0) -> float:
        """Return how long to wait for a kernel that was killed."""
        return 1.0

    async def wait(self) -> int | None:
        """Wait for the kernel to end; jupyter_client would look ten times a second."""
        while await self.poll() is None:
            await asyncio.sleep(0.002)
        return await super().wait()

    async def cleanup(self, restart: bool = False) -> None:
        """Let go of the ports once the kernel is gone for good."""
        await super().cleanup(restart=restart)
        if not restart:
            for holder in getattr(self, "_held", []):
                holder.close()
