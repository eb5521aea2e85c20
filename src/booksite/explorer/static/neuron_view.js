// What a state looks like: pictures as SVG, numbers and words. Text alone, no page: the build
// writes with it what torch computed, and the browser what neuron_model.js computed.

// A classic script: pages are opened from the disk, too.
const NeuronView = (() => {
  "use strict";

  const { format } = NeuronModel;

  /**
   * @typedef {ReturnType<typeof NeuronModel.facts>} Facts
   * @typedef {ReturnType<typeof NeuronModel.square>} Square
   * @typedef {{facts: (state: any) => Record<string, any>, pictures: Record<string, (f: any) => string>,
   *   code: (f: any) => string, status: (f: any, panels: string[]) => string}} Kind
   */

  const round = (/** @type {number} */ value) => String(Math.round(value * 100) / 100);

  /**
   * Reads left and lower ends, right and upper ends of a plot into places on its picture.
   * @param {{left: number, right: number, low: number, high: number}} plane
   * @param {{x: number, y: number, width: number, height: number}} area
   */
  const scale = (plane, area) => {
    const x = (/** @type {number} */ value) =>
      area.x + (area.width * (value - plane.left)) / (plane.right - plane.left);
    const y = (/** @type {number} */ value) =>
      area.y + (area.height * (plane.high - value)) / (plane.high - plane.low);
    return { x, y, path: (/** @type {number[][]} */ points) => points
      .map(([a, b]) => [x(a), y(b)])
      .filter(([a, b]) => Number.isFinite(a) && Math.abs(b) < 1e5)
      .map(([a, b], place) => `${place ? "L" : "M"}${round(a)} ${round(b)}`).join("") };
  };

  const line = (/** @type {number[]} */ [x1, y1, x2, y2], /** @type {string} */ name) =>
    `<line class="${name}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;

  const label = (
    /** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ words, name = "",
  ) => {
    const named = /^([xwbuyL])[₁₂]?(?=$| −?\d)/.exec(words);
    const classes = named ? `${name} q-${named[1]}` : name;
    return `<text class="${classes}" x="${round(x)}" y="${round(y)}">${words}</text>`;
  };

  const dot = (/** @type {number} */ x, /** @type {number} */ y) =>
    `<circle class="point" cx="${round(x)}" cy="${round(y)}" r="5"/>`;

  /** What leaves the area of a plot is cut off. */
  const inside = (/** @type {typeof PLOT} */ area, /** @type {string} */ body) =>
    `<svg x="${area.x}" y="${area.y}" width="${area.width}" height="${area.height}" ` +
    `viewBox="${area.x} ${area.y} ${area.width} ${area.height}">${body}</svg>`;

  const PLOT = { x: 46, y: 12, width: 300, height: 186 };
  const frame = (/** @type {typeof PLOT} */ area) =>
    `<rect class="frame" x="${area.x}" y="${area.y}" width="${area.width}" height="${area.height}"/>`;

  const neuron = (/** @type {Facts} */ f) => {
    /** @type {[number, string, number, string, number][]} */
    const rows = [[45, "x₁", f.x1, "w₁", f.w1], [110, "x₂", f.x2, "w₂", f.w2], [175, "1", 1, "b", f.b]];
    const node = (
      /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ r,
      /** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ kind,
    ) => `<g class="node ${kind}"><circle cx="${x}" cy="${y}" r="${r}"/>` +
      `${label(x, value ? y - 5 : y + 5, name, "name")}${value && label(x, y + 12, value)}</g>`;
    const edges = rows.map(([y, , , , w]) =>
      `<line class="weight${w < 0 ? " minus" : ""}" x1="72" y1="${y}" x2="246" y2="110" ` +
      `stroke-width="${round(Math.min(1 + 1.4 * Math.abs(w), 9))}"/>`);
    const names = rows.map(([y, , , name, w]) =>
      label(148, 110 + (y - 110) * 0.58 - 7, `${name} ${format(w)}`, "label"));
    const inputs = rows.map(([y, name, value]) =>
      node(46, y, 28, name, name === "1" ? "" : format(value), "stage-0"));
    return `<g>${edges.join("")}<line class="weight" stroke-width="1.5" x1="280" y1="110" x2="356" y2="110"/>` +
      `${inputs.join("")}${node(252, 110, 34, "u", format(f.u), "stage-3")}` +
      `${node(376, 110, 34, "y", format(f.y), "stage-2")}${names.join("")}` +
      `${label(314, 98, WORDS[f.activation] ?? f.activation, "label")}</g>`;
  };

  /** @type {Record<string, string>} */
  const WORDS = { Tanh: "tanh", Sigmoid: "sigmoid" };

  /** A function with a point and its tangent. */
  const curve = (
    /** @type {number[][]} */ points, /** @type {number[]} */ [x, y, slope],
    /** @type {string[]} */ [across, up],
  ) => {
    const ys = points.map(([, value]) => value);
    const pad = 0.1 * Math.max(Math.max(...ys) - Math.min(...ys), 1);
    const plane = {
      left: points[0][0], right: points[points.length - 1][0],
      low: Math.min(...ys) - pad, high: Math.max(...ys) + pad,
    };
    const at = scale(plane, PLOT);
    const bottom = PLOT.y + PLOT.height;
    const ends = [plane.left, plane.right].map((end) => [end, y + slope * (end - x)]);
    return frame(PLOT) + inside(PLOT,
      line([at.x(0), PLOT.y, at.x(0), bottom], "axis") +
      line([PLOT.x, at.y(0), PLOT.x + PLOT.width, at.y(0)], "axis") +
      line([at.x(x), at.y(y), at.x(x), at.y(0)], "guide") +
      line([at.x(x), at.y(y), at.x(0), at.y(y)], "guide") +
      `<path class="curve" d="${at.path(points)}"/>` +
      line(ends.flatMap(([a, b]) => [at.x(a), at.y(b)]), "tangent")) + dot(at.x(x), at.y(y)) +
      [plane.left, 0, plane.right].map((tick) => label(at.x(tick), bottom + 16, minus(tick))).join("") +
      [Math.min(...ys), Math.max(...ys)].map((tick) =>
        label(PLOT.x - 6, at.y(tick) + 4, minus(Math.round(tick * 100) / 100), "end")).join("") +
      label(PLOT.x + PLOT.width / 2, bottom + 32, across) + label(16, PLOT.y + PLOT.height / 2, up);
  };

  const minus = (/** @type {number} */ value) => String(value).replace("-", "−");

  const activation = (/** @type {Facts} */ f) => curve(
    f.curve.map((y, place) => [f.reach * ((2 * place) / (f.curve.length - 1) - 1), y]),
    [f.u, f.y, f.slope], ["重み付き和 u", "y"],
  );

  const learning = (/** @type {Facts} */ f) => {
    const horizon = f.steps <= 20 ? 20 : 100;
    const losses = f.losses.slice(0, horizon + 1);
    const finite = losses.filter((loss) => loss < 1e300);
    const at = scale({ left: 0, right: horizon, low: 0, high: 1.05 * Math.max(...finite, 0.01) }, PLOT);
    const points = losses.map((loss, place) => [place, loss]);
    const bottom = PLOT.y + PLOT.height;
    return frame(PLOT) + inside(PLOT,
      `<path class="future" d="${at.path(points.slice(f.steps))}"/>` +
      `<path class="curve" d="${at.path(points.slice(0, f.steps + 1))}"/>`) +
      (f.loss < 1e300 ? dot(at.x(f.steps), at.y(f.loss)) : "") +
      [0, horizon / 2, horizon].map((tick) => label(at.x(tick), bottom + 16, String(tick))).join("") +
      label(PLOT.x - 6, bottom + 4, "0", "end") +
      label(PLOT.x - 6, at.y(Math.max(...finite)) + 4, short(Math.max(...finite)), "end") +
      label(PLOT.x + PLOT.width / 2, bottom + 32, "学習した歩数") + label(16, PLOT.y + PLOT.height / 2, "L");
  };

  const short = (/** @type {number} */ value) =>
    (value < 1000 ? value.toFixed(2) : value.toExponential(0).replace("+", ""));

  const PLANE = { x: 46, y: 12, width: 220, height: 220 };

  /** y depends on u alone, so over the inputs it is a gradient in the direction of the weights. */
  const boundary = (/** @type {Facts} */ f) => {
    const at = scale({ left: -5, right: 5, low: -5, high: 5 }, PLANE);
    const square = f.w1 ** 2 + f.w2 ** 2;
    const flat = square < 1e-12;
    const where = (/** @type {number} */ u) =>
      (flat ? [u, 0] : [(f.w1 * (u - f.b)) / square, (f.w2 * (u - f.b)) / square]);
    const [from, to, zero] = [where(flat ? -1 : -f.far), where(flat ? 1 : f.far), where(0)];
    const most = Math.max(...f.levels.map(Math.abs), 1e-12);
    const stops = (flat ? [f.y, f.y] : f.levels).map((y, place, all) =>
      `<stop class="${y < 0 ? "minus" : "plus"}" offset="${round(place / (all.length - 1) * 100)}%" ` +
      `stop-opacity="${round((0.8 * Math.abs(y)) / most)}"/>`);
    const along = flat ? [] : [-1, 1].flatMap((side) => {
      const length = (20 * side) / Math.sqrt(square);
      return [at.x(zero[0] - f.w2 * length), at.y(zero[1] + f.w1 * length)];
    });
    const bottom = PLANE.y + PLANE.height;
    return `<linearGradient id="explorer-heat" gradientUnits="userSpaceOnUse" x1="${round(at.x(from[0]))}" ` +
      `y1="${round(at.y(from[1]))}" x2="${round(at.x(to[0]))}" y2="${round(at.y(to[1]))}">` +
      `${stops.join("")}</linearGradient>` + inside(PLANE,
      `<rect fill="url(#explorer-heat)" x="${PLANE.x}" y="${PLANE.y}" width="220" height="220"/>` +
      line([at.x(0), PLANE.y, at.x(0), bottom], "axis") +
      line([PLANE.x, at.y(0), PLANE.x + PLANE.width, at.y(0)], "axis") +
      (flat ? "" : line(along, "border"))) + frame(PLANE) + dot(at.x(f.x1), at.y(f.x2)) +
      [-5, 0, 5].map((tick) => label(at.x(tick), bottom + 16, minus(tick))).join("") +
      [-5, 0, 5].map((tick) => label(PLANE.x - 6, at.y(tick) + 4, minus(tick), "end")).join("") +
      label(PLANE.x + 110, bottom + 32, "x₁") + label(16, PLANE.y + 114, "x₂");
  };

  const neuronStatus = (/** @type {Facts} */ f, /** @type {string[]} */ panels) => {
    /** @type {[string, number][]} */
    const said = [["u", f.u], ["出力 y", f.y]];
    if (panels.includes("activation")) said.push(["傾き", f.slope]);
    if (panels.includes("graph") || panels.includes("learning")) {
      said.push(["損失 L", f.loss], ["w₁の勾配", f.d_w1], ["w₂の勾配", f.d_w2], ["bの勾配", f.d_b]);
    }
    const steps = panels.includes("learning") ? `${f.steps}歩学習。` : "";
    return `${steps}${said.map(([name, value]) => `${name} ${format(value)}`).join("、")}`;
  };

  const squareStatus = (/** @type {Square} */ f) =>
    `y ${format(f.y)}、傾き ${format(f.slope)}、x.grad ${f.grad === null ? "None" : format(f.grad)}`;

  /** @type {{neuron: Kind, square: Kind}} */
  const KINDS = {
    neuron: {
      facts: NeuronModel.facts,
      pictures: { forward: neuron, activation, learning, boundary },
      code: NeuronCode.neuron, status: neuronStatus,
    },
    square: {
      facts: NeuronModel.square,
      pictures: {
        square: (/** @type {Square} */ f) => curve(
          Array.from({ length: 81 }, (_, place) => (place - 40) / 10).map((x) => [x, x * x]),
          [f.x, f.y, f.slope], ["x", "y"],
        ),
      },
      code: NeuronCode.square, status: squareStatus,
    },
  };

  const WHOLE = new Set(["steps", "calls"]);

  /** What stands on the page for a number of the facts. */
  const text = (/** @type {Record<string, any>} */ f, /** @type {string} */ name) => {
    if (f[name] === null) return "None";
    return WHOLE.has(name) ? String(f[name]) : format(f[name]);
  };

  /**
   * Everything at once, as the build needs it.
   * @param {"neuron" | "square"} kind
   * @param {Record<string, any>} f
   * @param {string[]} panels
   */
  const show = (kind, f, panels) => {
    const { pictures, code, status } = KINDS[kind];
    const names = Object.keys(f).filter((name) => typeof f[name] === "number" || f[name] === null);
    return {
      texts: Object.fromEntries(names.map((name) => [name, text(f, name)])),
      pictures: Object.fromEntries(Object.entries(pictures)
        .filter(([name]) => panels.includes(name)).map(([name, draw]) => [name, draw(f)])),
      code: code(f),
      status: status(f, panels),
    };
  };

  return { KINDS, WORDS, show, text };
})();
