"""Tell what is visible after import statements, in new processes and in forks of a warm one.

A program of its own, since it forks for each statement, and a small process forks in no time.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from literate.run.preload import Hidden, Record

OURS = ("p", "q", "r", "alias")


def preload(names: Iterable[str]) -> Hidden:
    """Import ahead."""
    record = Record(set(sys.modules))
    with record.recording():
        for name in names:
            importlib.import_module(name)
    return Hidden(record)


def visible(statement: str) -> Any:
    """What a page can see of the modules after a statement."""
    try:
        exec(statement, {"__name__": "page", "sys": sys, "import_module": importlib.import_module})
        error = ""
    except (AttributeError, ImportError) as caught:
        error = repr(caught)
    return error, {
        name: {key: described(value) for key, value in sorted(vars(module).items())}
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] in OURS
    }


def described(value: object) -> str:
    """The name of a module; of another object, its type."""
    return value.__name__ if isinstance(value, ModuleType) else type(value).__name__


def in_fork(action: Callable[[], Any]) -> Any:
    """What an action returns in a process of its own."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        with open(writer, "w") as file:
            json.dump(action(), file)
        os._exit(0)
    os.close(writer)
    with open(reader) as file:
        text = file.read()
    os.wait()
    return json.loads(text)


def main() -> None:
    """Answer the question that stands in the arguments."""
    ahead, statements = map(json.loads, sys.argv[1:])
    fresh = [in_fork(lambda each=each: visible(each)) for each in statements]
    preload(ahead)
    warm = [in_fork(lambda each=each: visible(each)) for each in statements]
    json.dump([fresh, warm], sys.stdout)


if __name__ == "__main__":
    main()
