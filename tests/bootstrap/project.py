"""A copy of what `make` works with, and Pythons that only tell what they are asked to do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("Makefile", "pyproject.toml", "requirements.lock", "LICENSE", ".git_archival.txt")
# Makes an environment whose Python counts its installs, and builds what `sphinx` says.
BASE = """#!/bin/sh
case "$2" in
  venv) mkdir -p .venv/bin && cp {folder}/inner .venv/bin/python;;
  *) printf '{version}\\n%s\\n' "$0";;
esac
"""
INNER = """#!/bin/sh
case "$2" in
  pip) case "$*" in *install*) echo x >>installs; sh ./pip.sh;; esac;;
  sphinx) echo x >>builds; exec sh ./sphinx.sh;;
  *) exec {python} "$@";;
esac
"""
SPHINX = "mkdir -p _build/html && echo page >_build/html/index.html"


class Project:
    """A book of one page in a folder with a space and Japanese in its name."""

    def __init__(self, parent: Path) -> None:
        """Copy what is needed; nothing is installed or built."""
        self.folder = parent / "本 の フォルダー"
        self.started: list[subprocess.Popen[str]] = []
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(
            ROOT / "src" / "bootstrap", self.folder / "src" / "bootstrap", ignore=ignored
        )
        shutil.copy(ROOT / "src" / "make.py", self.folder / "src")
        self.write("src/neuron/pyproject.toml", "[project]\n")
        for name in PARTS:
            shutil.copy(ROOT / name, self.folder)
        for name in ("conf.py", "book/index.md", "book/gone.md", "pip.sh"):
            self.write(name, name)
        self.write("pip.sh", "")
        self.write("sphinx.sh", SPHINX)
        self.write("inner", INNER.format(python=sys.executable)).chmod(0o755)
        self.python("base")

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def python(self, name: str, version: str = "3 12 1") -> Path:
        """Write a Python of this version, from which an environment can be made."""
        program = self.write(name, BASE.format(folder=".", version=version))
        program.chmod(0o755)
        return program

    def environment(self, settings: dict[str, str]) -> dict[str, str]:
        """Return the environment of a user, with these settings."""
        own = ("PIP_", "MAKE", "MFLAGS", "BOOK_", "SOURCE_DATE", "BASE_PYTHON", "PYTHON")
        usual = {k: v for k, v in os.environ.items() if not k.startswith(own)}
        return usual | {"BASE_PYTHON": "./base", "SOURCE_DATE_EPOCH": "1000000000"} | settings

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Start make.py, as `make` does, in a process group of its own."""
        process = subprocess.Popen(
            [sys.executable, "-ES", "src/make.py", *arguments],
            cwd=self.folder,
            env=self.environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what a failed test has left running."""
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run make.py to its end."""
        process = self.start(*arguments, **settings)
        output, errors = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def make(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run `make` itself."""
        return subprocess.run(
            ["make", "--no-print-directory", *arguments],
            cwd=self.folder,
            env=self.environment(settings),
            capture_output=True,
            text=True,
            check=False,
        )

    def html(self, **settings: str) -> subprocess.CompletedProcess[str]:
        """Make the site as `make html` does."""
        return self.run("--site", "_build/html", "book", "-m", "sphinx", **settings)

    def count(self, name: str) -> int:
        """Tell how many `builds` or `installs` there have been."""
        file = self.folder / name
        return len(file.read_text().split()) if file.exists() else 0


def refused(run: subprocess.CompletedProcess[str]) -> str:
    """The one line that says what to do, of a run that failed."""
    assert run.returncode != 0
    lines = [line for line in run.stderr.splitlines() if not line.startswith("make:")]
    assert len(lines) == 1, run.stderr
    return lines[0]
