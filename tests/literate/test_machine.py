"""What a machine lacks is told in one line, by any book."""

from __future__ import annotations

import errno
import io
import os
import resource
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_cache import get_cache
from sphinx._cli.util import errors
from sphinx.errors import ConfigError, ExtensionError, SphinxParallelError, ThemeError

from literate.report import complaint
from literate.run import database, machine


def told(exception: BaseException, **options: bool) -> str:
    """What the end of a build prints for an exception."""
    complaint.use_one_line()
    stream = io.StringIO()
    try:
        raise exception
    except Exception as error:
        errors.handle_exception(error, stderr=stream, **options)
    return stream.getvalue()


def system_error(number: int) -> OSError:
    return OSError(number, os.strerror(number), "somewhere")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "空きが足りません"),
        (errno.EDQUOT, "空きが足りません"),
        (errno.EROFS, "読み書きできない"),
        (errno.EACCES, "読み書きできない"),
        (errno.EMFILE, "ulimit"),
    ],
)
def test_what_the_system_refuses_is_one_line(number: int, words: str) -> None:
    error = system_error(number)
    by_reader = SphinxParallelError(str(error), f"Traceback…\nOSError: {error}")
    by_handler = ExtensionError("Handler threw an exception", orig_exc=error)
    by_theme = ThemeError(f"An error happened in rendering a page.\nReason: {error!r}")
    for exception in (error, by_reader, by_handler, by_theme):
        line = told(exception)
        assert words in line and os.strerror(number) in line and line.count("\n") == 1


def test_a_full_disk_under_a_data_base_is_told() -> None:
    error = RuntimeError("(sqlite3.OperationalError) database or disk is full")
    assert "空きが足りません" in told(error)


def test_a_mistake_in_the_settings_is_its_own_words() -> None:
    assert told(ConfigError("ここが違います。")) == "ここが違います。\n"


def test_a_fault_of_the_code_keeps_its_traceback() -> None:
    for exception in (
        ValueError("x"),
        system_error(errno.ENOENT),
        ExtensionError("Handler threw an exception", orig_exc=ValueError("x")),
        SphinxParallelError("ValueError: x", "Traceback"),
    ):
        assert "Traceback" in told(exception)


def test_whoever_asks_for_the_traceback_sees_it() -> None:
    assert "Traceback" in told(ConfigError("x"), print_traceback=True)


def test_a_machine_without_loopback_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    machine.require_loopback()
    monkeypatch.setattr(socket, "create_connection", unreachable)
    with pytest.raises(ConfigError, match="ループバック"):
        machine.require_loopback()


@pytest.mark.parametrize(
    ("limits", "asked"),
    [
        ((64, 4096), (1024, 4096)),
        ((64, 512), (512, 512)),
        ((64, resource.RLIM_INFINITY), (1024, resource.RLIM_INFINITY)),
        ((2048, 4096), None),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None),
    ],
)
def test_as_many_files_as_are_needed_can_be_opened(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], asked: tuple[int, int] | None
) -> None:
    seen = SimpleNamespace(limits=None)
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: setattr(seen, "limits", new))
    machine.require_files()
    assert seen.limits == asked


def test_too_few_files_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    with pytest.raises(ConfigError, match="ulimit"):
        machine.require_files()


@pytest.mark.parametrize("name", ["100%", "a%41b", "a?b=c", "a#b", "a;b", "a:b", "本 の"])
def test_outputs_are_kept_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    database.open_by_path()
    folder = tmp_path / name
    assert get_cache(folder).db
    assert (folder / "global.db").stat().st_size
    assert os.listdir(tmp_path) == [name]
