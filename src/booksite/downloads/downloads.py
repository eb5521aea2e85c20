"""ダウンロードできるもの。ページごとのノートブック、パッケージの wheel、それに PDF と EPUB。

``{downloads}`` を置いたところに、一覧が入ります。PDF と EPUB は、``make pdf`` と ``make epub`` が
「_build/paper」に作ったものを、どのページよりも新しいときだけ載せます。
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri
from sphinx.util.typing import ExtensionMetadata

from booksite.downloads import notebooks, package, places
from booksite.sphinx_api import IN_PARALLEL
from booksite.text.torch_api import address, ask
from literate.publish.archive import write_zip
from literate.run import mystnb

FOLDER = "downloads"
BUNDLE = "neuron-notebooks.zip"
WORDS = {
    ".pdf": "PDF",
    ".epub": "EPUB",
    ".zip": "すべてのノートブックとパッケージ（ZIP）",
    ".whl": "この本のパッケージneuron（wheel）",
}
COLAB = "https://colab.research.google.com/github{repository}/blob/notebooks/{page}.ipynb"


class Downloads(nodes.General, nodes.Element):
    """一覧の場所。すべてのページを読み終えてから埋める。"""


class DownloadsDirective(SphinxDirective):
    """``{downloads}``：ダウンロードできるものの一覧。"""

    def run(self) -> list[nodes.Node]:
        """場所をあけておく。"""
        self.env.metadata[self.env.docname]["downloads"] = True
        return [Downloads()]


def install(app: Sphinx) -> str:
    """ノートブックのはじめに書く、入れるものの案内。"""
    name = package.find(workshop(app)).name
    place = f"{app.config.download_address or '.'}/{name}"
    words = "はじめに、次の1行を新しいセルに写して実行し、この本のパッケージを入れてください。"
    if place.startswith("./"):
        words += f"`{name}`は、本の最初のページにあります。ノートブックと同じ場所に置きます。"
    return f"> {words}\n>\n> ```\n> %pip install {place}\n> ```"


def write_notebook(app: Sphinx, doctree: nodes.document) -> None:
    """読んだページのノートブックを、組み立ての作業場に書く。

    最後まで実行できなかったページのノートブックは、作らない。
    """
    run = mystnb.last_run(app.env, app.env.docname)
    if not run or not run["succeeded"]:
        return
    executed = mystnb.executed_notebook(app.env, app.env.docname)
    glue = executed.with_suffix(".glue.json")  # 取り込む値のあるページにだけある
    glued = json.loads(glue.read_text("utf-8")) if glue.exists() else {}
    site = app.config.html_baseurl and app.builder.get_target_uri(app.env.docname)
    context = notebooks.Context(
        file=lambda name: Path(app.env.relfn2path(name)[1]),
        today=app.config.today,
        address=lambda name: str(ask(app.env, address, name)),
        site=site and f"{app.config.html_baseurl}{site}",
        glued={name: value["data"].get("text/plain", "") for name, value in glued.items()},
    )
    made = notebooks.notebook(nbformat.read(executed, as_version=4), context, install(app))
    file = workshop(app) / f"{app.env.docname}.ipynb"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(nbformat.writes(made) + "\n", "utf-8")


def forget_notebook(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """読みなおすページと、なくなったページの、前のノートブックを消す。"""
    (workshop(app) / f"{docname}.ipynb").unlink(missing_ok=True)


def workshop(app: Sphinx) -> Path:
    """ノートブックとパッケージを、どの形式の組み立てからも使えるように置いておく場所。"""
    return Path(app.outdir).parent / "notebooks"


def make_package(app: Sphinx) -> None:
    """どのページを読むよりも前に、ノートブックが名前を書くパッケージを作る。"""
    package.build(workshop(app))


def publish(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """ダウンロードできるものを並べる。変わったら、一覧のあるページを書き直す。"""
    if app.builder.name != "html":
        return []
    folder = Path(app.outdir, FOLDER)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = {name: workshop(app) / f"{name}.ipynb" for name in sorted(env.found_docs)}
    made = {name: file.read_text("utf-8") for name, file in files.items() if file.exists()}
    pages = places.lead(made, env.get_domain("std").data["labels"])
    for name, content in pages.items():
        file = Path(app.outdir, "_sources", f"{name}.ipynb")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    wheel = package.find(workshop(app))
    for book in sorted(Path(app.outdir).parent.joinpath("paper").glob("*.*"), reverse=True):
        if book.stat().st_mtime_ns // 1000 >= max(env.all_docs.values()):
            shutil.copyfile(book, folder / book.name)
    shutil.copyfile(wheel, folder / wheel.name)
    bundled = {wheel.name: wheel.read_bytes()}
    bundled |= {f"{name}.ipynb": content.encode() for name, content in pages.items()}
    write_zip(folder / BUNDLE, bundled)
    listed = [(file.name, file.stat().st_size) for file in folder.iterdir()]
    listed.sort(key=lambda each: list(WORDS).index(Path(each[0]).suffix))
    kept = vars(env)
    if kept.get("downloads") == listed:
        return []
    kept["downloads"] = listed
    return [name for name, metadata in env.metadata.items() if "downloads" in metadata]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """一覧を入れる。サイトのほかの形では、見出しごと省く。"""
    for place in list(doctree.findall(Downloads)):
        if app.builder.name != "html":
            section = place.parent
            section.parent.remove(section)
            continue
        items = nodes.bullet_list()
        here = app.builder.get_target_uri(docname)
        for name, size in vars(app.env)["downloads"]:
            link = nodes.reference("", WORDS[Path(name).suffix], internal=True)
            link["refuri"] = relative_uri(here, f"{FOLDER}/{name}")
            facts = nodes.Text(f"　{readable(size)}、{app.config.today}")
            items += nodes.list_item("", nodes.paragraph("", "", link, facts))
        place.replace_self(items)


def readable(size: int) -> str:
    """ファイルの大きさ。"""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size / 1e3, 1):.0f} KB"


def offer_notebook(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """ダウンロードのボタンに、ノートブックを加える。

    リポジトリがわかるときだけ、Colab で開く道も加える。開くのは notebooks ブランチのもの。
    """
    if not (workshop(app) / f"{page}.ipynb").exists():
        return
    context["ipynb_source"] = f"{page}.ipynb"
    repository = urlsplit(app.config.html_theme_options.get("repository_url", ""))
    if repository.hostname == "github.com":
        context["colab"] = COLAB.format(repository=repository.path.rstrip("/"), page=page)


def setup(app: Sphinx) -> ExtensionMetadata:
    """ディレクティブとイベントを登録する。"""
    app.add_config_value("download_address", "", "env", [str])
    app.add_node(Downloads)
    app.add_directive("downloads", DownloadsDirective)
    app.connect("builder-inited", make_package)
    app.connect("env-purge-doc", forget_notebook)
    app.connect("doctree-read", write_notebook)
    app.connect("env-updated", publish)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", offer_notebook)
    return IN_PARALLEL
