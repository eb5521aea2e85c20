"""How heavy the neuron that can be moved is, and how soon a key press is on the screen.

So for each moving picture.
"""

from __future__ import annotations

import gzip
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from literate.publish.chromium import launch
from tests.browser.test_moving import PLACES
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


def waits(page: Page, handle: str = "input[type=range]") -> list[float]:
    """The milliseconds from key press to paint, on a processor that is slowed down."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.evaluate(WATCH)
    page.locator(handle).first.focus()
    for key in range(KEYS):
        page.keyboard.press("ArrowRight" if key // 10 % 2 else "ArrowLeft")
        page.wait_for_timeout(20)
    return page.evaluate("waits")


def moving_waits(page: Page, site: Path) -> dict[str, list[float]]:
    """The quartiles of each moving picture, in milliseconds from key press to paint."""
    figures = {}
    for name, place in sorted(PLACES.items()):
        page.goto((site / place).as_uri())
        handle = f"[data-moving={name}].ready [role=slider]"
        figures[name] = statistics.quantiles(waits(page, handle), n=4)
    return figures


def main(site: Path) -> int:
    """Print the figures, and tell whether one is missed.

    A page with one slider and no script at all shows what the browser itself takes here.
    """
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        pages = [browser.new_page(viewport={"width": 390, "height": 844}) for _ in range(2)]
        pages[0].goto((site / "lesson" / "explorer.html").as_uri())
        pages[1].set_content("<input type=range>")
        figures = [statistics.quantiles(waits(page), n=4) for page in pages]
        moving = moving_waits(pages[0], site)
        browser.close()
    size = weight()
    print("| 動かせるニューロン | 値 | 上限 |\n|---|---|---|")
    print(f"| 大きさ（圧縮後） | {size / 1024:.1f} KB | {BUDGET / 1024:.0f} KB |")
    names = (f"キーから表示まで（CPUを{SLOWDOWN}倍遅く）", "つまみ1つだけのページ")
    for name, (low, middle, high), limit in zip(names, figures, (f"{FRAME} ms", ""), strict=True):
        print(f"| {name} | {middle:.1f} ms（{low:.1f}–{high:.1f}） | {limit} |")
    for name, (low, middle, high) in moving.items():
        print(f"| 動く図 {name} | {middle:.1f} ms（{low:.1f}–{high:.1f}） | {FRAME} ms |")
    slowest = max(middle for _, middle, _ in (figures[0], *moving.values()))
    return int(size > BUDGET or slowest > FRAME)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
