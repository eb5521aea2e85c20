"""Measure how fast the book is built, beside other ways to run the same pages.

Every way takes its turn in every round, so a noisy machine disturbs them all alike. The figures go
to ``book/appendix/speed.json``, the table and the plot to ``book/appendix/speed-figures.txt``.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import matplotlib as mpl
from matplotlib.figure import Figure

from neuron.picture import FUNCTION, INK, STYLE, Picture
from tests.builds import ROOT, cell, copy_project, differing, write_page

ROUNDS = 3
SIZES = (16, 64, 256, 1000)
PORT = 8765
APPENDIX = ROOT / "book" / "appendix"
PLAIN = """
extensions = ["literate", "myst_nb"]
nb_execution_mode = "{mode}"
nb_execution_in_temp = True
html_theme = "basic"
"""


@dataclass(frozen=True)
class Goal:
    """A ratio that has to be reached."""

    words: str
    value: float
    limit: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


class Copy:
    """A copy of the book, to be built and edited."""

    def __init__(self, folder: Path) -> None:
        """Copy what a build reads."""
        self.folder = folder
        copy_project(folder)
        shutil.copytree(ROOT / "book", folder / "book", dirs_exist_ok=True)
        self.edits = 0

    def build(self, module: str, out: str, *options: str) -> float:
        """Build with a module; return the seconds."""
        folders = ["-c", ".", "-d", f"{out}/doctrees", "book", f"{out}/html"]
        command = [sys.executable, "-m", module, "-q", *options, *folders]
        return seconds(command, self.folder, environment(self.folder))

    def ours(self, *options: str, out: str = "site/ours", fresh: bool = False) -> float:
        """Build as `make html` does."""
        if fresh:
            shutil.rmtree(self.folder / out, ignore_errors=True)
        return self.build("sphinx", out, "-nW", "--keep-going", "-j", "auto", *options)

    def edit(self, file: str, after: str, line: str) -> None:
        """Write a new line into a file."""
        self.edits += 1
        path = self.folder / file
        text = path.read_text("utf-8")
        assert after in text
        path.write_text(text.replace(after, f"{after}{line.format(self.edits)}", 1), "utf-8")


def seconds(
    command: Sequence[str], folder: Path, env: dict[str, str], codes: Sequence[int] = (0,)
) -> float:
    """Run a command to its end; return how long that took."""
    began = time.perf_counter()
    run = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    elapsed = time.perf_counter() - began
    if run.returncode not in codes:
        raise SystemExit(f"{' '.join(command)}\n{run.stdout[-3000:]}\n{run.stderr[-3000:]}")
    return elapsed


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of `make`, with the packages of a copy, and Python as it comes."""
    path = os.pathsep.join([str(folder / "src"), str(ROOT / "src"), str(ROOT)])
    fixed = {"SOURCE_DATE_EPOCH": "1750000000", "PYTHONHASHSEED": "0", "PYTHONPATH": path}
    usual = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return usual | fixed


@contextmanager
def preview(book: Copy) -> Iterator[Callable[[], None]]:
    """Run `make live`; yield a function that waits until the next build can be seen."""
    options = ["book", "site/live", "--watch", "src", "--port", str(PORT)]
    command = [sys.executable, "-m", "literate.preview.live", ".", *options]
    server = subprocess.Popen(
        command,
        cwd=book.folder,
        env=environment(book.folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    shown = 0

    def wait() -> None:
        nonlocal shown
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{PORT}/-live", timeout=60) as answer:
                    state = json.loads(answer.readline().removeprefix(b"data: "))
            except OSError:  # it does not listen yet
                state = {"build": 0}
            if state["build"] > shown:
                assert not state["problems"], state["problems"]
                shown = state["build"]
                return
            time.sleep(0.01)

    try:
        yield wait
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def previewed(book: Copy) -> dict[str, list[float]]:
    """Return the seconds from saving a file to its page being ready for the browser."""
    times: dict[str, list[float]] = {}
    with preview(book) as wait:
        wait()
        for _ in range(ROUNDS):
            for name, edit in edits(book).items():
                began = time.perf_counter()
                edit()
                wait()
                times.setdefault(f"make live（{name}）", []).append(time.perf_counter() - began)
    return times


def edits(book: Copy) -> dict[str, Callable[[], None]]:
    """Return each kind of edit by its name."""
    page = "book/lesson/model.md"
    return {
        "文章を変更": lambda: book.edit(page, "## ポイント\n", "\n文を加えました。\n"),
        "題を変更": lambda: book.edit(page, "# 8行のニューロン", "あ"),
        "セルを変更": lambda: book.edit(page, "print(torch.__version__)\n", "# {}\n"),
        "mlp.pyを変更": lambda: book.edit("src/neuron/mlp.py", "import torch\n", "# {}\n"),
        "model.pyを変更": lambda: book.edit("src/neuron/model.py", "import torch\n", "# {}\n"),
    }


def same_bytes(book: Copy) -> None:
    """Stop unless the site of MyST-NB alone, serial or parallel, is ours to the last byte."""
    ours, stock = book.folder / "site" / "ours" / "html", book.folder / "site" / "stock" / "html"
    if names := differing(ours, stock):
        raise SystemExit(f"実行の方法で、中身が変わりました: {'、'.join(names)}")


def ways(book: Copy) -> dict[str, Callable[[], float]]:
    """Return each way to build or verify the book, by its name, in the order of a round."""

    def after(edit: Callable[[], None]) -> Callable[[], float]:
        def build() -> float:
            edit()
            return book.ours()

        return build

    def cold() -> float:
        taken = book.ours(fresh=True)
        same_bytes(book)
        return taken

    def other(module: str, *options: str) -> Callable[[], float]:
        def build() -> float:
            out = f"site/{module.rsplit('.', 1)[-1]}"
            shutil.rmtree(book.folder / out, ignore_errors=True)
            return book.build(module, out, *options)

        return build

    def doctest() -> float:
        return book.ours("-E", "-b", "dummy", out="site/doctest", fresh=True)

    def notebooks(plugin: str) -> Callable[[], float]:
        def run() -> float:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:literate", "-c", os.devnull]
            folder = book.folder / "site" / "ours" / "jupyter_execute"
            # A cell that raises on purpose is a failure to them; the time is what counts.
            command += [plugin, str(folder)]
            return seconds(command, book.folder, environment(book.folder), codes=(0, 1))

        return run

    def unchanged() -> float:
        command = ["make", "--no-print-directory", "html"]
        seconds(command, ROOT, dict(os.environ))  # the packages may have changed since the last one
        return seconds(command, ROOT, dict(os.environ))

    return {
        "MyST-NBだけ（force）": other("tests.bench.stock", "-j", "1"),
        "MyST-NBだけ（force、-j 2）": other("tests.bench.stock", "-j", "2"),
        "この本（はじめから）": cold,
        "この本（変更なし）": unchanged,
        **{f"この本（{name}）": after(edit) for name, edit in edits(book).items()},
        "下限（1つのプロセス）": other("tests.bench.floor", "-j", "1"),
        "照合：make doctest": doctest,
        "照合：nbmake": notebooks("--nbmake"),
        "照合：nbval": notebooks("--nbval"),
    }


@dataclass(frozen=True)
class Growth:
    """What books of some numbers of pages took: medians where the book is small."""

    seconds: list[float]
    megabytes: list[float]

    @classmethod
    def measure(cls, mode: str) -> Growth:
        """Build a book of each size."""
        taken, peaks = [], []
        for pages in SIZES:
            runs = [grown(pages, mode) for _ in range(ROUNDS if pages < 100 else 1)]
            taken.append(statistics.median(run[0] for run in runs))
            peaks.append(statistics.median(run[1] for run in runs))
            print(f"{pages} ページ（{mode}） {taken[-1]:.1f} 秒、{peaks[-1]:.0f} MB", flush=True)
        return cls(taken, peaks)


def grown(pages: int, mode: str) -> tuple[float, float]:
    """Build a book of so many generated pages; return the seconds and the peak memory in MB."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "conf.py").write_text(PLAIN.format(mode=mode), "utf-8")
        for number in range(pages):
            title = "index" if number == 0 else f"page{number}"
            write_page(folder / "book" / f"{title}.md", cell(f"print({number})", f"{number}"))
        command = [sys.executable, "-m", "sphinx", "-q", "-j", "auto", "-c", ".", "-d", "doctrees"]
        began = time.perf_counter()
        build = subprocess.Popen(
            [*command, "book", "html"],
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        peak = 0.0
        while build.poll() is None:
            status = Path(f"/proc/{build.pid}/status").read_text()
            words = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
            peak = max(peak, int(words.get("VmHWM", "0 kB").split()[0]) / 1024)
            time.sleep(0.05)
        assert build.returncode == 0
        return time.perf_counter() - began, peak


def goals(times: dict[str, list[float]], run: Growth, read: Growth) -> list[Goal]:
    """Return what has to be reached, and what was.

    `run` is of books that are executed, `read` of the same books that are not: Sphinx' own part.
    """
    median = {name: statistics.median(values) for name, values in times.items()}
    stock, cold = median["MyST-NBだけ（force）"], median["この本（はじめから）"]
    t = dict(zip(SIZES, run.seconds, strict=True))
    slopes = (t[64] - t[16]) / 48, (t[1000] - t[256]) / 744
    overhead = (run.seconds[-1] - read.seconds[-1]) / SIZES[-1]
    flat = run.megabytes[-1] - (read.megabytes[-1] - read.megabytes[1])
    doctest = median["照合：nbmake"] / median["照合：make doctest"]
    floor = median["下限（1つのプロセス）"]
    changes = ("文章を変更", "題を変更", "mlp.pyを変更")
    prose, changed = median["make live（文章を変更）"], median["make live（セルを変更）"]
    part = {name: median[f"この本（{name}）"] / cold for name in changes}
    return [
        Goal("はじめからの組み立て：MyST-NBだけの何倍速いか", stock / cold, 6, True),
        Goal("はじめからの組み立て：下限の何倍かかるか", cold / floor, 1.5, False),
        Goal("1ページを実行する手間（秒）", overhead, 0.2, False),
        Goal("照合：nbmakeの何倍速いか", doctest, 6, True),
        Goal("変更なしの組み立て（秒）", median["この本（変更なし）"], 0.2, False),
        Goal("文章を変更：はじめからの組み立てとの比", part["文章を変更"], 0.11, False),
        Goal("題を変更：はじめからの組み立てとの比", part["題を変更"], 0.26, False),
        Goal("mlp.pyを変更：はじめからの組み立てとの比", part["mlp.pyを変更"], 0.26, False),
        Goal("make live：文章の変更が見えるまで（秒）", prose, 1, False),
        Goal("make live：セルの変更が見えるまで（秒）", changed, 1.5, False),
        Goal("1ページあたりの時間：1,000ページと64ページの比", slopes[1] / slopes[0], 1.2, False),
        Goal("メモリー：1,000ページと64ページの比", flat / run.megabytes[1], 1.2, False),
    ]


def report(times: dict[str, list[float]], run: Growth, read: Growth, size: str) -> str:
    """Return the page's part with the figures: the plot, and the tables."""
    rows = [
        f"| {name} | {{fact}}`{statistics.median(values):.1f}` | "
        f"{{fact}}`{min(values):.1f}`–{{fact}}`{max(values):.1f}` |"
        for name, values in times.items()
    ]
    figures = (SIZES, run.seconds, read.seconds, run.megabytes, read.megabytes)
    sizes = [
        "| " + " | ".join(f"{{fact}}`{figure:.0f}`" for figure in row) + " |"
        for row in zip(*figures, strict=True)
    ]
    marks = [
        f"| {goal.words} | {{fact}}`{goal.value:.2f}` | {{fact}}`{goal.limit:g}` "
        f"{'以上' if goal.at_least else '以下'} | {'達成' if goal.met else '未達成'} |"
        for goal in goals(times, run, read)
    ]
    lines = [f"測った機械：{size}。{ROUNDS}回ずつ、交互に測りました。", ""]
    lines += ["```{raw} html", plot(times)._repr_html_(), "```", ""]
    lines += ["| 方法 | 中央値（秒） | 範囲 |", "|---|---|---|", *rows, ""]
    lines += ["| 目標 | 結果 | 目標の値 | 判定 |", "|---|---|---|---|", *marks, ""]
    lines += ["| ページの数 | 秒 | 実行なし（秒） | メモリー（MB） | 実行なし（MB） |"]
    lines += ["|---|---|---|---|---|", *sizes]
    return "\n".join(lines) + "\n"


def plot(times: dict[str, list[float]]) -> Picture:
    """Draw the medians as bars, and the spread as lines."""
    names = list(times)[::-1]
    medians = [statistics.median(times[name]) for name in names]
    spread = [
        [median - min(times[name]) for name, median in zip(names, medians, strict=True)],
        [max(times[name]) - median for name, median in zip(names, medians, strict=True)],
    ]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6, 3.6))
        axes = figure.subplots(
            gridspec_kw={"left": 0.36, "right": 0.97, "bottom": 0.13, "top": 0.98}
        )
        axes.barh(names, medians, xerr=spread, color=FUNCTION, ecolor=INK, height=0.6)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("秒")
    words = "、".join(
        f"{name} {median:.1f} 秒" for name, median in zip(names[::-1], medians[::-1], strict=True)
    )
    return Picture.from_figure(figure, "組み立てと照合にかかる時間", words)


def machine() -> str:
    """Name the size of the machine."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()}コア、メモリー{gigabytes:.0f} GB、Python {platform.python_version()}"


def main() -> int:
    """Measure, write the figures down, and return 1 when a goal is missed."""
    times: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder:
        book = Copy(Path(folder))
        live = previewed(book)
        for number in range(ROUNDS):
            for name, way in ways(book).items():
                times.setdefault(name, []).append(way())
                print(f"{number + 1}/{ROUNDS} {name} {times[name][-1]:.1f} 秒", flush=True)
        times |= live
    run, read = Growth.measure("cache"), Growth.measure("off")
    size = machine()
    growth = {"pages": list(SIZES), "run": asdict(run), "read": asdict(read)}
    figures = {"machine": size, "seconds": times, "growth": growth}
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    (APPENDIX / "speed.json").write_text(text + "\n", "utf-8")
    table = report(times, run, read, size)
    (APPENDIX / "speed-figures.txt").write_text(table, "utf-8")
    print(table[table.index("| 方法") :].replace("{fact}", ""))
    return 0 if all(goal.met for goal in goals(times, run, read)) else 1


if __name__ == "__main__":
    sys.exit(main())
