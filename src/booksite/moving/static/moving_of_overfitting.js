// To remember or to understand: a curve of a chosen degree, and two losses that part.

(() => {
  "use strict";
  const { box, chance, format, plot, power, range, spread, text } = Moving;
  const COUNT = 12;
  const LOWEST = -4;
  const curve = plot({ x: [-1.1, 1.1], y: [-2.2, 2.2], across: "x", up: "t", ticks: [[-1, 0, 1], [-2, 0, 2]] });
  const losses = plot({ x: [-0.5, 11.5], y: [LOWEST, 3], across: "次数", up: "損失", ticks: [[0, 3, 6, 9, 11], []] });

  /** Where the points stand, and how each is off before the noise has its size. */
  const given = (() => {
    const drawn = chance(5);
    const off = () => Math.sqrt(-2 * Math.log(drawn() + 1e-9)) * Math.cos(2 * Math.PI * drawn());
    const x = spread(-1, 1, COUNT);
    const between = x.slice(1).map((each) => each - 1 / (COUNT - 1));
    return { training: { x, off: x.map(off) }, validation: { x: between, off: between.map(off) } };
  })();
  const GRID = spread(-1, 1, 81);

  /**
   * The two losses of every degree and the curve of one: the best fit, a sum of polynomials of which
   * no two share anything on the training points (Forsythe).
   */
  const fits = (/** @type {number} */ degree, /** @type {number} */ noise) => {
    const [seen, unseen] = [given.training, given.validation].map(({ x, off }) =>
      x.map((each, n) => Math.sin(3 * each) + noise * off[n]));
    const places = [...given.training.x, ...given.validation.x, ...GRID];
    const sum = (/** @type {(n: number) => number} */ f) => range(COUNT).reduce((total, n) => total + f(n), 0);
    const loss = (/** @type {number[]} */ y, /** @type {number[]} */ t) =>
      t.reduce((total, each, n) => total + (y[n] - each) ** 2, 0) / t.length;
    let [before, p, y] = [0, 1, 0].map((value) => places.map(() => value));
    let last = 1;
    const found = { training: [0], validation: [0], curve: [0] };
    for (let k = 0; k < COUNT; k += 1) {
      const norm = sum((n) => p[n] ** 2);
      const share = sum((n) => seen[n] * p[n]) / norm;
      y = y.map((each, n) => each + share * p[n]);
      found.training[k] = loss(y, seen);
      found.validation[k] = loss(y.slice(COUNT), unseen);
      if (k === degree) found.curve = y.slice(COUNT + unseen.length);
      const middle = sum((n) => places[n] * p[n] ** 2) / norm;
      const next = places.map((x, n) => (x - middle) * p[n] - (k ? norm / last : 0) * before[n]);
      [before, p, last] = [p, next, norm];
    }
    return { ...found, seen, unseen };
  };
  const log = (/** @type {number} */ loss) => Math.max(LOWEST, Math.log10(loss));

  Moving.pictures.overfitting = {
    title: "曲げるほど、覚えていく",
    how: "損失の図の点を左右に動かすと、次数が変わります。ばらつきの大きさも変えてみてください。",
    values: {
      degree: { label: "次数", start: 11, low: 0, high: COUNT - 1, step: 1, say: (value) => format(value, 0) },
      noise: { label: "ばらつき", start: 0.3, low: 0, high: 0.6, step: 0.05 },
    },
    sliders: ["noise"],
    facts: ({ degree, noise }) => fits(degree, noise),
    panels: [
      { label: "訓練データの丸、検証データの四角と、訓練データに当てはめた曲線", height: 250,
        draw: (_, f) => curve.around(
          curve.path(GRID.map((x, n) => [x, f.curve[n]]), "line") +
          f.seen.map((/** @type {number} */ t, /** @type {number} */ n) => curve.dot(given.training.x[n], t, "fill a", 4)).join("") +
          f.unseen.map((/** @type {number} */ t, /** @type {number} */ n) =>
            box([curve.x(given.validation.x[n]) - 4, curve.y(t) - 4, 8, 8], "fill b")).join("")) },
      { label: "次数と、2つの損失の曲線。目盛りは、1つごとに10倍の対数", height: 250,
        draw: (_, f) => losses.around(
          losses.path(f.training.map((/** @type {number} */ loss, /** @type {number} */ k) => [k, log(loss)]), "line a") +
          losses.path(f.validation.map((/** @type {number} */ loss, /** @type {number} */ k) => [k, log(loss)]), "line b dash")) +
          text(52, 40, "丸：訓練データ", "a bold") + text(52, 58, "四角：検証データ", "b bold") +
          [-4, -2, 0, 2].map((k) => text(38, losses.y(k) + 4, power(k), "end")).join("") },
    ],
    handles: [{ panel: 1, label: "次数", of: ["degree"], at: ({ degree }, f) =>
      [losses.x(degree), losses.y(log(f.validation[degree]))], to: (x, y) => [losses.from(x, y)[0]] }],
    words: ({ degree, noise }, { training, validation }) => {
      const least = Math.min(...validation);
      const best = validation.indexOf(least);
      return `ばらつきが ${format(noise)} の訓練データに、${degree}次の式を当てはめると、損失は、訓練データで ${format(training[degree])}、` +
        `検証データで ${format(validation[degree])} です。` +
        (degree === best ? "検証データの損失がいちばん小さい次数です。"
          : degree < best ? `検証データの損失がいちばん小さいのは${best}次で、まだ曲がり足りません。`
            : `検証データの損失がいちばん小さいのは${best}次で、それより大きい次数では、ばらつきまで覚えています。`);
    },
  };
  Object.assign(Moving.pictures.overfitting, { given });
})();
