() => {
  const parse = (text) => {
    const numbers = (text.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
    const part = text.startsWith("color(") ? 255 : 1;
    return [...numbers.slice(0, 3).map((each) => each * part), numbers[3] ?? 1];
  };
  const over = ([r, g, b, a], ground) =>
    [r, g, b].map((each, place) => each * a + ground[place] * (1 - a));
  const light = (colour) => colour.map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, place) => sum + each * [0.2126, 0.7152, 0.0722][place], 0);
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const styles = new Map();
  const style = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const grounds = new Map();
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    if (!grounds.has(element)) {
      const own = parse(style(element).backgroundColor);
      grounds.set(element, over(own, ground(element.parentElement)));
    }
    return grounds.get(element);
  };
  const faded = (element, until = null) => {
    let all = 1;
    for (let each = element; each && each !== until; each = each.parentElement) all *= style(each).opacity;
    return all;
  };
  /** What a text of a picture may stand on: the shapes under its middle, in each of their colours. */
  const under = (text) => {
    const { paintOrder, stroke } = style(text);
    const svg = text.farthestViewportElement ?? text.ownerSVGElement;
    if (paintOrder.startsWith("stroke") && stroke !== "none") return [parse(stroke).slice(0, 3)];
    const { x, y, width, height } = text.getBoundingClientRect();
    const [cx, cy] = [x + width / 2, y + height / 2];
    let found = [ground(svg)];
    for (const shape of svg.querySelectorAll("rect, circle, ellipse, polygon")) {
      if (!(shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const { fill, fillOpacity, visibility } = style(shape);
      const box = shape.getBoundingClientRect();
      const inside = box.left <= cx && cx <= box.right && box.top <= cy && cy <= box.bottom;
      if (!inside || fill === "none" || visibility === "hidden") continue;
      const name = /url\("#(.*)"\)/.exec(fill)?.[1];
      const colours = name
        ? [...document.getElementById(name).querySelectorAll("stop")].map((stop) =>
          [...parse(style(stop).stopColor).slice(0, 3), Number(style(stop).stopOpacity)])
        : [parse(fill)];
      const most = Number(fillOpacity) * faded(shape, svg);
      found = found.flatMap((each) => colours.map(([r, g, b, a]) => over([r, g, b, a * most], each)));
    }
    return found;
  };
  const results = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!words || element.closest("script, style, title, desc, .visually-hidden, [aria-disabled=true], option")) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const drawn = element.closest("text");
    const { color, fill, fontSize, fontWeight } = style(element);
    const ink = parse(drawn ? fill : color);
    const opaque = [...ink.slice(0, 3), ink[3] * faded(element)];
    const size = parseFloat(fontSize) * (drawn ? Math.min(drawn.getScreenCTM().a, 1) : 1);
    const large = size >= 24 || (size >= 18.66 && fontWeight >= 700);
    const worst = Math.min(...(drawn ? under(drawn) : [ground(element)])
      .map((each) => ratio(over(opaque, each), each)));
    results.push([large ? worst * 1.5 : worst, `${element.localName}.${element.getAttribute("class")}: ${words.slice(0, 40)}`]);
  }
  return results;
}
