"""What the run of a page really used, told to the build while it runs.

An audit hook of Python sees every file that is opened, every folder that is listed and every
program that is started; what it does not see is looked at where Python asks for it: whether a file
is there, and variables of the environment. A line is written as soon as something new is used, with
what it was at that moment, so a kernel that dies has told what it knew.

The hook runs in the process that imports what the pages need, and in its forks. What is part of
Python or of an installed package is left out: their versions tell all of it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import source_from_cache
from threading import local
from typing import Any

from literate.run.digests import ABSENT, BYTECODE, DIGESTS, is_own
from literate.run.loading import find_in

RECORD = "LITERATE_RECORD"
"""The variable that names the file to write to."""
# Programs that tell of the machine alone; Python's own library starts them.
OF_MACHINE = {"uname", "ldconfig", "lscpu"}

Line = tuple[str, str, str]
"""The kind of what was used, its name, and a digest of it."""


class Recorder:
    """Keeps what was used, each thing once, and writes it where a build asked for it."""

    def __init__(self) -> None:
        """Nothing was used yet, and nobody asked."""
        self.used: dict[tuple[str, str], str] = {}
        self.made: set[str] = set()
        self.output: str | None = None
        self.deaf = False
        self.thread = local()

    def write_to(self, file: str) -> None:
        """Write what was used so far, and all that will be."""
        self.output = file
        known = [(kind, name, digest) for (kind, name), digest in self.used.items()]
        self.write(*known, *(("made", name, "") for name in self.made))

    def write(self, *lines: Line) -> None:
        """Write lines at once: nobody is asked before a kernel is killed.

        The file is opened each time: a process about to start a program has closed all it had open.
        """
        if self.output is not None:
            text = "".join(json.dumps(line) + "\n" for line in lines)
            file = os.open(self.output, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(file, text.encode())
            os.close(file)

    def use(self, kind: str, name: str) -> None:
        """Keep what is used as it is now, unless this run has made it itself."""
        if (kind, name) in self.used or self.is_made(name):
            return
        digest = DIGESTS[kind](name) if kind in DIGESTS else ""
        self.used[kind, name] = digest
        self.write((kind, name, digest))

    def use_path(self, kind: str, path: object) -> None:
        """Keep a file or a folder, however Python was told of it."""
        if isinstance(path, str | bytes | os.PathLike):
            name = os.path.abspath(os.fsdecode(path))
            if os.path.basename(os.path.dirname(name)) == BYTECODE:
                with suppress(ValueError):  # it has another name while it is written
                    name = source_from_cache(name)
            if is_own(name):
                self.use(kind, name)

    def make(self, path: object) -> None:
        """Keep in mind that this run has made a file or a folder: it is none of its inputs."""
        if isinstance(path, str | bytes | os.PathLike):
            name = os.path.abspath(os.fsdecode(path))
            if self.used.get(("file", name), ABSENT) == ABSENT:
                self.made.add(name)
                self.write(("made", name, ""))

    def is_made(self, name: str) -> bool:
        """Tell whether this run has made a file, or a folder above it."""
        while name not in self.made:
            above = os.path.dirname(name)
            if above == name:
                return False
            name = above
        return True

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Be told by Python of what it does; what is done to answer is not heard."""
        heard = EVENTS.get(event)
        if heard is not None:
            self.note(heard, *arguments)

    def note(self, do: Callable[..., None], *arguments: Any) -> None:
        """Do what keeps something in mind; whatever that does itself is not heard."""
        if self.deaf or getattr(self.thread, "busy", False):
            return
        self.thread.busy = True
        try:
            do(self, *arguments)
        except Exception as error:  # it would end what Python was about to do
            self.use("program", repr(error))
        finally:
            self.thread.busy = False


def on_open(recorder: Recorder, path: object, mode: str | None, flags: int) -> None:
    """Tell an input from a file that is only written."""
    if flags & os.O_ACCMODE == os.O_WRONLY or flags & (os.O_TRUNC | os.O_EXCL):
        recorder.make(path)
    else:
        recorder.use_path("file", path)
        if flags & os.O_CREAT:
            recorder.make(path)


def on_program(recorder: Recorder, program: object, arguments: object, *_: object) -> None:
    """Keep that a program was started of which nobody knows what it reads.

    A program of an installed package reads what it is given, which was seen before.
    """
    name = os.fsdecode(program) if isinstance(program, str | bytes | os.PathLike) else str(program)
    found = shutil.which(name) or name
    scripts = sysconfig.get_path("scripts")
    of_package = os.path.dirname(found) == scripts and not os.path.basename(found).startswith("py")
    given = list(arguments)[1:] if isinstance(arguments, list | tuple) else []
    named = [each for each in given if os.path.exists(each)]
    if not (of_package and not named) and os.path.basename(name) not in OF_MACHINE:
        recorder.use("program", name)


EVENTS: dict[str, Callable[..., None]] = {
    "open": on_open,
    "os.listdir": lambda recorder, path: recorder.use_path("folder", path or "."),
    "os.scandir": lambda recorder, path: recorder.use_path("folder", path or "."),
    "os.mkdir": lambda recorder, path, *_: recorder.make(path),
    "os.rename": lambda recorder, source, target, *_: recorder.make(target),
    "os.link": lambda recorder, source, target, *_: recorder.make(target),
    "os.symlink": lambda recorder, source, target, *_: recorder.make(target),
    # SQLite opens the file itself, without a word to Python.
    "sqlite3.connect": lambda recorder, path: on_open(recorder, path, None, os.O_RDWR | os.O_CREAT),
    "subprocess.Popen": on_program,
    "os.posix_spawn": on_program,
    "os.exec": on_program,
    "os.system": lambda recorder, command: recorder.use("program", os.fsdecode(command)),
}


def look(function: Callable[..., Any], recorder: Recorder) -> Callable[..., Any]:
    """Return a function of ``os`` that asks about a path, and keeps what it asked about."""

    def asked(path: Any, *arguments: Any, **options: Any) -> Any:
        recorder.note(Recorder.use_path, "presence", path)
        return function(path, *arguments, **options)

    asked.__name__ = asked.__qualname__ = function.__name__
    asked.__doc__ = function.__doc__
    for supported in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        if function in supported:  # the library asks there what the function can do
            supported.add(asked)
    return asked


def watch_environment(recorder: Recorder) -> None:
    """Keep the variables of the environment that Python reads."""
    kind = type(os.environ)
    get = kind.__getitem__

    def read(self: Any, name: str) -> str:
        if self is os.environ and isinstance(name, str):
            recorder.note(Recorder.use, "variable", name)
        return get(self, name)

    kind.__getitem__ = read  # type: ignore[method-assign]


def loaded() -> Iterator[str]:
    """Yield the files of the modules that were imported before anybody listened."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__dict__", {}).get("__file__")  # some import when they are asked
        if file:
            yield file


running: Recorder | None = None
"""The recorder of this process and of its forks."""


def start() -> None:
    """Listen from now on, and take up what was imported before."""
    global running
    if running is not None:
        return
    running = recorder = Recorder()
    for file in loaded():
        recorder.use_path("file", file)
    sys.path_hooks.insert(0, find_in)
    for folder in list(sys.path_importer_cache):
        if is_own(os.path.abspath(folder)):
            del sys.path_importer_cache[folder]
    for name in ("stat", "lstat", "access"):
        setattr(os, name, look(getattr(os, name), recorder))
    watch_environment(recorder)
    sys.addaudithook(recorder.hear)


def pause() -> None:
    """Hear nothing until a kernel has started: that is no page's doing."""
    assert running is not None
    running.deaf = True


def load_ipython_extension(shell: object) -> None:
    """Write what this kernel uses, if the build that started it wants to know."""
    file = os.environ.pop(RECORD, None)
    if file:
        start()
        assert running is not None
        running.deaf = False
        running.write_to(file)
        running.write(("scratch", os.getcwd(), ""))
