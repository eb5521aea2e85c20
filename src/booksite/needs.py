"""このツリーが必要とするもの：中の2つの配布物、``literate``と``neuron``が必要とするもの。

どちらの一覧も、それぞれの``pyproject.toml``だけにあります。ツリーを``pip``で入れるとき、
hatchling がこれを読みます。
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PARTS = ("literate", "neuron")


class Needs(MetadataHookInterface):
    """ツリーの``dependencies``と``entry-points``。"""

    def update(self, metadata: dict[str, Any]) -> None:
        """2つの配布物のものを、合わせて書き入れる。"""
        files = [Path(self.root, "src", part, "pyproject.toml") for part in PARTS]
        projects = [tomllib.loads(file.read_text("utf-8"))["project"] for file in files]
        metadata["dependencies"] = [need for each in projects for need in each["dependencies"]]
        metadata["entry-points"] = {
            group: entries
            for each in projects
            for group, entries in each.get("entry-points", {}).items()
        }
