"""How heavy the neuron that can be moved is, and how soon a key press is on the screen."""

from __future__ import annotations

import gzip
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from literate.chromium import launch
from tests.builds import ROOT

BUDGET = 12 * 1024  # bytes, compressed
FRAME = 16  # ms
SLOWDOWN = 4
KEYS = 100

# From the key press to the first task after the frame in which its result is painted.
WATCH = """
() => {
  window.waits = [];
  addEventListener("keydown", (event) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => waits.push(performance.now() - event.timeStamp);
    port2.postMessage(null);
  }), true);
}
"""


def weight() -> int:
    """The bytes of its scripts and its style, compressed as servers do."""
    files = (ROOT / "src" / "booksite" / "explorer" / "static").glob("neuron_*")
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def waits(page: Page) -> list[float]:
    """The milliseconds from key press to paint, on a processor that is slowed down."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.evaluate(WATCH)
    page.locator("input[type=range]").first.focus()
    for key in range(KEYS):
        page.keyboard.press("ArrowRight" if key // 10 % 2 else "ArrowLeft")
        page.wait_for_timeout(20)
    return page.evaluate("waits")


def main(page_file: Path) -> int:
    """Print the figures, and tell whether one is missed.

    A page with one slider and no script at all shows what the browser itself takes here.
    """
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        pages = [browser.new_page(viewport={"width": 390, "height": 844}) for _ in range(2)]
        pages[0].goto(page_file.as_uri())
        pages[1].set_content("<input type=range>")
        figures = [statistics.quantiles(waits(page), n=4) for page in pages]
        browser.close()
    size = weight()
    print("| 動かせるニューロン | 値 | 上限 |\n|---|---|---|")
    print(f"| 大きさ（圧縮後） | {size / 1024:.1f} KB | {BUDGET / 1024:.0f} KB |")
    names = (f"キーから表示まで（CPUを{SLOWDOWN}倍遅く）", "つまみ1つだけのページ")
    for name, (low, middle, high), limit in zip(names, figures, (f"{FRAME} ms", ""), strict=True):
        print(f"| {name} | {middle:.1f} ms（{low:.1f}–{high:.1f}） | {limit} |")
    return int(size > BUDGET or figures[0][1] > FRAME)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve() / "lesson" / "explorer.html"))
