"""What Jupyter keeps to itself and a kernel needs: its own names stand here, and nowhere else.

A new version may have other names; ``tests/literate/test_jupyter_api.py`` tells which of them is
gone. The classes that take the place of Jupyter's override methods: it looks for these, too.
"""

from __future__ import annotations

from typing import cast

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")


def address(provisioner: LocalProvisioner) -> str | None:
    """Return where the ports of a kernel are needed; nothing where they are chosen already."""
    manager = provisioner.parent
    if manager is None or provisioner.ports_cached:
        return None
    return cast(str, manager.ip)


def use_ports(provisioner: LocalProvisioner, ports: dict[str, int]) -> None:
    """Choose the ports of a kernel, by their names."""
    for name, port in ports.items():
        setattr(provisioner.parent, name, port)
    provisioner.ports_cached = True


def use_client(provisioner: LocalProvisioner, client: type[AsyncKernelClient]) -> None:
    """Let a kernel be talked to by a client of ours, unless somebody has chosen another.

    A context of its own would be ended with the page, after waiting for the last words to a kernel
    that is gone.
    """
    manager = provisioner.parent
    if manager is not None and manager.client_factory is AsyncKernelClient:
        manager.client_factory = client
        manager.context = zmq.asyncio.Context.instance()
