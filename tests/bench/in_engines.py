"""What is measured in every browser: what readers of one met, and those of another did not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figure import Figure, Value, count, highest, lowest, tell
from tests.browser.contrast import ENOUGH, MEASURE
from tests.browser.engines import ENGINES
from tests.browser.engines.base import Engine
from tests.browser.test_engines import FOLLOW, LINKS, MISSED, WIDER

AT_ONCE = 8  # pages whose console is read together
# Each text in a picture that is seen, with its size on the screen.
TEXTS = """
  const seen = { visibilityProperty: true };
  return [...document.querySelectorAll("svg text")].filter((text) => text.checkVisibility(seen))
    .map((text) => {
      const { a, b } = text.getScreenCTM(); // of a text that is turned, too
      const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
      return Math.round(size * 100) / 100; // a browser's own steps are 64ths of a pixel
    });
"""
# Each control too small for a finger. One in a label is as large as that.
SMALL = """
  const controls = "button, input, select, textarea, summary, [role=slider] .reach";
  const sizes = [...document.querySelectorAll(controls)]
    .filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .map((each) => {
      const { width, height } = (each.closest("label") ?? each).getBoundingClientRect();
      return [Math.min(width, height), each.outerHTML.slice(0, 100)];
    });
  return sizes.filter(([size]) => size && size < 43.9).map((each) => each.join(" "));
"""
# Links to the glossary of which nothing is seen, and what WebKit would draw digits over.
DRAWN = """
  const links = [...document.querySelectorAll("a:has(> .std-term)")]
    .filter((link) => getComputedStyle(link).textDecorationStyle !== "dotted");
  const spaced = [...document.querySelectorAll("h1, h2, p, button, td")]
    .filter((each) => /normal|numeric/.test(getComputedStyle(each).textAutospace));
  return [...links, ...spaced].map((each) => each.textContent);
"""
THEME = """
  document.documentElement.dataset.theme = arguments[0];
  const still = document.createElement("style");
  still.textContent = "* { transition: none !important; }";
  document.head.append(still);
"""


class InEngine:
    """All pages in one browser."""

    def __init__(self, engine: Engine, address: str, pages: Sequence[str]) -> None:
        """Measure them."""
        self.small: dict[str, list[str]] = {}
        self.wide: dict[str, float] = {}
        self.texts: dict[str, float] = {}
        self.contrasts: dict[str, float] = {}
        self.missed: dict[str, float] = {}
        self.drawn: dict[str, list[str]] = {}
        for page in pages:
            engine.go_narrow(f"{address}/{page}")
            self.small[page] = engine.run(SMALL)
            self.wide[page] = engine.run(WIDER)
            if sizes := engine.run(TEXTS):
                self.texts[page] = min(sizes)
        engine.size(1280, 900)
        for page in pages:
            engine.go(f"{address}/{page}")
            self.drawn[page] = engine.run(DRAWN)
            self.missed[page] = max([0.0, *map(self.follow(engine), engine.run(LINKS))])
            self.contrasts[page] = min(self.contrast(engine, each) for each in ("light", "dark"))

    @staticmethod
    def follow(engine: Engine) -> Callable[[str], float]:
        """Return what follows a link of a page, and tells how far it lands from its heading."""

        def missed(link: str) -> float:
            engine.run(FOLLOW, link)
            return engine.run(MISSED)

        return missed

    @staticmethod
    def contrast(engine: Engine, theme: str) -> float:
        """Return the lowest contrast of a text."""
        engine.run(THEME, theme)
        return min(ratio for ratio, _ in engine.run(f"return ({MEASURE})()"))


def lines(engine: Engine, address: str, pages: Sequence[str]) -> dict[str, list[str]]:
    """Return what pages write to the console."""
    with TemporaryDirectory() as folder:
        end = Path(folder, "end.html")
        end.write_text("<!DOCTYPE html><title>the end</title><script>throw 'the end'</script>")
        found = {}
        for first in range(0, len(pages), AT_ONCE):
            some = pages[first : first + AT_ONCE]
            told = engine.console([*(f"{address}/{page}" for page in some), end.as_uri()])
            found[some[0]] = [line for line in told if "the end" not in line]
        return found


def figures(address: str, pages: Sequence[str]) -> list[Figure]:
    """Return the figures that each browser has."""
    values: dict[str, dict[str, Value]] = defaultdict(dict)
    for name, start in ENGINES.items():
        tell(name)
        with TemporaryDirectory() as folder:
            engine = start(Path(folder))
            with engine.stack:
                found = InEngine(engine, address, pages)
                values["console"][name] = count(lines(engine, address, pages))
        values["missed"][name] = highest(found.missed)
        values["drawn"][name] = count(found.drawn)
        values["wide"][name] = highest(found.wide)
        values["texts"][name] = lowest(found.texts)
        values["small"][name] = count(found.small)
        values["contrast"][name] = lowest(found.contrasts)
    return [
        Figure("コンソールの表示", values["console"], 0, "件"),
        Figure("見出しへの移動のずれ", values["missed"], 2, "px"),
        Figure("重なる文字、見えないリンク", values["drawn"], 0, "件"),
        Figure("画面からのはみ出し（390px）", values["wide"], 0, "px"),
        Figure("図の文字の大きさ（390px）", values["texts"], 12, "px", least=True),
        Figure("指には小さいボタンなど（390px）", values["small"], 0, "件"),
        Figure("文字と地の明るさの比（明暗）", values["contrast"], ENOUGH, least=True),
    ]
