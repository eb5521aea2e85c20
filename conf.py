"""Sphinx の設定。ここには値だけを置きます。"""

import os
import tomllib
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path

ROOT = Path(__file__).parent
PACKAGE = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

# -- Project ---------------------------------------------------------------------------------------

project = "1つのニューロンからはじめる PyTorch"
author = "neuron-book contributors"
project_copyright = author
language = "ja"
locale_dirs = ["_locale"]  # the few words of the interface that nobody else has translated
version = release = PACKAGE["version"]
# The date of the source revision, never the clock; `{sub-ref}`today`` shows it on the pages.
epoch = os.environ.get("SOURCE_DATE_EPOCH")
date = datetime.fromtimestamp(int(epoch), UTC) if epoch else None
today = f"{date.year}年{date.month}月{date.day}日" if date else "不明"
revision = os.environ.get("BOOK_REVISION") or "不明"  # `make` asks git for it

# Where the site and its repository are, if anywhere: buttons and notebooks then name them.
base = os.environ.get("BOOK_BASE_URL", "").rstrip("/")
html_baseurl = f"{base}/" if base else ""
repository = os.environ.get("BOOK_REPOSITORY_URL", "").rstrip("/")
downloads = f"{repository}/raw/notebooks" if repository else ""
download_address = f"{base}/downloads" if base else downloads

# -- Extensions ------------------------------------------------------------------------------------

extensions = ["literate", "myst_nb", "booksite.text.mathml", "booksite.text.torch_api"]
extensions += ["booksite.explorer.place", "booksite.text.exercises", "booksite.text.glossary"]
extensions += ["booksite.text.predict", "booksite.text.learning_map", "booksite.search.index"]
extensions += ["booksite.text.typography_ja", "booksite.moving", "booksite.home.path"]
extensions += ["booksite.text.quantities", "booksite.text.plain_code", "booksite.text.margin_notes"]
extensions += ["booksite.downloads.downloads", "booksite.frame.website"]
exclude_patterns = ["_*"]
nitpicky = True

# -- Markdown --------------------------------------------------------------------------------------

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist", "attrs_inline", "attrs_block"]
myst_heading_anchors = 3
myst_dmath_double_inline = True

# -- Running the pages -----------------------------------------------------------------------------

nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_timeout = 60
nb_execution_show_tb = True
nb_render_markdown_format = "myst"
nb_code_prompt_show = "セルの内容を表示する"
nb_code_prompt_hide = "セルの内容を隠す"
literate_packages = ["torch"]
literate_variables = ["TORCH_", "ATEN_", "ONEDNN_"]  # of the environment, which torch reads
literate_generators = {"torch": "default_generator"}  # a seed of its own for each page
# What the cells import, so that no page has to wait for it.
literate_preload = ["torch", "torch._dynamo", "torch.testing", "torchviz"]
literate_preload += ["matplotlib.backends.backend_svg", "matplotlib_inline.backend_inline"]

# -- HTML ------------------------------------------------------------------------------------------

html_title = project
html_theme = "sphinx_book_theme"
html_math_renderer = "mathml"
html_static_path = ["src/booksite/text/static", "src/booksite/explorer/static"]
html_static_path += ["src/booksite/search/static", "src/booksite/frame/static"]
html_favicon = "src/booksite/frame/static/favicon.svg"
templates_path = ["src/booksite/explorer/templates", "src/booksite/search/templates"]
templates_path += ["src/booksite/frame/templates", "src/booksite/downloads/templates"]
html_sidebars = {"**": ["site-logo.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_css_files = ["frame.css", "site.css", "learning_map.css", "neuron-flow.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("frame.js", "neuron-steps.js")]
html_copy_source = True
html_show_sphinx = False
html_use_index = False
html_context = {"revision": revision, "source_date": today}
html_theme_options = {
    "show_navbar_depth": 2,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "primary_sidebar_end": [],
    "footer_content_items": ["author", "copyright", "provenance"],
    "repository_url": repository,
}

# -- EPUB and PDF ----------------------------------------------------------------------------------

epub_basename = "neuron"
epub_identifier = "neuron-book"
epub_uid = epub_identifier
epub_description = "すべての出力を、その場で実行し照合した本です。"
epub_description += f"PyTorch {version_of('torch')}、ソースの日付 {today}、ソースの版 {revision}。"
epub_contributor = author
epub_css_files = ["site.css", "learning_map.css", "neuron-flow.css", "neuron_explorer.css"]
epub_show_urls = "no"
epub_tocdepth = 2
