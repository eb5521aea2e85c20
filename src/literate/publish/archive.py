"""Archives whose bytes depend on what is in them, and on nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

DAY = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can name


def write_zip(file: Path | BinaryIO, contents: dict[str, bytes]) -> None:
    """Write these files in their order; ``mimetype`` as an EPUB wants it, not compressed."""
    with ZipFile(file, "w") as archive:
        for name, content in contents.items():
            info = ZipInfo(name, DAY)
            info.external_attr = 0o644 << 16
            info.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            archive.writestr(info, content, compresslevel=9)
