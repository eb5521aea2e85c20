"""Kernels come from a warm process: as good as new ones, apart, and gone with the build."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from jupyter_client.manager import AsyncKernelManager

from literate.run import forkserver, server
from literate.run.kernel import PromptClient, use_private_kernelspec
from tests.builds import ROOT

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux forks kernels")

PRELOAD = ["numpy.random", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "torch"]
PRELOAD += ["matplotlib.animation", "unittest.mock", "docutils.nodes"]
# What a page can see of the process it runs in; ZeroMQ imports a part of itself with the first long
# message, and when that is sent is a matter of chance.
STATE = """
import sys
def modules():
    seen = {name: module for name, module in sys.modules.items() if not name.startswith("zmq")}
    for name, module in sorted(seen.items()):
        children = {each for each in vars(module) if f"{name}.{each}" in sys.modules}
        yield name, sorted(children)
before = list(modules())
import os, random, signal, threading
import numpy, torch, matplotlib, matplotlib.pyplot as plt
after = list(modules())
print(threading.active_count(), len(os.sched_getaffinity(0)), torch.get_num_threads())
print(torch.are_deterministic_algorithms_enabled(), torch.get_default_dtype())
torch.manual_seed(0), random.seed(0), numpy.random.seed(0)
print(torch.rand(2), random.random(), numpy.random.random())
print(matplotlib.get_backend(), plt.get_fignums(), sorted(matplotlib.rcParams.items()))
print(sys.path, sys.flags, os.getcwd(), sorted(os.environ.items()))
print([signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)])
print(os.getpid() == os.getsid(0), __name__, sys.argv[3:])
print(*before, *after, sep="\\n")  # at last: a thread of zmq's own sends what is long
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[None]:
    """One server for all tests; those that end it leave a new one to the next."""
    use_private_kernelspec()
    yield
    forkserver.stop()


@pytest.fixture
def warm(servers: None, monkeypatch: pytest.MonkeyPatch) -> forkserver.ForkServer:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    forkserver.start(PRELOAD, {"torch": "default_generator"})
    return forkserver.running


async def printed(code: str, cwd: Path) -> str:
    """What a new kernel prints that runs this code."""
    manager = AsyncKernelManager(kernel_name="python3")
    await manager.start_kernel(cwd=str(cwd))
    client = manager.client()
    client.start_channels()
    texts: list[str] = []

    def keep(message: dict) -> None:
        texts.append(message["content"].get("text") or str(message["content"].get("evalue", "")))

    try:
        await client.wait_for_ready(timeout=60)
        await client.execute_interactive(code, output_hook=keep, timeout=60)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel()
    return "".join(texts)


def run(code: str, cwd: Path) -> str:
    return asyncio.run(printed(code, cwd))


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ended(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_page_sees_the_same_in_a_warm_kernel_as_in_a_new_one(
    tmp_path: Path, warm: forkserver.ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_fork = run(STATE, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(forkserver, "running", None)
        of_new = run(STATE, tmp_path)

    def comparable(text: str) -> str:
        return text.replace(str(warm.pid), "PID").replace(str(os.getpid()), "PID")

    assert comparable(of_fork) == comparable(of_new)
    assert "inline" in of_fork


@pytest.mark.parametrize(
    "forgotten",
    [
        "matplotlib.animation",
        "unittest.mock",
        "docutils.nodes",
        "pygments.formatters",
        "myst_nb.ext",
    ],
)
def test_a_page_that_forgets_an_import_fails_as_it_would_for_a_reader(
    tmp_path: Path, warm: forkserver.ForkServer, forgotten: str
) -> None:
    package, _, child = forgotten.partition(".")
    error = f"module '{package}' has no attribute '{child}'"
    assert run(f"import {package}\n{forgotten}", tmp_path) == error
    assert run(f"import {forgotten}\nprint({forgotten}.__name__)", tmp_path) == f"{forgotten}\n"


def test_what_one_page_does_to_its_process_no_other_page_sees(
    tmp_path: Path, warm: forkserver.ForkServer
) -> None:
    changes = (
        "import os, sys, random, torch, numpy, matplotlib\n"
        "leaked = 1; sys.modules['leaked'] = sys; os.environ['LEAKED'] = '1'; os.chdir('/')\n"
        "torch.manual_seed(7); torch.set_default_dtype(torch.float64); torch.set_num_threads(2)\n"
        "matplotlib.rcParams['lines.linewidth'] = 99"
    )
    before = run(STATE, tmp_path)
    assert run(changes, tmp_path) == ""
    assert run(STATE, tmp_path) == before
    assert run("print('leaked' in globals())", tmp_path) == "False\n"


def test_generators_that_nobody_seeded_differ_from_page_to_page(
    tmp_path: Path, warm: forkserver.ForkServer
) -> None:
    code = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1))"
    first, second = run(code, tmp_path).split(), run(code, tmp_path).split()
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_each_page_has_its_own_directory_and_environment(
    tmp_path: Path, warm: forkserver.ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THIS_PAGE", "yes")
    code = "import os; print(os.getcwd(), os.environ.get('OF_THIS_PAGE'))"
    assert run(code, tmp_path) == f"{tmp_path} yes\n"


def test_a_kernel_that_is_asked_to_end_is_gone_at_once_with_what_it_started(
    tmp_path: Path, warm: forkserver.ForkServer
) -> None:
    code = "import os, subprocess; print(os.getpid(), subprocess.Popen(['sleep', '60']).pid)"
    for pid in map(int, run(code, tmp_path).split()):
        assert ended(pid)


def test_what_a_kernel_sent_off_into_another_session_ends_with_it(
    tmp_path: Path, warm: forkserver.ForkServer
) -> None:
    daemon = "subprocess.Popen(['sleep', '60'], start_new_session=True)"
    pid = int(run(f"import subprocess\nprint({daemon}.pid)", tmp_path))
    assert ended(pid)
    assert children_of(warm.pid) == []


def test_a_client_that_vanishes_takes_its_kernel_along(
    tmp_path: Path, warm: forkserver.ForkServer
) -> None:
    command = ["python", *server.LAUNCHER, "-f", str(tmp_path / "connection.json")]
    kernel = warm.fork(command, str(tmp_path), os.environ)
    assert kernel.poll() is None
    kernel._connection.close()
    assert ended(kernel.pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_is_killed_takes_its_kernels_along_and_new_ones_start_without_it(
    tmp_path: Path, warm: forkserver.ForkServer, number: int
) -> None:
    async def scene() -> None:
        manager = AsyncKernelManager(kernel_name="python3")
        await manager.start_kernel(cwd=str(tmp_path))
        client = manager.client()
        assert isinstance(client, PromptClient)
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        os.kill(warm.pid, number)
        assert ended(warm.pid)
        assert ended(manager.provisioner.pid)
        assert not await manager.is_alive()
        client.stop_channels()
        await manager.shutdown_kernel(now=True)

    asyncio.run(scene())
    assert run("print('cold')", tmp_path) == "cold\n"
    assert forkserver.stop() in (-number, 128 + number)  # as a shell counts a handled one


def test_the_server_ends_with_its_last_client_and_takes_the_kernels_along(
    tmp_path: Path, warm: forkserver.ForkServer
) -> None:
    command = ["python", *server.LAUNCHER, "-f", str(tmp_path / "connection.json")]
    kernel = warm.fork(command, str(tmp_path), os.environ)
    assert children_of(warm.pid) == [kernel.pid]
    assert forkserver.stop() is None
    assert ended(warm.pid)
    assert kernel.wait() == -signal.SIGKILL
    assert not Path(warm.address).exists()


def test_a_signal_does_not_stop_a_server_that_ends_already() -> None:
    script = (
        "import os, signal, socket, sys; from literate.run import server\n"
        "leave = os._exit\n"
        "def interrupted(code): os.kill(os.getpid(), signal.SIGTERM); leave(code)\n"
        "os._exit = interrupted\n"
        "listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
        "listener.bind(''); listener.listen()\n"
        "sys.argv[1:] = [str(listener.detach()), '{}']\n"
        "server.main()"
    )
    command = [sys.executable, "-c", script]
    assert subprocess.run(command, input=b"", timeout=60, check=False).returncode == 0


def test_a_build_that_fails_waits_for_no_reader_or_writer(warm: forkserver.ForkServer) -> None:
    held = os.dup(forkserver.running._process.stdin.fileno())  # as a writer does that hangs
    pid = forkserver.running.pid
    began = time.monotonic()
    forkserver.running._process.wait = partial(forkserver.running._process.wait, timeout=20)
    forkserver.stop()
    assert time.monotonic() - began < 20
    assert not Path(f"/proc/{pid}").exists()
    os.close(held)


def test_a_kernel_starts_where_a_library_resets_the_wakeup_descriptor_in_forks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As asyncio itself does from Python 3.12 on.
    hook = "import os, signal\nos.register_at_fork(after_in_child=lambda: signal.set_wakeup_fd(-1))"
    (tmp_path / "resetting.py").write_text(hook)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    use_private_kernelspec()
    forkserver.start(["resetting"])
    try:
        assert run("print('started')", tmp_path) == "started\n"
    finally:
        forkserver.stop()


def test_the_server_runs_one_thread_alone(warm: forkserver.ForkServer, tmp_path: Path) -> None:
    run("1", tmp_path)  # it has imported everything
    threads = os.listdir(f"/proc/{warm.pid}/task")
    assert threads == [str(warm.pid)]


def test_a_page_may_use_half_of_the_memory_and_is_told_so(
    tmp_path: Path, warm: forkserver.ForkServer
) -> None:
    code = (
        "import os, numpy\n"
        "half = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') // 2\n"
        "numpy.empty(half * 3 // 4, 'b')\n"  # asked for, and never touched
        "print('less than half')\n"
        "numpy.empty(half, 'b')"
    )
    shown = run(code, tmp_path)
    assert shown.startswith("less than half\n") and "Unable to allocate" in shown


def test_a_cell_that_prints_without_end_fails(tmp_path: Path, warm: forkserver.ForkServer) -> None:
    shown = run("for _ in range(100):\n    print('x' * 1_000_000)", tmp_path)
    assert "1つのセルが 1,000,000 文字より多く出力しました。" in shown
    assert len(shown) < 1_100_000
    assert run("print('x' * 999_999)", tmp_path) == "x" * 999_999 + "\n"


@pytest.mark.parametrize(
    "code",
    [
        "display({'text/html': 'x' * 6_000_000}, raw=True)",
        "for _ in range(3): display({'text/html': 'x' * 2_000_000}, raw=True)",
        "class Big:\n    def _repr_html_(self): return 'x' * 6_000_000\nBig()",
        "display({'application/json': ['x' * 6_000_000]}, raw=True)",
    ],
    ids=["at once", "bit by bit", "result", "data"],
)
def test_a_cell_that_shows_too_much_fails(
    tmp_path: Path, warm: forkserver.ForkServer, code: str
) -> None:
    assert "1つのセルが 5,000,000 文字より多く、図や値を表示しました。" in run(code, tmp_path)


def test_a_module_that_cannot_be_imported_ahead_is_named_in_one_line(
    tmp_path: Path,
    servers: None,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    forkserver.stop()
    (tmp_path / "broken.py").write_text("import no_such_module")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT / 'src'}")
    forkserver.start(["broken"])
    assert run("print('cold')", tmp_path) == "cold\n"
    assert forkserver.stop() == 1
    said = capfd.readouterr().err
    assert said.startswith("literate_preload: broken を読み込めません（ModuleNotFoundError")
    assert said.count("\n") == 1
