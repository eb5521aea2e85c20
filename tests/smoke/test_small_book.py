"""The packages can be imported, and a small book is built, run and compared."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

from tests.builds import PAGE, ROOT, build

CONF = """
project = "小さな本"
language = "ja"
extensions = ["literate", "myst_nb"]
nb_execution_mode = "cache"
"""
CELLS = """```{code-cell} ipython3
from neuron import Neuron
from neuron import graph
import torch

y = Neuron(2, 1, weight=[[0.6, -0.2]], bias=[0.8])(torch.tensor([1.0, 2.0]))
print(y)
```
```{testoutput}
tensor([0.7616], grad_fn=<TanhBackward0>)
```

```{code-cell} ipython3
print("TanhBackward0" in graph.draw(y).svg)
```
```{testoutput}
True
```
"""
COMMANDS = {"literate.preview.live"}  # forks, where the system can


def test_every_module_can_be_imported() -> None:
    packages = ("bootstrap", "neuron", "literate", "booksite")
    found = [pkgutil.walk_packages([str(ROOT / "src" / each)], f"{each}.") for each in packages]
    names = [name for _, name, _ in chain(*found) if name not in COMMANDS]
    assert len(names) > 100
    program = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    subprocess.run([sys.executable, "-c", program, *names], check=True)


def test_a_small_book_is_built_and_a_wrong_output_fails_it(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(CONF, "utf-8")
    page = tmp_path / "index.md"
    page.write_text(PAGE + CELLS, "utf-8")
    made = build(tmp_path / "out", source=tmp_path, conf=tmp_path)
    assert made.returncode == 0, made.log
    assert "0.7616" in (made.html / "index.html").read_text("utf-8")
    page.write_text(page.read_text("utf-8").replace("0.7616", "0.7617"), "utf-8")
    made = build(tmp_path / "out", source=tmp_path, conf=tmp_path)
    assert made.returncode == 1
    assert "0.7617" in made.log
