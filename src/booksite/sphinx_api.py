"""Sphinx への約束と、Sphinx が公に言わない名前。ほかのモジュールには書かない。

新しい Sphinx で名前が変わると、``tests/booksite/test_sphinx_api.py``が、なくなった名前を言います。
"""

from __future__ import annotations

from pathlib import Path

from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util.typing import ExtensionMetadata

IN_PARALLEL: ExtensionMetadata = {"parallel_read_safe": True, "parallel_write_safe": True}
"""どの拡張も、複数のプロセスで同時に動ける。"""


def style_sheets(builder: StandaloneHTMLBuilder) -> list[Path]:
    """どのページも読み込むスタイルの場所を、読み込む順に返す。"""
    linked = sorted(builder._css_files, key=lambda sheet: sheet.priority)
    return [Path(builder.outdir, str(sheet.filename)) for sheet in linked]


def static_folder(builder: StandaloneHTMLBuilder) -> Path:
    """スタイルとスクリプトを公開する場所。"""
    return Path(builder._static_dir)


def leave_out_search(builder: StandaloneHTMLBuilder) -> None:
    """検索の目次とページを、Sphinx には作らせない。"""
    builder.search = False
