"""A lock: one version of each package, as constraints for pip, below comments that stay."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version


@dataclass(frozen=True)
class Package:
    """A package that pip chose, and what it asks for itself."""

    name: str
    version: str
    python: str = ""
    """The Pythons that it runs on."""
    requires: tuple[str, ...] = ()
    project: bool = False
    """Whether it is what the others are installed for."""

    @property
    def key(self) -> str:
        """The name in its one normal spelling."""
        return canonicalize_name(self.name)

    @property
    def pin(self) -> str:
        """The version, without the mark of a build: `+cpu` and the plain one are the same."""
        return Version(self.version).public

    def fits(self, pythons: Iterable[str]) -> bool:
        """Tell whether it runs on all these Pythons."""
        return all(SpecifierSet(self.python).contains(f"{python}.0") for python in pythons)

    def refuses(self, name: str, version: str) -> str | None:
        """Return the requirement that does not admit a version of another package."""
        for line in self.requires:
            other = Requirement(line)
            holds = self.project or not other.marker or other.marker.evaluate({"extra": ""})
            same = canonicalize_name(other.name) == canonicalize_name(name)
            if same and holds and not other.specifier.contains(version, prereleases=True):
                return line
        return None


def read_report(text: str) -> list[Package]:
    """Read what ``pip install --report`` chose."""
    return [
        Package(
            item["metadata"]["name"],
            item["metadata"]["version"],
            item["metadata"].get("requires_python") or "",
            tuple(item["metadata"].get("requires_dist", ())),
            item["is_direct"],
        )
        for item in json.loads(text)["install"]
    ]


def read_lock(text: str) -> dict[str, Package]:
    """Read the packages of a lock, by their normal names."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    pins = (line.split("==") for line in lines if line)
    packages = [Package(name, version) for name, version in pins]
    return {package.key: package for package in packages}


def rewrite(text: str, packages: Iterable[Package]) -> str:
    """Return a lock with these versions; a package that was not chosen keeps its line.

    What pip does not need here it may need on another Python or another system.
    """
    lines = text.splitlines()
    comments = [line for line in lines if line.startswith("#")]
    pins = read_lock(text)
    for package in packages:
        if not package.project:
            name = pins.get(package.key, package).name
            pins[package.key] = Package(name, package.pin)
    entries = [f"{pins[key].name}=={pins[key].version}" for key in sorted(pins)]
    return "\n".join([*comments, *entries]) + "\n"
