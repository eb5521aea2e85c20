# 使い方は `make` だけで表示されます。必要なものは Python 3.11 以降（venv つき）と make です。
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help html pdf epub site live doctest accept versions upgrade test mutate bench quality lint clean install-book install-paper install-live install-test install-bench install-mutate

VENV := .venv
PYTHON := $(VENV)/bin/python
SITE := _build/html
PAPER := _build/paper
LOG := _build/install.log
PORT ?= 8000
STATE := _build/html.state
SPHINX = $(PYTHON) -m sphinx -nW --keep-going -j auto -q -c .

# The same sources give the same bytes: no clock, no random order of sets.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null)
BOOK_REVISION ?= $(shell git describe --always --dirty --tags 2>/dev/null)
export SOURCE_DATE_EPOCH BOOK_REVISION
export PYTHONHASHSEED := 0

help: ## この一覧を表示する
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# A digest of all files in these places: of their names and their bytes.
sum = find $(1) -name __pycache__ -prune -o -type f -exec cksum {} + | sort | cksum

# Importing Sphinx takes seconds. While everything that the site is made from, and the site, are what
# they were after the last good build, there is nothing to do.
html: install-book ## サイトを作る（_build/html）。初回は必要なものを .venv に入れる
	@packages="$$(ls $(VENV)/lib/*/site-packages 2>/dev/null | cksum)"; \
	settings="$(SOURCE_DATE_EPOCH) $(BOOK_REVISION) $(BOOK_BASE_URL) $(BOOK_REPOSITORY_URL)"; \
	sources="$$($(call sum,book src conf.py pyproject.toml requirements.lock Makefile $(wildcard $(PAPER))))"; \
	if [ -d $(SITE) ] && \
	  [ "$$(cat $(STATE) 2>/dev/null)" = "$$settings $$packages $$sources $$($(call sum,$(SITE)))" ]; then \
	  echo "変わったところはありません。"; exit 0; \
	fi; \
	rm -f $(STATE); $(SPHINX) -d _build/doctrees book $(SITE) || exit; \
	echo "$$settings $$packages $$sources $$($(call sum,$(SITE)))" >$(STATE)
	@echo "できました。ブラウザーで開いてください: $(CURDIR)/$(SITE)/index.html"

epub: install-book ## EPUBを作る（_build/paper/neuron.epub）
	@rm -rf _build/epub # the EPUB takes in whatever lies there
	@$(SPHINX) -b epub -d _build/doctrees book _build/epub
	@mkdir -p $(PAPER) && cp _build/epub/neuron.epub $(PAPER)/
	@echo "できました: $(CURDIR)/$(PAPER)/neuron.epub"

pdf: install-paper epub ## PDFを作る（_build/paper/neuron.pdf）。ChromiumかChromeかEdgeを使う
	@$(PYTHON) -m literate.paper _build/epub $(PAPER)/neuron.pdf
	@echo "できました: $(CURDIR)/$(PAPER)/neuron.pdf"

site: pdf ## PDFとEPUBも作り、ダウンロードできるサイトを作る（_build/html）
	@$(MAKE) --no-print-directory html

live: install-live ## 書きながら見る（保存するたびに、ブラウザーの表示が変わる）
	@$(PYTHON) -m literate.live . book _build/live --watch src requirements.lock --port $(PORT)

doctest: install-book ## ページを実行し、出力を照合する（HTMLは作らない）
	@$(SPHINX) -E -b dummy -d _build/doctest/doctrees book _build/doctest
	@echo "すべての出力が、ページの testoutput と一致しました。"

accept: install-book ## ページの testoutput を、実行した出力に書き換える
	@$(SPHINX) -E -b dummy -D literate_accept=1 -d _build/doctest/doctrees book _build/doctest

versions: install-book ## 版ごとに実行し、違いの表を作り直す（版を選ぶ: make versions TORCH="2.9.1 2.13.0"）
	@$(PYTHON) -m literate.versions book book/appendix/versions.json torch $(TORCH)

upgrade: install-book ## 新しいパッケージで本を確かめ、requirements.lock を新しくする（選ぶ: make upgrade ONLY=sphinx）
	@$(PYTHON) -m literate.upgrade book $(ONLY)

test: install-test ## すべてのテストを実行する
	@$(PYTHON) -m pytest -q -n auto --cov --cov-report=term-missing:skip-covered --cov-fail-under=95

mutate: install-mutate ## コードをわざと壊し、テストが気づくかを調べる（1時間ほどかかります）
	@rm -rf mutants && mkdir -p mutants/src && \
	OMP_NUM_THREADS=1 PYTHONPATH=$(CURDIR)/mutants/src $(VENV)/bin/mutmut run && $(VENV)/bin/mutmut results

bench: html install-bench ## ビルドの速さと、動かせるニューロンの速さを測る（1時間ほどかかります）
	@$(PYTHON) -m tests.bench.explorer $(SITE); explorer=$$?; $(PYTHON) -m tests.bench.builds && exit $$explorer

quality: site install-test .quality/node_modules ## サイトの軽さ、速さ、安全さ、使いやすさを測る（npm が要る。30分ほどかかります）
	@$(PYTHON) -m tests.bench.quality $(SITE)

lint: install-test .textlint/node_modules ## コードと文章の書き方を調べる（npm が要る）
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check .
	@.textlint/node_modules/.bin/textlint -c .textlint/textlintrc.json README.md CONTRIBUTING.md 'book/**/*.md'
	@echo "書き方の問題はありませんでした。"

.textlint/node_modules .quality/node_modules: %/node_modules: %/package-lock.json
	@type npm >/dev/null 2>&1 || { echo "npm が見つかりません。Node.js 18 以降と npm を入れて、もう一度 make してください。" >&2; exit 1; }
	@npm ci --prefix $* --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && touch $@

clean: ## 作ったもの（_build と .venv）を消す
	rm -rf _build $(VENV)

# A mark in .venv names what it was made from: the lock, the packages, this folder. It is written last,
# so a .venv without a fitting mark is half made or old, and is made anew; a failed one is removed.
install-book install-paper install-live install-test install-bench install-mutate: install-%:
	@mark="$(VENV)/ready-$*"; \
	want="$$(cat pyproject.toml requirements.lock | cksum) $(CURDIR)"; \
	fail() { rm -rf $(VENV); echo "$$1" >&2; exit 1; }; \
	$(PYTHON) -c '' 2>/dev/null || rm -rf $(VENV); \
	if [ "$$(cat "$$mark" 2>/dev/null)" = "$$want" ]; then exit 0; fi; \
	if ! grep -qsxF "$$want" $(VENV)/ready-*; then \
	  for python in $(BASE_PYTHON); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	  done; \
	  [ -n "$$python" ] || fail "Python 3.11 以降が見つかりません。入れてから、もう一度 make してください（場所の指定: make BASE_PYTHON=/path/to/python3）。"; \
	  rm -rf $(VENV); \
	  "$$python" -m venv $(VENV) >/dev/null 2>&1 && $(PYTHON) -m pip --version >/dev/null 2>&1 || \
	    fail "$$python で仮想環境を作れません。venv モジュールを入れてから（Debian・Ubuntu では python3-venv）、もう一度 make してください。"; \
	fi; \
	mkdir -p $(dir $(LOG)); \
	echo "必要なパッケージを $(VENV) に入れています（初回は数分かかります）…"; \
	PIP_CONSTRAINT=requirements.lock PIP_BUILD_CONSTRAINT=requirements.lock \
	$(PYTHON) -m pip install --disable-pip-version-check --no-input -e '.[$*]' >$(LOG) 2>&1 || \
	  fail "パッケージを入れられませんでした。ネットワークと空き容量を確かめて、もう一度 make してください（記録: $(LOG)）。"; \
	printf '%s\n' "$$want" >"$$mark"

BASE_PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11 python
