"""ページを、Jupyter でそのまま読んで実行できるノートブックにします。

出力は、ページを組み立てたときの実行結果です。ページだけの書き方（ディレクティブ、ロール、期待の欄）は、
ふつうの Markdown にします。ページに表示しないセルは、ノートブックにも入れません。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from myst_nb.core.read import is_myst_markdown_notebook
from myst_nb.core.variables import format_plain_text
from nbformat import NotebookNode
from sphinx.errors import PycodeError
from sphinx.pycode import ModuleAnalyzer

from booksite.text.learning_map import HERE, STEPS
from literate.run.figures import FACTS

DIRECTIVE = re.compile(r"\{([\w-]+)\}\s*(.*)")
OPTION = re.compile(r":([\w-]+):\s*(.*)")
ROLE = re.compile(r"(?<!`)\{([a-z:-]+)\}`([^`]+)`")
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s:]+?\.md)(#[^)]*)?\)")
SPAN = re.compile(r"\[([^\]]*)\]\{[^}]*\}")
ATTRIBUTES = re.compile(r"(?<=[)`*])\{[.#][^}]*\}")
LABEL = re.compile(r"^\(([\w-]+)\)=$", re.M)
ONLY_HERE = re.compile(r"^(?:\([\w-]+\)=\n(?=# )|(?:%.*|\+\+\+.*|\{[.#][^}]*\})$)", re.M)
DEFINITION = re.compile(r"^(?P<term>\S.*)\n\n?: +", re.M)
TITLED = re.compile(r"(?P<title>.*?)\s*<(?P<target>[^>]+)>")

ANSWER = re.compile(r"^`([A-Za-z_]\w*(?::[^`]*)?)`(?=\n: )", re.M)

TITLES = {"hint": "ヒント", "note": "補足", "tip": "コツ", "warning": "注意", "important": "重要"}
SILENT = {"testoutput", "toctree", "downloads"}
PARSER = MarkdownIt("commonmark").use(front_matter_plugin).use(colon_fence_plugin)


@dataclass
class Context:
    """1つのページを書き直すために、知っていること。"""

    file: Callable[[str], Path]
    """ページに書いたファイル名の、ほんとうの場所。"""
    today: str
    glued: Mapping[str, str]
    address: Callable[[str], str]
    site: str = ""
    exercises: int = 0


def notebook(executed: NotebookNode, context: Context, install: str) -> NotebookNode:
    """実行したノートブック ``executed`` から、読者に渡すノートブックを作る。"""
    cells = []
    for cell in executed.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and "remove-cell" in tags:
            continue
        if cell.cell_type == "code":
            cells.append(code_cell(cell))
            continue
        source = markdown(cell.source, context)
        if not cells:
            title, _, source = source.partition("\n\n")
            cells += map(nbformat.v4.new_markdown_cell, (title, install))
        if source:
            cells.append(nbformat.v4.new_markdown_cell(source))
    numbered = (cell for cell in cells if cell.cell_type == "code")
    for count, cell in enumerate(numbered, 1):
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
    for place, cell in enumerate(cells, 1):
        cell.id = f"cell-{place}"
    known = executed.metadata
    metadata = {"kernelspec": known.kernelspec, "language_info": known.language_info}
    return NotebookNode(nbformat.v4.new_notebook(cells=cells, metadata=metadata))


def code_cell(cell: NotebookNode) -> NotebookNode:
    """コードのセルと、その出力。

    エラーの出力から、組み立てた機械のファイル名を除く。分かれて届いた文字は、届き方が毎回違うので、つなぐ。
    照合のために控えた図の事実は、読者には要らないので除く。
    """
    outputs: list[NotebookNode] = []
    for output in map(NotebookNode, cell.outputs):
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
        output.get("metadata", {}).pop(FACTS, None)
        if output.output_type == "stream" and outputs and outputs[-1].get("name") == output.name:
            outputs[-1].text += output.text
        else:
            outputs.append(output)
    tags = [tag for tag in cell.metadata.get("tags", []) if tag == "raises-exception"]
    metadata = {"tags": tags} if tags else {}
    return NotebookNode(nbformat.v4.new_code_cell(cell.source, outputs=outputs, metadata=metadata))


def markdown(source: str, context: Context) -> str:
    """MyST の文を、ふつうの Markdown にする。"""
    lines = source.splitlines()
    blocks = [
        (token.map, DIRECTIVE.fullmatch(token.info.strip()), token)
        for token in PARSER.parse(source)
        if token.map and token.level == 0 and token.type in ("fence", "colon_fence", "front_matter")
    ]
    parts, done = [], 0
    for (start, end), directive, token in blocks:
        parts.append(inline("\n".join(lines[done:start]), context))
        if directive:
            parts.append(block(directive[1], directive[2], token.content, context))
        elif token.type == "fence":
            parts.append("\n".join(lines[start:end]))
        done = end
    parts.append(inline("\n".join(lines[done:]), context))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def block(name: str, argument: str, content: str, context: Context) -> str:
    """ディレクティブの中身を、題のついた引用にする。"""
    lines, options = content.splitlines(), {}
    while lines and (option := OPTION.fullmatch(lines[0])):
        options[option[1]] = option[2]
        lines.pop(0)
    if name in SILENT:
        return ""
    if name == "learning-map":
        return learning_map(argument)
    if name == "moving":
        argument = ""
    if name == "math":
        return f"$${' '.join(' '.join(lines).split())}$$"  # 1行なら、引用の印「>」が式に入らない
    if name == "literalinclude":
        return included(context.file(argument), options)
    if name == "exercise":
        context.exercises += 1
        argument = f"練習{context.exercises} {argument}"
    elif name == "solution":
        return f"**練習{context.exercises}の解答**"
    if name == "predict":
        argument, lines = (
            f"予想：{argument}",
            folded("\n".join(lines), options.get("answer", ""), context),
        )
    body = markdown("\n".join(lines), context)
    title = inline(argument or TITLES.get(name, ""), context)
    if not body and not title:
        where = f"[サイトのこのページ]({context.site})" if context.site else "サイトのこのページ"
        return f"*ここにある図や表は、{where}で見られます。*"
    quoted = "\n\n".join(part for part in (f"**{title}**" if title else "", body) if part)
    return "\n".join(f"> {line}".rstrip() for line in quoted.splitlines())


def learning_map(here: str) -> str:
    """学習の地図。いまいるところを太字にする。"""
    steps = (f"**{name}（{HERE}）**" if name in here.split() else name for name in STEPS)
    return " → ".join(steps)


def folded(content: str, answer: str, context: Context) -> list[str]:
    """予想の問い。値の名前を値に置き換え、答えをたたむ。読めない問いは、ページの組み立てが知らせる。"""
    start = DEFINITION.search(content)
    if not start or answer.partition(":")[0] not in context.glued:
        return content.splitlines()
    question, answers = content[: start.start()], content[start.start() :]
    answers = ANSWER.sub(lambda match: role("glue:text", match[1], context), answers)
    correct = role("glue:text", answer, context)
    fold = ["<details><summary>答えを見る</summary>", "", f"答え：{correct}", ""]
    return [*question.splitlines(), *fold, *answers.splitlines(), "", "</details>"]


def included(file: Path, options: Mapping[str, str]) -> str:
    """見せているファイル、またはその一部。ページにも見せられないものは、警告がすでに伝えている。"""
    try:
        text = file.read_text("utf-8")
        if name := options.get("pyobject"):
            _, start, end = ModuleAnalyzer.for_string(text, "").find_tags()[name]
            text = "\n".join(text.splitlines()[start - 1 : end])
    except (OSError, UnicodeError, PycodeError, KeyError):
        return ""
    return f"```python\n{text.strip()}\n```"


def inline(text: str, context: Context) -> str:
    """文の中の、ページだけの書き方をなくす。"""
    text = ONLY_HERE.sub("", text)
    text = LABEL.sub(r'<a id="\1"></a>\n', text)
    text = ROLE.sub(lambda match: role(match[1], match[2], context), text)
    text = LINK.sub(lambda match: link(match[1], match[2], match[3] or "", context), text)
    text = DEFINITION.sub(lambda match: f"- {match['term']}：", text)
    return ATTRIBUTES.sub("", SPAN.sub(r"\1", text))


def role(name: str, content: str, context: Context) -> str:
    """ロールを、値、コード、リンクのどれかにする。"""
    if name == "glue:text":
        return re.sub(r"^-(?=\d)", "−", glued(content, context))
    if name == "sub-ref":
        return {"today": context.today}.get(content, content)
    title, target = content, content
    if match := TITLED.fullmatch(content):
        title, target = match["title"], match["target"]
    if name == "torch":
        return f"[`{title}`]({context.address(target.removesuffix('()').removeprefix('torch.'))})"
    return f"`{title}`" if name == "grad-fn" else title


def glued(content: str, context: Context) -> str:
    """ページが取り込む値。取り込めないものは、ページの警告がすでに伝えている。"""
    key, _, form = content.partition(":")
    try:
        return format_plain_text(context.glued[key], form)
    except (KeyError, ValueError):
        return content


def link(title: str, target: str, place: str, context: Context) -> str:
    """ほかのページへのリンクを、そのノートブックへのリンクにする。ノートブックがなければ、文字にする。"""
    page = context.file(target)
    if page.is_file() and is_myst_markdown_notebook(page.read_text("utf-8", "replace")):
        return f"[{title}]({target.removesuffix('.md')}.ipynb{place})"
    return title
