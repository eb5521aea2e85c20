"""パッケージ ``neuron`` と本のデータの wheel を作ります。ノートブックは、これ1つで動きます。

同じソースからは、いつも同じバイト列ができます。
"""

from __future__ import annotations

import hashlib
import tomllib
from base64 import urlsafe_b64encode
from io import BytesIO
from pathlib import Path

from literate.publish.archive import write_zip

ROOT = Path(__file__).parents[3]
PACKAGE = "neuron"


def build() -> tuple[str, bytes]:
    """ファイル名と中身。"""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    name = f"{PACKAGE}-{project['version']}"
    metadata = [
        "Metadata-Version: 2.4",
        f"Name: {PACKAGE}",
        f"Version: {project['version']}",
        "Summary: PyTorchで学ぶ、1つのニューロン",
        f"License-Expression: {project['license']} AND CC-BY-4.0",  # 2つ目は、データのもの
        "License-File: LICENSE",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {need}" for need in project["optional-dependencies"][PACKAGE]),
    ]
    wheel = [
        "Wheel-Version: 1.0",
        "Generator: neuron-book",
        "Root-Is-Purelib: true",
        "Tag: py3-none-any",
    ]
    sources = sorted((ROOT / "src" / PACKAGE).rglob("*.py"))
    files = {file.relative_to(ROOT / "src").as_posix(): file.read_bytes() for file in sources}
    data = sorted((ROOT / "book" / "_data").iterdir())
    files |= {f"{PACKAGE}/_data/{file.name}": file.read_bytes() for file in data}
    about = f"{name}.dist-info"
    files |= {
        f"{about}/licenses/LICENSE": (ROOT / "LICENSE").read_bytes(),
        f"{about}/METADATA": "\n".join([*metadata, ""]).encode(),
        f"{about}/WHEEL": "\n".join([*wheel, ""]).encode(),
    }
    record = [f"{path},sha256={digest(content)},{len(content)}" for path, content in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*record, f"{about}/RECORD,,", ""]).encode()
    archive = BytesIO()
    write_zip(archive, files)
    return f"{name}-py3-none-any.whl", archive.getvalue()


def digest(content: bytes) -> str:
    """RECORD に書く、ファイルのハッシュ。"""
    return urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
