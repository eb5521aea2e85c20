"""Where the lines of a page break against the rules of Japanese, by the measure of the browser."""

from __future__ import annotations

from playwright.sync_api import Page

LINES = """
() => {
  const SMALL = "ーゝゞヽヾ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ";
  const NEVER_FIRST = new RegExp(`[${SMALL}、。，．・：；？！）」』】〕〉》｝］]`);
  const NEVER_LAST = /[（「『【〔〈《｛［]/;
  const KATAKANA = /[ァ-ヺー]{2}/;
  const block = (node) => {
    let element = node.parentElement;
    while (getComputedStyle(element).display.startsWith("inline")) element = element.parentElement;
    return element;
  };
  const broken = [];
  let last = { letter: "", bottom: 0, block: null, text: "" };
  const meet = (letter, place, node, inside) => {
    const own = block(node);
    const text = last.block === own ? last.text : "";
    if (text && (place.top + place.bottom) / 2 > last.bottom && !inside) {
      const around = `${text.slice(-12)}⏎${letter}`;
      if (NEVER_FIRST.test(letter)) broken.push(`first: ${around}`);
      if (NEVER_LAST.test(last.letter)) broken.push(`last: ${around}`);
      const short = node.parentElement.closest("h1, h2, h3, h4, h5, h6, nav");
      if (short && KATAKANA.test(last.letter + letter)) broken.push(`word: ${around}`);
    }
    last = { letter, bottom: place.bottom, block: own, text: text + letter };
  };
  const walker = document.createTreeWalker(
    document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (node.localName === "math") meet("∑", node.getBoundingClientRect(), node, false);
    if (node === element) continue;
    if (element.closest("pre, svg, math, script, style, textarea, select")) continue;
    if (!element.checkVisibility({ checkVisibilityCSS: true })) continue;
    const code = element.closest("code");
    for (let i = 0; i < node.data.length; i += 1) {
      const range = new Range();
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const place = [...range.getClientRects()].at(-1);
      const letter = node.data[i];
      if (place?.width && letter.trim()) meet(letter, place, node, code && i > 0);
    }
  }
  return broken;
}
"""


def broken_lines(page: Page) -> list[str]:
    """Each line that begins or ends as no line may, and each heading that cuts a katakana word.

    Left of ⏎ stands the end of a line, and right of it the beginning of the next.
    """
    return page.evaluate(LINES)
