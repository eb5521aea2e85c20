"""Start the kernels of the pages, many at a time, without a race for ports.

The kernelspec is a private one named ``python3``: a page asks for the kernel that any Jupyter has,
and gets ours during a build. It writes no history, and no log line below an error into the page.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

KERNELSPECS = Path(__file__).parent / "jupyter"
PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")


def use_private_kernelspec() -> None:
    """Put our kernelspec before those of the machine, for this process and its children."""
    paths = [str(KERNELSPECS), os.environ.get("JUPYTER_PATH", "")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, dict.fromkeys(paths)))


def held_port(ip: str) -> socket.socket:
    """Return a socket that keeps a free port from everybody who asks for any free port.

    It is bound and does not listen, so a kernel that is told the port can bind it as well: both
    set SO_REUSEADDR, which Linux accepts as long as only one of them listens.
    """
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((ip, 0))
    return holder


class HeldPortsProvisioner(LocalProvisioner):
    """A local kernel whose ports are held for it from the choice until the kernel is gone."""

    _held: list[socket.socket]

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the ports and hold them; a system that cannot share one leaves it to Jupyter."""
        manager = self.parent
        if sys.platform == "linux" and manager is not None and not self.ports_cached:
            self._held = [held_port(manager.ip) for _ in PORTS]
            for name, holder in zip(PORTS, self._held, strict=True):
                setattr(manager, name, holder.getsockname()[1])
            self.ports_cached = True
        return await super().pre_launch(**kwargs)

    def get_shutdown_wait_time(self, recommended: float = 5.0) -> float:
        """Return how long to wait for a kernel to end by itself: its outputs are all here."""
        return 0.2

    async def cleanup(self, restart: bool = False) -> None:
        """Let go of the ports once the kernel is gone for good."""
        await super().cleanup(restart=restart)
        if not restart:
            for holder in getattr(self, "_held", []):
                holder.close()
