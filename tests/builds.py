"""Build a book as `make html` does, and tell what came of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
---

# 試し

"""


@dataclass(frozen=True)
class Build:
    """One run of sphinx-build."""

    html: Path
    returncode: int
    log: str

    @property
    def executed(self) -> int:
        """How many pages this run executed, as it says itself."""
        return int(re.search(r"うち今回実行 (\d+)", self.log)[1])


def build(out: Path, *options: str, source: Path = ROOT / "book", conf: Path = ROOT) -> Build:
    """Build `source` with the settings and the packages of `conf` into `out`."""
    html = out / "html"
    command = [sys.executable, "-m", "sphinx", "-nW", "--keep-going", "-j", "2", "--no-color"]
    environment = {
        "SOURCE_DATE_EPOCH": "1750000000",
        "PYTHONPATH": str(conf / "src"),
        "PYTHONHASHSEED": "0",
    }
    run = subprocess.run(
        [*command, *options, "-c", conf, "-d", out / "doctrees", source, html],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Build(html, run.returncode, run.stdout)


def cell(code: str, prints: str | None = None, *, tags: str = "") -> str:
    """A code cell of a page, and the expected block after it; `...` in it stands for any text."""
    options = f":tags: [{tags}]\n" if tags else ""
    fence = f"```{{code-cell}} ipython3\n{options}{code}\n```\n"
    if prints is None:
        return fence
    options = ":options: +ELLIPSIS\n" if "..." in prints else ""
    return f"{fence}```{{testoutput}}\n{options}{prints}\n```\n"


def write_page(file: Path, *blocks: str) -> None:
    """Write a page of these blocks; one that is not the index stands in no table of contents."""
    file.parent.mkdir(parents=True, exist_ok=True)
    header = PAGE if file.stem == "index" else PAGE.replace("---", "---\norphan: true", 1)
    file.write_text(header + "\n".join(blocks), "utf-8")
