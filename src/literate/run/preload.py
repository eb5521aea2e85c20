"""Import ahead what the pages will import, and show none of it to who has not imported it.

A page that uses what it forgot to import must fail here as it would for a reader. So the imports
are recorded as they happen: which modules the import of each module asks for, be they new or there
already. Then all are put aside, and an import brings back the module, and whatever its import would
have brought along in a new process.
"""

from __future__ import annotations

import builtins
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from copy import copy
from importlib import _bootstrap
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Protocol, cast

from literate.words import _


class Machinery(Protocol):
    """What typeshed does not tell of importlib."""

    _find_and_load: Callable[..., ModuleType]


MACHINERY = cast(Machinery, _bootstrap)


def checked(preload: object) -> list[str]:
    """Return what the settings say; what `-D literate_preload=` leaves of a list is an empty name.

    Raises:
        ConfigError: it is no list of modules, or one of them is not installed.

    """
    from sphinx.errors import ConfigError

    if not isinstance(preload, list | tuple) or not all(isinstance(name, str) for name in preload):
        message = _("literate_preload is a list of names of modules: {preload!r}")
        raise ConfigError(message.format(preload=preload))
    names = list(filter(None, preload))
    for name in names:
        if find(name) is None:
            raise ConfigError(_("literate_preload: there is no {name}.").format(name=name))
    return names


def checked_generators(generators: object) -> dict[str, str]:
    """Return what the settings say of generators of random numbers.

    Raises:
        ConfigError: they are no names of generators, by the names of their modules.

    """
    from sphinx.errors import ConfigError

    if not isinstance(generators, dict) or not all(
        isinstance(word, str) for pair in generators.items() for word in pair
    ):
        message = _("literate_generators names generators by their modules: {generators!r}")
        raise ConfigError(message.format(generators=generators))
    return generators


def find(name: str) -> ModuleSpec | None:
    """Find a module; to ask Python would import the packages that it is in."""
    package, _, leaf = name.rpartition(".")
    path = None
    if package:
        found = find(package)
        if found is None or found.origin is None:  # only its import can tell what a namespace has
            return found
        path = found.submodule_search_locations
    if not leaf.isidentifier() or (package and path is None):
        return None
    specs = (finder.find_spec(name, path) for finder in sys.meta_path)
    return next(filter(None, specs), None)


def names_around(name: str) -> tuple[dict[str, Any], str]:
    """Return what the package of a module defines, and the name of the module in it."""
    package, _, child = name.rpartition(".")
    return getattr(sys.modules.get(package), "__dict__", {}), child


class Record:
    """What the imports of this process ask for."""

    def __init__(self, kept: Set[str]) -> None:
        """Leave out the modules that are always there."""
        self.kept = kept
        self.needs: dict[str, dict[str, None]] = defaultdict(dict)  # sets that keep their order
        self.covered: dict[str, Any] = {}
        """What a package called by the name of a module before that module came."""
        self._known = set(sys.modules)
        self._importing = [""]

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record every import.

        An import statement asks `builtins.__import__`; whatever is not there yet, and everything
        that importlib is asked for, goes through `_find_and_load`, which C calls by this name, too.
        """
        self._import, self._find_and_load = builtins.__import__, MACHINERY._find_and_load
        builtins.__import__, MACHINERY._find_and_load = self._statement, self._load
        try:
            yield
        finally:
            builtins.__import__, MACHINERY._find_and_load = self._import, self._find_and_load

    def _statement(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        module = self._import(name, globals, locals, fromlist, level)
        if level:
            name = module.__name__
        self._ask(name)
        for child in fromlist or ():
            self._ask_child(name, child)
        return module

    def _ask_child(self, package: str, child: str) -> None:
        """Record what `from package import child` asks for, where that is a module."""
        names = vars(sys.modules[package])
        if child == "*":
            for each in names.get("__all__", ()):
                self._ask_child(package, each)
        elif names.get(child) is sys.modules.get(f"{package}.{child}", names):
            self._ask(f"{package}.{child}")

    def _ask(self, name: str) -> None:
        self.needs[self._importing[-1]][name] = None

    def _load(self, name: str, import_: Callable[..., ModuleType]) -> ModuleType:
        self._ask(name)
        if name in sys.modules:
            return self._find_and_load(name, import_)
        self._note_aliases(self._importing[-1])
        self._importing.append(name)
        self._known.add(name)
        self.needs[name]
        try:
            package = name.rpartition(".")[0]
            if package and package not in sys.modules:
                import_(package)
            names, child = names_around(name)
            if child in names:
                self.covered[name] = names[child]
            return self._find_and_load(name, import_)
        finally:
            self._note_aliases(name)
            self._importing.pop()

    def _note_aliases(self, name: str) -> None:
        """Record what a module has put into `sys.modules` itself since somebody looked."""
        self.needs[name] |= dict.fromkeys(sys.modules.keys() - self._known)
        self._known |= self.needs[name].keys()


class Hidden:
    """The modules that nobody has imported yet, and the finder of them."""

    def __init__(self, record: Record) -> None:
        """Put aside whatever was imported during the record."""
        self.modules = {n: m for n, m in sys.modules.items() if n not in record.kept}
        """All of them, shown by now or not."""
        self._needs = record.needs
        self._shown = {""}  # the package of what is in none
        self._bound = {name: names_around(name) for name in self.modules}
        for name, (names, child) in list(self._bound.items()):
            if names.get(child, self) is not self.modules[name]:
                del self._bound[name]
            elif name in record.covered:
                names[child] = record.covered[name]
            else:
                del names[child]
        for name in self.modules:
            del sys.modules[name]
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a hidden module; one that only its maker puts into `sys.modules` cannot be found."""
        if name in self._shown or name not in self.modules or name not in self._needs:
            return None
        spec = copy(getattr(self.modules[name], "__spec__", None)) or ModuleSpec(name, None)
        spec.loader = Loader(self, name, spec.loader)
        return spec

    def show(self, name: str) -> None:
        """Show a module, the packages that it is in, and whatever their imports ask for."""
        waiting = {name: None}
        while waiting:
            name, _ = waiting.popitem()
            if name not in self._shown:
                self._shown.add(name)
                self._restore(name)
                waiting |= {name.rpartition(".")[0]: None} | self._needs.get(name, {})

    def _restore(self, name: str) -> None:
        if name in self.modules:
            sys.modules[name] = self.modules[name]
        if name in self._bound:
            names, child = self._bound[name]
            names[child] = self.modules[name]


class Loader:
    """Shows a hidden module where Python would load it; in all else the loader that it came by."""

    def __init__(self, hidden: Hidden, name: str, loader: Any) -> None:
        """Stand in for a loader."""
        self._hidden = hidden
        self._name = name
        self._loader = loader

    def __getattr__(self, attribute: str) -> Any:
        """Return what the real loader has."""
        return getattr(self._loader, attribute)

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make an empty module, which nobody will see."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the real one in its place, as any module may do with itself."""
        self._hidden.show(self._name)
