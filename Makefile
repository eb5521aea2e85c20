# 使い方は `make` だけで表示されます。必要なものは Python 3.11 以降（venvつき）と make です。
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help html pdf epub site live doctest accept versions upgrade test coverage fresh mutate bench quality lint clean install-book install-paper install-live install-test install-bench install-mutate

SITE := _build/html
PAPER := _build/paper
PORT ?= 8000
PYTHON := .venv/bin/python

# Any Python can run make.py, which installs the packages of an extra into .venv, with a Python that
# is new enough (BASE_PYTHON, if that is set), and runs what follows with them.
ANY = $(shell for python in .venv/bin/python python3 '$(BASE_PYTHON)' python; do \
  "$$python" -ESc 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null && echo "$$python" && break; done)
WITH = "$(or $(ANY),$(error Python 3.11 以降が要ります。入れてから、もう一度 make してください（場所の指定: make BASE_PYTHON=/path/to/python3）))" -ES src/make.py
SPHINX = -m sphinx -nW --keep-going -j auto -q -c .
DOCTEST = $(SPHINX) -E -b dummy -d _build/doctest/doctrees book _build/doctest
export BASE_PYTHON
export PYTHONHASHSEED := 0

help: ## この一覧を表示する
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

html: ## サイトを作る（_build/html）。初回は必要なものを .venv に入れる
	@$(WITH) --site $(SITE) book $(SPHINX) -d _build/doctrees book $(SITE)
	@printf 'できました。ブラウザーで開いてください: %s\n' "$$PWD/$(SITE)/index.html"

epub: ## EPUBを作る（_build/paper/neuron.epub）
	@rm -rf _build/epub # the EPUB takes in whatever lies there
	@$(WITH) --alone book $(SPHINX) -b epub -d _build/doctrees book _build/epub
	@mkdir -p $(PAPER) && cp _build/epub/neuron.epub $(PAPER)/
	@printf 'できました: %s\n' "$$PWD/$(PAPER)/neuron.epub"

pdf: epub ## PDFを作る（_build/paper/neuron.pdf）。ChromiumかChromeかEdgeを使う
	@$(WITH) --alone paper -m literate.publish.paper _build/epub $(PAPER)/neuron.pdf --style src/booksite/frame/paper.css --at-end solution 練習問題の解答 '解答は{page}ページ' '問題は{page}ページ'
	@printf 'できました: %s\n' "$$PWD/$(PAPER)/neuron.pdf"

site: pdf ## PDFとEPUBも作り、ダウンロードできるサイトを作る（_build/html）
	@$(MAKE) --no-print-directory html

live: ## 書きながら見る（保存するたびに、ブラウザーの表示が変わる）
	@$(WITH) live -m literate.preview.live . book _build/live --watch src requirements.lock --port $(PORT)

doctest: ## ページを実行し、出力を照合する（HTMLは作らない）
	@$(WITH) --alone book $(DOCTEST)
	@echo "すべての出力が、ページの testoutput と一致しました。"

accept: ## ページの testoutput を、実行した出力に書き換える
	@$(WITH) --alone book $(DOCTEST) -D literate_accept=1

versions: ## 版ごとに実行し、違いの表を作り直す（版を選ぶ: make versions TORCH="2.9.1 2.13.0"）
	@$(WITH) book -m literate.versions.table book book/appendix/versions.json torch $(TORCH)

upgrade: ## 新しいパッケージで本を確かめ、requirements.lock を新しくする（選ぶ: make upgrade ONLY=sphinx）
	@$(WITH) book -m literate.versions.upgrade book $(ONLY)

test: ## すべてのテストを実行する
	@$(WITH) test -m pytest -q -n auto

coverage: ## すべてのテストを実行し、通らなかった行を表示する（5%より多ければ失敗する）
	@$(WITH) test -m pytest -q -n auto --cov --cov-report=term-missing:skip-covered --cov-fail-under=95

fresh: ## 本のいろいろなところを直し、サイトに古いものが残らないかを調べる（2時間ほどかかります）
	@$(WITH) test -m tests.fresh.book

mutate: ## コードをわざと壊し、テストが気づくかを調べる（2日ほどかかります）
	@$(WITH) mutate -m tests.mutate

bench: html ## ビルド、計算グラフの図、動かせるニューロンの速さを測る（1時間ほどかかります）
	@$(WITH) bench -m tests.bench.graphs; missed=$$?; $(WITH) bench -m tests.bench.explorer $(SITE) || missed=1; \
	  $(WITH) bench -m tests.bench.peers || missed=1; \
	  $(WITH) bench -m tests.bench.builds && exit $$missed

quality: site .quality/node_modules ## サイトの軽さ、速さ、安全さ、使いやすさを測る（npm が要る。30分ほどかかります）
	@$(WITH) test -m tests.bench.quality $(SITE)

lint: .textlint/node_modules .types/node_modules ## コードと文章の書き方を調べる（npm が要る）
	@$(WITH) test -m ruff check . && $(WITH) test -m ruff format --check .
	@$(WITH) test -m mypy
	@.types/node_modules/.bin/tsc -p .types
	@.venv/bin/zizmor --quiet --offline .github
	@.textlint/node_modules/.bin/textlint -c .textlint/textlintrc.json README.md CONTRIBUTING.md CHANGELOG.md 'book/**/*.md'
	@echo "書き方の問題はありませんでした。"

.textlint/node_modules .types/node_modules .quality/node_modules: %/node_modules: %/package-lock.json
	@type npm >/dev/null 2>&1 || { echo "npm が見つかりません。Node.js 18 以降と npm を入れて、もう一度 make してください。" >&2; exit 1; }
	@npm ci --prefix $* --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && touch $@

clean: ## 作ったもの（_build と .venv）を消す
	rm -rf _build .venv

install-book install-paper install-live install-test install-bench install-mutate: install-%:
	@$(WITH) $*
