"""The private kernel: its ports are held, and it is what a page gets that asks for python3."""

from __future__ import annotations

import asyncio
import socket

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from literate.run.kernel import PORTS, held_port, use_private_kernelspec


def test_a_page_that_asks_for_python3_gets_the_private_kernelspec(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    use_private_kernelspec()
    use_private_kernelspec()  # a second build in one process changes nothing
    spec = KernelSpecManager().get_kernel_spec("python3")
    assert spec.metadata["kernel_provisioner"]["provisioner_name"] == "literate"
    assert "--log-level=ERROR" in spec.argv


def test_a_held_port_is_given_to_nobody_else_but_the_one_who_knows_it() -> None:
    with held_port("127.0.0.1") as holder:
        address = holder.getsockname()
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind(address)
        with socket.socket() as kernel:
            kernel.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            kernel.bind(address)
            kernel.listen()


def test_a_kernel_runs_on_five_ports_that_are_held_until_it_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    use_private_kernelspec()

    async def run() -> None:
        manager = AsyncKernelManager(kernel_name="python3")
        await manager.start_kernel()
        held = manager.provisioner._held
        ports = [holder.getsockname()[1] for holder in held]
        assert ports == [getattr(manager, name) for name in PORTS]
        assert len(set(ports)) == len(PORTS)
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        assert not client.hb_channel.is_alive()  # begun late, its thread would never end
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
        assert all(holder.fileno() == -1 for holder in held)

    asyncio.run(run())
