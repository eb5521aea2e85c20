"""Break the code on purpose, one place at a time, and list what no test notices.

``make mutate`` runs this: each package in a copy of the project in which the others are whole, for
the site shows their code as it is written.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.builds import ROOT

COPIES = ROOT / "_build" / "mutate"
PACKAGES = ("neuron", "literate", "booksite")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "_build", "node_modules", "__pycache__")


def mutate(package: str) -> None:
    """Run mutmut on a package, and tell which changes are left."""
    folder = COPIES / package
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    settings = folder / "pyproject.toml"
    settings.write_text(settings.read_text("utf-8").replace("PACKAGE", package), "utf-8")
    changed = folder / "mutants" / "src"
    changed.mkdir(parents=True)  # Python never looks again where it has found no folder
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(changed),
    }
    for command in ("run", "results"):
        words = [sys.executable, "-m", "mutmut", command]
        subprocess.run(words, cwd=folder, env=environment, check=True)


if __name__ == "__main__":
    for package in PACKAGES:
        print(f"== {package}", flush=True)
        mutate(package)
