"""本の題材のパッケージ ``neuron`` のソース。読み込まずに探します。"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path


def sources() -> list[Path]:
    """すべてのモジュールのファイル。"""
    spec = find_spec("neuron")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("パッケージ neuron がありません。", name="neuron")
    return sorted(Path(spec.origin).parent.rglob("*.py"))


def read_by(files: Iterable[Path]) -> list[Path]:
    """これらのファイルが読み込むモジュールのファイル。間接に読み込むものも含む。"""
    package = sources()
    home = package[0].parent
    modules = {dotted(file.relative_to(home.parent)): file for file in package}
    found: set[Path] = set()
    ahead = [*files]
    while ahead:
        names = imports(ahead.pop().read_text("utf-8"))
        new = {modules[name] for name in names if name in modules} - found
        found |= new
        ahead += new
    return sorted(found)


def dotted(file: Path) -> str:
    """モジュールの名前。"""
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def imports(source: str) -> Iterator[str]:
    """ソースが読み込みうる名前。``a.b``を読み込むと、``a``も読み込まれる。"""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))
