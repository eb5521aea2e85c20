"""Kinds of edit that an author or a maintainer makes to a tree, each as small as it can be."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Tree:
    """A tree of sources, and the environment in which it is built."""

    root: Path
    variables: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return (self.root / name).read_bytes().decode("utf-8")

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))

    def change(self, name: str, pattern: str, replacement: str) -> None:
        """Change the first place that matches; a pattern without a place is a fault of the test."""
        text, count = re.subn(pattern, replacement, self.text(name), count=1, flags=re.M)
        assert count == 1, f"{name} has no {pattern}"
        assert text != self.text(name), f"{name} is the same after the edit"
        self.write(name, text)

    def append(self, name: str, text: str) -> None:
        self.write(name, self.text(name) + text)

    def rename(self, name: str, other: str) -> None:
        (self.root / other).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).rename(self.root / other)

    def delete(self, name: str) -> None:
        (self.root / name).unlink()


Edit = Callable[[Tree], None]


def change(name: str, pattern: str, replacement: str) -> Edit:
    return lambda tree: tree.change(name, pattern, replacement)


def append(name: str, text: str) -> Edit:
    return lambda tree: tree.append(name, text)


def write(name: str, text: str) -> Edit:
    return lambda tree: tree.write(name, text)


def delete(name: str) -> Edit:
    return lambda tree: tree.delete(name)


def set_variable(name: str, value: str) -> Edit:
    return lambda tree: tree.variables.update({name: value})


def with_old_time(edit: Edit, name: str) -> Edit:
    """The edit of a file that is put back with the time it had, or with a very old one."""

    def edited(tree: Tree) -> None:
        times = os.stat(tree.root / name)
        edit(tree)
        os.utime(tree.root / name, ns=(times.st_atime_ns, times.st_mtime_ns - 10**9))

    return edited


def same_time(edit: Edit, name: str) -> Edit:
    """The edit of a file that keeps its time to the nanosecond."""

    def edited(tree: Tree) -> None:
        times = os.stat(tree.root / name)
        edit(tree)
        os.utime(tree.root / name, ns=(times.st_atime_ns, times.st_mtime_ns))

    return edited


def both(*edits: Edit) -> Edit:
    def edited(tree: Tree) -> None:
        for edit in edits:
            edit(tree)

    return edited
