// Pictures that can be moved: what they are, and what a state of one looks like. Text alone, no page:
// the build draws with it the first state, the browser every state after it.

/**
 * @typedef {Record<string, any>} State  the moved numbers and choices of a picture, by name
 * @typedef {Record<string, any>} Facts  what follows from a state
 * @typedef {{label: string, start: number, low: number, high: number, step: number,
 *   say?: (value: number) => string}} Value  a number that can be moved
 * @typedef {{label: string, start: string, options: Record<string, string>}} Choice  value to words
 * @typedef {{label: string, press: (s: State) => State, off?: (s: State) => boolean}} Button
 * @typedef {{label: string, width?: number, height: number, ground?: string,
 *   draw: (s: State, f: Facts) => string}} Panel
 *   what stands still on a panel is its `ground`
 * @typedef {{panel: number, label: string, of: string[], at: (s: State, f: Facts) => number[],
 *   to: (x: number, y: number, s: State) => number[], kind?: string}} Handle  a thing on a panel that
 *   holds one number or two (`of`), where it is, and which numbers a place on the panel means
 * @typedef {{title: string, how: string, values: Record<string, Value>,
 *   choices?: Record<string, Choice>, buttons?: Button[], sliders?: string[], panels: Panel[],
 *   handles: Handle[], facts: (s: State) => Facts, words: (s: State, f: Facts) => string}} Picture
 */

// A classic script: pages are opened from the disk, too.
const Moving = (() => {
  "use strict";

  /** @type {Record<string, Picture>} */
  const pictures = {};
  const WIDTH = 360;
  const REACH = 24; // a finger's: the radius in which a handle is taken

  const round = (/** @type {number} */ value) => String(Math.round(value * 10) / 10 + 0);

  /** A number as people write it: a true minus, never −0. */
  const format = (/** @type {number} */ value, digits = 2) => {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "数でない値" : "大きすぎる値";
    if (Math.abs(value) >= 1e5) return value.toExponential(1).replace("-", "−");
    const text = value.toFixed(digits);
    return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
  };

  /** A number with as many digits as it needs, and no more than these. */
  const short = (/** @type {number} */ value, digits = 4) => {
    const text = format(value, digits);
    return /^[−\d]+\.\d+$/.test(text) ? text.replace(/\.?0+$/, "") : text;
  };
  /** A number after a sign of calculation. */
  const signed = (/** @type {number} */ value, digits = 4) =>
    (value < 0 ? `(${short(value, digits)})` : short(value, digits));

  /** The state of a picture that nobody has touched. @returns {State} */
  const start = (/** @type {Picture} */ { values, choices = {} }) => Object.fromEntries(
    [...Object.entries(values), ...Object.entries(choices)].map(([name, each]) => [name, each.start]));

  /** The nearest value that a handle can have. */
  const snap = (/** @type {Value} */ { low, high, step }, /** @type {number} */ value) => {
    const stepped = Math.round(value / step) * step;
    const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) + 1;
    return Math.min(high, Math.max(low, Number(stepped.toFixed(digits)))) + 0;
  };

  const line = (/** @type {number[]} */ [x1, y1, x2, y2], name = "") =>
    `<line class="${name}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
  /** A label has the colour of the quantity that it names. */
  const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ words, name = "") => {
    const named = /^([xwbuyL])[₁₂]?(?=$| = | −?\d| の|（)/.exec(words);
    const classes = named ? `${name} q-${named[1]}` : name;
    return `<text class="${classes}" x="${round(x)}" y="${round(y)}">${words}</text>`;
  };
  /** So have the names in a sentence. */
  const tint = (/** @type {string} */ words) => words.replace(/(?<![\w<]|<\/)([xwbuyL])[₁₂]?(?![\w₀-₉])/g,
    (whole, letter) => `<span class="q-${letter}">${whole}</span>`);
  const dot = (/** @type {number} */ x, /** @type {number} */ y, name = "", r = 5) =>
    `<circle class="${name}" cx="${round(x)}" cy="${round(y)}" r="${r}"/>`;
  const box = (/** @type {number[]} */ [x, y, width, height], name = "") =>
    `<rect class="${name}" x="${round(x)}" y="${round(y)}" width="${round(Math.max(width, 0))}" ` +
    `height="${round(Math.max(height, 0))}"/>`;
  const path = (/** @type {number[][]} */ points, name = "line") => `<path class="${name}" d="${points
    .filter(([x, y]) => Number.isFinite(x) && Math.abs(y) < 1e4)
    .map(([x, y], place) => `${place ? "L" : "M"}${round(x)} ${round(y)}`).join("")}"/>`;
  /** A power of ten, as the tick of a scale. */
  const power = (/** @type {number} */ k) => (k ? `10<tspan dy="-5" font-size="12">${format(k, 0)}</tspan>` : "1");
  /** A sequence of whole numbers from 0, or of `count` numbers from one end to the other. */
  const range = (/** @type {number} */ count) => Array.from({ length: count }, (_, place) => place);
  const spread = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ count) =>
    range(count).map((place) => from + ((to - from) * place) / (count - 1));

  /** Random numbers from 0 to 1, always the same for a seed (mulberry32). */
  const chance = (/** @type {number} */ seed) => {
    let a = seed;
    return () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  };

  /**
   * A plot: where numbers stand on the panel, which numbers a place means, its frame and ticks.
   * @param {{x: number[], y: number[], across: string, up: string, area?: number[],
   *   ticks?: number[][], say?: (value: number) => string}} plan
   */
  const plot = ({ x: [left, right], y: [low, high], across, up, ticks, say, area = [44, 22, 304, 190] }) => {
    const [ax, ay, width, height] = area;
    const x = (/** @type {number} */ value) => ax + (width * (value - left)) / (right - left);
    const y = (/** @type {number} */ value) => ay + (height * (high - value)) / (high - low);
    const [xs, ys] = ticks ?? [[left, right], [low, high]];
    const told = say ?? ((value) => String(value).replace("-", "−"));
    return {
      x, y,
      from: (/** @type {number} */ px, /** @type {number} */ py) =>
        [left + ((right - left) * (px - ax)) / width, high - ((high - low) * (py - ay)) / height],
      path: (/** @type {number[][]} */ points, name = "line") =>
        path(points.map(([a, b]) => [x(a), y(b)]), name),
      line: (/** @type {number[]} */ [a, b, c, d], name = "line") => line([x(a), y(b), x(c), y(d)], name),
      dot: (/** @type {number} */ a, /** @type {number} */ b, name = "fill", r = 5) => dot(x(a), y(b), name, r),
      /** The plot with what is drawn in it; what leaves it is cut off. */
      around: (/** @type {string} */ inside) => box(area, "frame") +
        (low < 0 && high > 0 ? line([ax, y(0), ax + width, y(0)], "axis") : "") +
        (left < 0 && right > 0 ? line([x(0), ay, x(0), ay + height], "axis") : "") +
        `<svg x="${ax}" y="${ay}" width="${width}" height="${height}" viewBox="${area.join(" ")}">${inside}</svg>` +
        xs.map((tick) => text(x(tick), ay + height + 16, told(tick), "middle")).join("") +
        ys.map((tick) => text(ax - 6, y(tick) + 4, told(tick), "end")).join("") +
        text(ax + width / 2, ay + height + 32, across, "middle") + text(ax - 34, ay - 6, up),
    };
  };

  const say = (/** @type {Value} */ value, /** @type {number} */ now) => (value.say ?? format)(now);

  const TRACK = [REACH, WIDTH - REACH];
  /** The panels of a picture, and one for each of its sliders, all with their handles. */
  const whole = (/** @type {Picture} */ picture) => {
    const panels = [...picture.panels];
    const handles = [...picture.handles];
    for (const name of picture.sliders ?? []) {
      const value = picture.values[name];
      const { label, low, high } = value;
      handles.push({
        panel: panels.length, label, of: [name], kind: "slider",
        at: (s) => [TRACK[0] + ((TRACK[1] - TRACK[0]) * (s[name] - low)) / (high - low), 42],
        to: (x) => [low + ((high - low) * (x - TRACK[0])) / (TRACK[1] - TRACK[0])],
      });
      panels.push({
        label, height: 66,
        draw: (s) => text(TRACK[0] - 8, 14, `${label} ${say(value, s[name])}`) +
          line([TRACK[0], 42, TRACK[1], 42], "track"),
      });
    }
    return { panels, handles };
  };

  return {
    pictures, start, snap, say, whole, format, short, signed, round, power, range, spread, chance,
    plot, line, text, tint, dot, box, path, WIDTH, REACH,
  };
})();
