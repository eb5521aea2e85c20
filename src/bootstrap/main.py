"""The order of things: one at a time, install, forget old byte code, run."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Sequence

from bootstrap import changes, packages, provenance
from bootstrap.changes import BUILD
from bootstrap.lock import alone
from bootstrap.process import run
from bootstrap.refusal import Refusal, refusal_of

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Do what the command line says, and end with the exit code of what was run."""
    os.chdir(ROOT)
    os.umask(0o022)  # what is published can be read
    try:
        sys.exit(perform(options(sys.argv[1:])))
    except Refusal as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        sys.exit(str(refusal_of(error)))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make.py", description="パッケージを入れ、実行する")
    parser.add_argument("--alone", action="store_true", help="ほかの組み立てと同時には動かさない")
    parser.add_argument("--site", help="このサイトを作る。変わったところがなければ、なにもしない")
    parser.add_argument("extra", help="pyproject.toml のどのパッケージの組が要るか")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="Python に渡す引数")
    return parser.parse_args(arguments)


def perform(todo: argparse.Namespace) -> int:
    """Install what is needed, then run; whoever installs or builds does so alone."""
    environment = environment_of_runs()
    command = [str(packages.PYTHON), *todo.command]
    base = os.environ.get("BASE_PYTHON", "")
    beside = not (todo.site or todo.alone) and packages.ready(todo.extra, base)
    with nullcontext() if beside else alone(BUILD / "lock"):
        packages.install(todo.extra, base)
        changes.drop_what_was_compiled()
        if todo.site:
            return build(todo.site, command, environment)
        if todo.alone:
            return run(command, env=environment)
    return run(command, env=environment) if todo.command else 0


def environment_of_runs() -> dict[str, str]:
    """Return the environment that gives the same bytes for the same sources."""
    known = provenance.settings()
    unset = {provenance.EPOCH, provenance.REVISION}  # set to nothing, they break what reads them
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    return {**inherited, **known, "PYTHONHASHSEED": "0"}


def build(site: str, command: list[str], environment: dict[str, str]) -> int:
    """Run the command, unless all that it reads, and the site, are what they were after it."""
    record = Path(f"{site}.state")
    cause = changes.cause(command, environment)
    if record.exists() and record.read_text("ascii") == f"{cause} {changes.digest(site)}":
        print("変わったところはありません。")
        return 0
    record.unlink(missing_ok=True)
    code = run(command, env=environment)
    if code == 0:
        record.write_text(f"{cause} {changes.digest(site)}", "ascii")
    return code
