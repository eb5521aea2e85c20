"""The names of Jupyter on which literate stands: a version that has lost one fails by that name."""

from __future__ import annotations

import inspect
from subprocess import Popen

import pytest
from ipykernel.displayhook import ZMQShellDisplayHook
from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQDisplayPublisher, ZMQInteractiveShell
from jupyter_cache.cache import db
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient import NotebookClient

from literate.run.database import SCHEME
from literate.run.forkserver import Kernel
from literate.run.jupyter_api import PORTS
from literate.run.kernel import PromptClient, Provisioner
from literate.run.stream import BoundedStream
from tests.foreign import check_override, names_used_in


@pytest.mark.parametrize("name", [*PORTS, "ip", "client_factory", "context"])
def test_the_manager_has_the_trait(name: str) -> None:
    assert name in AsyncKernelManager.class_traits()


@pytest.mark.parametrize("name", ["client_factory", "context"])
def test_the_manager_uses_the_trait(name: str) -> None:
    used = {each for base in AsyncKernelManager.__mro__ for each in names_used_in(base)}
    assert name in used


@pytest.mark.parametrize("name", ["ports_cached", "process", "pid", "pgid", "connection_info"])
def test_the_provisioner_has_the_attribute(name: str) -> None:
    assert name in dir(LocalProvisioner)
    assert name in set(names_used_in(LocalProvisioner))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (BoundedStream, "set_parent"),
        (BoundedStream, "write"),
        (PromptClient, "start_channels"),
        (PromptClient, "wait_for_ready"),
        (Provisioner, "cleanup"),
        (Provisioner, "get_shutdown_wait_time"),
        (Provisioner, "launch_kernel"),
        (Provisioner, "pre_launch"),
        (Provisioner, "shutdown_requested"),
        (Provisioner, "wait"),
    ],
)
def test_jupyter_has_the_method_that_is_overridden(kind: type, name: str) -> None:
    check_override(kind, name)


def test_a_forked_kernel_has_all_that_jupyter_asks_of_a_process() -> None:
    process = set(names_used_in(LocalProvisioner)) & {*dir(Popen), "pid", "returncode"}
    assert {"poll", "wait", "send_signal", "kill", "terminate"} <= process
    assert process - {*dir(Kernel), *vars(Kernel(None, 1))} - {*dir(LocalProvisioner)} == set()


@pytest.mark.parametrize("kind", [ZMQDisplayPublisher, ZMQShellDisplayHook])
def test_what_is_shown_passes_the_hooks(kind: type) -> None:
    assert list(inspect.signature(kind.register_hook).parameters) == ["self", "hook"]


@pytest.mark.parametrize("name", ["display_pub", "displayhook", "events"])
def test_the_shell_has_the_trait(name: str) -> None:
    used = {each for base in ZMQInteractiveShell.__mro__ for each in names_used_in(base)}
    assert name in used


@pytest.mark.parametrize("name", ["parent_handle", "outstream_class"])
def test_the_kernel_takes_the_setting(name: str) -> None:
    assert name in IPKernelApp.class_traits()
    assert isinstance(OutStream, type)


def test_the_cache_opens_its_data_base_by_a_url_of_sqlite() -> None:
    used = set(names_used_in(db.create_db))
    assert "create_engine" in used
    assert SCHEME in inspect.getsource(db)


def test_nbclient_runs_a_cell_where_its_number_is_called_so() -> None:
    code = inspect.unwrap(NotebookClient.async_execute_cell).__code__
    assert "cell_index" in code.co_varnames
