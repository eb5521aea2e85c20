"""Install the packages of the lock into `.venv`, once.

A mark in it, written last, names what it was made from: the lock, the packages, this folder and
the Python. A .venv without a fitting mark is half made or old, and is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from bootstrap.diagnosis import diagnose
from bootstrap.process import run
from bootstrap.python import Python, find
from bootstrap.refusal import Refusal

VENV = Path(".venv")
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOG = Path("_build/install.log")
PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input"]
LOCK = "requirements.lock"
NEEDED = ("pyproject.toml", "src/*/pyproject.toml", LOCK)  # the second: of the parts of the tree
# Variables, since they hold for the isolated builds of packages, too; which of them depends on pip.
LOCKED = {"PIP_CONSTRAINT": LOCK, "PIP_BUILD_CONSTRAINT": LOCK}


def ready(extra: str, asked: str) -> bool:
    """Tell whether an extra is installed, with the Python that was asked for, if one was.

    Raises:
        Refusal: that Python cannot be used.

    """
    return fits(VENV / f"ready-{extra}", state(asked))


def install(extra: str, asked: str) -> None:
    """Install an extra of the package, unless that was done; `asked` is the Python to do it with.

    Raises:
        Refusal: it cannot be done, and why.

    """
    if ready(extra, asked):
        return
    wanted, mark = state(asked), VENV / f"ready-{extra}"
    fitting = [other for other in VENV.glob("ready-*") if fits(other, wanted)]
    if fitting:
        fill(extra)
        shutil.copyfile(fitting[0], mark)
    else:
        base = find(asked)
        make_anew(base, extra)
        made = {**wanted, "base": base.program, "runs": os.path.realpath(PYTHON)}
        mark.write_text(json.dumps(made), "utf-8")


def state(asked: str) -> dict[str, str]:
    """Return what an environment should be made from."""
    base = {"base": find(asked).program} if asked else {}
    return {"packages": digest(), "folder": os.getcwd(), **base}


def digest() -> str:
    """Return a digest of what says which packages are needed."""
    files = (file for pattern in NEEDED for file in sorted(Path().glob(pattern)))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def fits(mark: Path, wanted: dict[str, str]) -> bool:
    """Tell whether the .venv was made from this, with a Python that is still there."""
    try:
        made = json.loads(mark.read_text("utf-8"))
        there = PYTHON.exists() and os.path.exists(made["base"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return there and {**made, **wanted, "runs": os.path.realpath(PYTHON)} == made


def make_anew(base: Python, extra: str) -> None:
    """Make the .venv with an extra; leave none that is half made."""
    shutil.rmtree(VENV, ignore_errors=True)
    made = False
    try:
        venv_failed = f"{base} で仮想環境を作れません。"
        logged([base.name, "-m", "venv", str(VENV)], venv_failed)
        logged([str(PYTHON), *PIP, "--version"], venv_failed)
        fill(extra)
        made = True
    finally:
        if not made:
            shutil.rmtree(VENV, ignore_errors=True)


def fill(extra: str) -> None:
    """Install an extra into the .venv."""
    print(f"必要なパッケージを {VENV} に入れています（初回は数分かかります）…", flush=True)
    command = [str(PYTHON), *PIP, "install", "-e", f".[{extra}]"]
    logged(command, "パッケージを入れられませんでした。")


def logged(command: list[str], failure: str) -> None:
    """Run a command whose words go to the log.

    Raises:
        Refusal: it failed, and why.

    """
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w", encoding="utf-8") as log:
        code = run(command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **LOCKED})
    if code:
        cause = diagnose(LOG.read_text("utf-8", "replace"))
        raise Refusal(f"{failure}{cause}（記録: {LOG}）")
