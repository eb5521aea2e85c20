"""What a book, and a page of it, wants to be checked: all, or less of it.

``literate_checks`` of ``conf.py`` holds for all pages; a page's header can have one of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

from literate.verify import source
from literate.verify.block import Expected, PageError, with_options
from literate.verify.normalizers import named
from literate.verify.page import USUAL
from literate.verify.problems import Problem
from literate.words import _, listed

CHECKS, COMPARE, NORMALIZERS = "literate_checks", "literate_compare", "literate_normalizers"
PACKAGES = "literate_packages"
LISTS = (PACKAGES, "literate_sources", "literate_variables")
SWITCHES = ("literate_accept", "literate_tracebacks")
DEFAULTS = {CHECKS: "all", COMPARE: {}, NORMALIZERS: {}}
# The kinds of problems; `suppress_warnings` knows each as `literate.<kind>`.
KINDS: tuple[str, ...] = ("difference", "uncompared", "stray", "exception", "stderr", "unraised")
KINDS += ("unrun", "missing", "blockless", "reason", "prose")
# Of these a block need not know anything: to compare where one stands is to leave them out.
BEYOND_BLOCKS = {"stderr", "unraised", "unrun", "missing", "blockless", "reason", "prose"}
MODES = {"all": frozenset(), "blocks": frozenset(BEYOND_BLOCKS)}


@dataclass(frozen=True)
class Choices:
    """What the author of a page has chosen."""

    off: frozenset[str] = frozenset()
    """The kinds of problems of which nothing is told."""
    block: Expected = USUAL
    """What holds for every block that does not say otherwise."""

    def of(self, text: str) -> Choices:
        """Return the choices of a page with this source.

        Raises:
            PageError: its header sets what does not exist.

        """
        header, name = source.header(text), CHECKS
        try:
            chosen = self.checking(header)
            name = COMPARE
            return chosen.comparing(header)
        except ValueError as error:
            raise PageError(source.line_of(name, text), str(error)) from error

    def checking(self, header: Mapping[str, object]) -> Choices:
        """Return the choices after the checks that a page, or the metadata of a notebook, has."""
        return replace(self, off=switched_off(header.get(CHECKS, {}), self.off))

    def comparing(self, header: Mapping[str, object]) -> Choices:
        """Return the choices after the options of a page, of a notebook, or of a cell of one."""
        return replace(self, block=usual_block(header.get(COMPARE, {}), self.block))

    def wanted(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Yield those of the problems that the author wants to know."""
        return (problem for problem in problems if problem.kind not in self.off)


def validate(app: Sphinx, config: Config) -> None:
    """Refuse a setting that makes no sense before anything is read.

    Raises:
        ConfigError: it names the setting, its value, and what it can be.

    """
    choices_of(config)
    for name in LISTS:
        value = config[name]
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            message = _("{setting} is a list of strings: {value}")
            raise ConfigError(message.format(setting=name, value=repr(value)))
    for name in SWITCHES:
        if not isinstance(config[name], bool):
            message = _("{setting} is True or False: {value}")
            raise ConfigError(message.format(setting=name, value=repr(config[name])))
    for package in config[PACKAGES]:
        try:
            version(package)
        except (PackageNotFoundError, ValueError) as error:
            message = _("{setting} names a package that is not installed: {value}")
            raise ConfigError(message.format(setting=PACKAGES, value=repr(package))) from error


def choices_of(config: Config) -> Choices:
    """Return the choices of a book.

    Raises:
        ConfigError: a setting has a value that it cannot have.

    """
    try:
        block = replace(USUAL, normalizers=named(config[NORMALIZERS]))
        off = switched_off(config[CHECKS])
        if off == MODES["blocks"] and config.nb_execution_allow_errors:
            off |= {"exception"}
        return Choices(off, usual_block(config[COMPARE], block))
    except ValueError as error:
        raise ConfigError(str(error)) from error


def usual_block(options: object, before: Expected) -> Expected:
    """Return the block with which all of a book or a page begin.

    Raises:
        ValueError: a block has no such option, or it cannot have this value.

    """
    allowed = ("options", "rtol", "atol", "normalize")
    if not isinstance(options, Mapping) or not set(options) <= set(allowed):
        message = _("{setting} is a dict of the options of a block, {known}: {value}")
        values = {"setting": COMPARE, "known": listed(allowed), "value": repr(options)}
        raise ValueError(message.format(**values))
    lines = (f":{name}: {written(value)}" for name, value in options.items())
    try:
        return with_options(before, lines)
    except PageError as error:
        raise ValueError(f"{COMPARE}: {error}") from error


def written(value: object) -> str:
    """Return a value as the option of a block is written."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def switched_off(value: object, before: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the checks that are off after a mode, or after single switches.

    Raises:
        ValueError: there is no such mode, check, or position of a switch.

    """
    if isinstance(value, str) and value in MODES:
        return MODES[value]
    if isinstance(value, Mapping):
        for name, on in value.items():
            if name not in KINDS:
                message = _("{setting} knows no check {name}. Choose of these: {known}")
                values = {"setting": CHECKS, "name": repr(name), "known": listed(KINDS)}
                raise ValueError(message.format(**values))
            if not isinstance(on, bool):
                message = _("{setting}: {name} is True or False: {value}")
                raise ValueError(message.format(setting=CHECKS, name=name, value=repr(on)))
        switched = {name for name, on in value.items() if not on}
        return before - set(value) | switched
    message = _("{setting} is {modes}, or a dict of names of checks and True or False: {value}")
    modes = listed(map(repr, MODES))
    raise ValueError(message.format(setting=CHECKS, modes=modes, value=repr(value)))
