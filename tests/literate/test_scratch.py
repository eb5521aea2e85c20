"""What a build keeps for a while goes with it, and with nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from literate.run import scratch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux runs builds in one")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_what_is_temporary_lies_in_it_and_goes_with_it(home: Path) -> None:
    with scratch.folder():
        folder = Path(tempfile.mkdtemp()).parent
        assert folder.parent == home
        assert os.environ["TMPDIR"] == tempfile.gettempdir() == str(folder)
    assert list(home.iterdir()) == []
    assert os.environ["TMPDIR"] == tempfile.gettempdir() == str(home)
    assert "JUPYTER_RUNTIME_DIR" not in os.environ


def test_the_next_build_removes_what_a_killed_one_left_and_that_alone(home: Path) -> None:
    code = "import os; from literate.run import scratch\n"
    code += "with scratch.folder(): os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(list(home.iterdir())) == 1
    other = home / "literate-programming"
    other.mkdir()
    target = home / "target"
    target.mkdir()
    (home / f"{scratch.PREFIX}link").symlink_to(target)
    with scratch.folder():
        first = tempfile.gettempdir()
        scratch.sweep()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(home))
            with scratch.folder():  # another build at the same time
                assert Path(first).is_dir()
    assert {each.name for each in home.iterdir()} == {
        "literate-programming",
        "target",
        f"{scratch.PREFIX}link",
    }


def test_a_fork_that_lives_on_keeps_it(home: Path) -> None:
    code = (
        "import os, tempfile; from literate.run import scratch\n"
        "with scratch.folder():\n"
        "    if os.fork() == 0: os.read(0, 1); os._exit(0)\n"
        "    os.kill(os.getpid(), 9)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        process.wait()
        (folder,) = home.iterdir()
        scratch.sweep()
        assert folder.is_dir()
