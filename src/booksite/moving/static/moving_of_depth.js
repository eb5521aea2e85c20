// How much of the gradient reaches each layer of a deep stack: depth × activation × gain.

(() => {
  "use strict";
  const { box, chance, format, plot, power, range, text } = Moving;
  const WIDTH = 12;
  const BATCH = 8;
  const DEEPEST = 16;
  const at = plot({ x: [0.5, 16.5], y: [-14, 6], across: "層（1が入力の側）", up: "勾配の大きさ", ticks: [[1, 4, 8, 12, 16], []],
    area: [52, 22, 296, 190] });

  /** Numbers from the normal distribution, always the same (Box and Muller). */
  const given = (() => {
    const drawn = chance(7);
    const next = () => drawn() + 0.5 / 4294967296; // never 0, which has no logarithm
    const normal = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
    const table = (/** @type {number} */ rows) => range(rows).map(() => range(WIDTH).map(normal));
    return { x: table(BATCH), w: range(DEEPEST).map(() => table(WIDTH)) };
  })();

  /** @type {Record<string, (u: number) => number[]>}  value and slope */
  const activations = {
    ReLU: (u) => (u > 0 ? [u, 1] : [0, 0]),
    Tanh: (u) => [Math.tanh(u), 1 - Math.tanh(u) ** 2],
    Sigmoid: (u) => [1 / (1 + Math.exp(-u)), Math.exp(-Math.abs(u)) / (1 + Math.exp(-Math.abs(u))) ** 2],
  };

  /** The norm of the gradient of each layer's weights; the loss is the mean of the squared outputs. */
  const norms = (/** @type {string} */ name, /** @type {number} */ depth, /** @type {number} */ gain) => {
    const scale = gain / Math.sqrt(WIDTH);
    const f = activations[name];
    let h = given.x;
    const seen = range(depth).map((layer) => {
      const before = h;
      const both = h.map((row) => given.w[layer].map((w) => f(scale * w.reduce((sum, each, k) => sum + each * row[k], 0))));
      h = both.map((row) => row.map(([y]) => y));
      return { before, slopes: both.map((row) => row.map(([, slope]) => slope)) };
    });
    let back = h.map((row) => row.map((y) => (2 * y) / (BATCH * WIDTH)));
    const found = range(depth).map(() => 0);
    for (let layer = depth - 1; layer >= 0; layer -= 1) {
      const { before, slopes } = seen[layer];
      const d = back.map((row, n) => row.map((each, k) => each * slopes[n][k]));
      found[layer] = Math.sqrt(range(WIDTH).reduce((sum, out) => sum + range(WIDTH).reduce((part, into) =>
        part + d.reduce((each, row, n) => each + row[out] * before[n][into], 0) ** 2, 0), 0));
      back = d.map((row) => range(WIDTH).map((into) =>
        scale * row.reduce((sum, each, out) => sum + each * given.w[layer][out][into], 0)));
    }
    return found;
  };

  Moving.pictures.depth = {
    title: "勾配は、何層目まで届くか",
    how: "活性化関数、層の数、ゲイン（重みのばらつきに掛ける倍率）を変えてみてください。",
    values: {
      depth: { label: "層の数", start: 10, low: 1, high: DEEPEST, step: 1, say: (value) => format(value, 0) },
      gain: { label: "ゲイン", start: 1, low: 0.2, high: 5, step: 0.1, say: (value) => format(value, 1) },
    },
    choices: { activation: { label: "活性化関数", start: "Sigmoid", options: { Sigmoid: "シグモイド", Tanh: "tanh", ReLU: "ReLU" } } },
    sliders: ["depth", "gain"],
    facts: ({ activation, depth, gain }) => {
      const found = norms(activation, depth, gain);
      return { norms: found, ratio: found[depth - 1] === 0 ? null : found[0] / found[depth - 1] };
    },
    panels: [{
      label: "層ごとの、重みの勾配の大きさ。目盛りは、1つごとに10倍の対数", height: 250,
      draw: (_, f) => at.around(f.norms.map((/** @type {number} */ norm, /** @type {number} */ layer) => {
        const top = Math.min(6, Math.max(-14, norm > 0 ? Math.log10(norm) : -14));
        const x = at.x(layer + 1) - 7;
        return box([x, at.y(top), 14, at.y(-14) - at.y(top)], "fill a");
      }).join("")) + [-12, -8, -4, 0, 4].map((k) =>
        text(46, at.y(k) + 4, power(k), "end")).join(""),
    }],
    handles: [],
    words: ({ activation, depth, gain }, { norms: found, ratio }) => {
      const told = (/** @type {number} */ value) => (value >= 0.01 && value < 1000 ? format(value)
        : value.toExponential(1).replace("-", "−").replace("+", ""));
      const name = activation === "Sigmoid" ? "シグモイド" : activation === "Tanh" ? "tanh" : "ReLU";
      const reach = `${name}を${depth}層重ね、ゲインを ${format(gain, 1)} にすると、1層目の勾配の大きさは ${told(found[0])} です。`;
      if (ratio === null) return `${reach}どの層にも、勾配が届いていません。`;
      return `${reach}最後の層の ${told(ratio)} 倍です。` + (ratio < 0.001 ? "入力に近い層ほど、勾配が消えています。"
        : ratio > 1000 ? "入力に近い層ほど、勾配が大きくなりすぎています。" : "どの層にも、同じくらいの勾配が届いています。");
    },
  };
  Object.assign(Moving.pictures.depth, { given });
})();
