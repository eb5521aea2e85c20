// XOR: two neurons move the four points until a third can part them by a line.

(() => {
  "use strict";
  const { chance, format, plot, range, round, text } = Moving;
  const STEPS = 300;
  const RATE = 0.5;
  const X = [[0, 0], [0, 1], [1, 0], [1, 1]];
  const T = [-1, 1, 1, -1];
  const outside = plot({ x: [-0.6, 1.6], y: [-0.6, 1.6], across: "x₁", up: "x₂", area: [44, 22, 260, 260], ticks: [[0, 1], [0, 1]] });
  const inside = plot({ x: [-1.15, 1.15], y: [-1.15, 1.15], across: "h₁", up: "h₂", area: [44, 22, 260, 260], ticks: [[-1, 0, 1], [-1, 0, 1]] });
  const curve = plot({ x: [0, STEPS], y: [0, 1.6], across: "歩数", up: "損失", area: [44, 22, 300, 130],
    ticks: [[0, 100, 200, STEPS], [0, 1]] });

  /** The nine parameters as nn.Linear draws them: weights and biases of the hidden two, then of the last. */
  const given = (/** @type {number} */ seed) => {
    const next = chance(seed);
    return range(9).map(() => (2 * next() - 1) / Math.sqrt(2));
  };

  const forward = (/** @type {number[]} */ p, /** @type {number[]} */ [x1, x2]) => {
    const h = [Math.tanh(p[0] * x1 + p[1] * x2 + p[4]), Math.tanh(p[2] * x1 + p[3] * x2 + p[5])];
    return { h, y: Math.tanh(p[6] * h[0] + p[7] * h[1] + p[8]) };
  };

  const step = (/** @type {number[]} */ p) => {
    const g = p.map(() => 0);
    let loss = 0;
    X.forEach((x, row) => {
      const { h, y } = forward(p, x);
      loss += (y - T[row]) ** 2 / 4;
      const back = ((y - T[row]) * (1 - y * y)) / 2;
      const hidden = h.map((each, place) => back * p[6 + place] * (1 - each * each));
      [hidden[0] * x[0], hidden[0] * x[1], hidden[1] * x[0], hidden[1] * x[1], hidden[0], hidden[1],
        back * h[0], back * h[1], back].forEach((each, place) => { g[place] += each; });
    });
    return { loss, next: p.map((each, place) => each - RATE * g[place]) };
  };

  /** @type {Record<number, {paths: number[][], losses: number[]}>}  what has been learned already, by seed */
  const learned = {};
  const learn = (/** @type {number} */ seed) => {
    if (!learned[seed]) {
      const paths = [given(seed)];
      const losses = [];
      for (let n = 0; n <= STEPS; n += 1) {
        const { loss, next } = step(paths[n]);
        losses.push(loss);
        paths.push(next);
      }
      learned[seed] = { paths, losses };
    }
    return learned[seed];
  };

  /** The line ax + by + c = 0, as far as any plot goes. */
  const border = (/** @type {typeof inside} */ at, /** @type {number[]} */ [a, b, c], /** @type {string} */ name) => {
    const square = a * a + b * b;
    if (square === 0) return "";
    const [x, y] = [(-a * c) / square, (-b * c) / square];
    const far = 9 / Math.sqrt(square);
    return at.line([x - b * far, y + a * far, x + b * far, y - a * far], name);
  };
  const points = (/** @type {typeof inside} */ at, /** @type {number[][]} */ places) => places.map(([x, y], row) =>
    (T[row] > 0 ? at.dot(x, y, "fill a", 7)
      : `<path class="line b" stroke-width="3" d="M${round(at.x(x) - 6)} ${round(at.y(y) - 6)}l12 12m0 -12l-12 12"/>`)).join("");

  Moving.pictures.xor = {
    title: "XORを解く途中を、行ったり来たり",
    how: "いちばん下の曲線の点を左右に動かすと、学習が進んだり戻ったりします。種を変えると、別の乱数から始まります。",
    values: {
      step: { label: "学習した歩数", start: 110, low: 0, high: STEPS, step: 1, say: (value) => format(value, 0) },
      seed: { label: "乱数の種", start: 10, low: 1, high: 20, step: 1, say: (value) => format(value, 0) },
    },
    sliders: ["seed"],
    facts: (s) => {
      const { paths, losses } = learn(s.seed);
      const p = paths[s.step];
      const told = X.map((x) => forward(p, x));
      return { p, losses, h: told.map(({ h }) => h), y: told.map(({ y }) => y) };
    },
    panels: [
      { label: "入力の平面。隠れ層の2つのニューロンが引く、2本の直線", height: 322,
        draw: (_, { p }) => outside.around(border(outside, [p[0], p[1], p[4]], "line c") +
          border(outside, [p[2], p[3], p[5]], "line d") + points(outside, X)) },
      { label: "隠れ層の出力の平面。移された4つの点と、出力のニューロンが引く直線", height: 322,
        draw: (_, { p, h }) => inside.around(border(inside, [p[6], p[7], p[8]], "line") + points(inside, h)) },
      { label: "学習した歩数と損失の曲線", height: 192,
        draw: (s, { losses }) => curve.around(curve.path(losses.map(
          (/** @type {number} */ loss, /** @type {number} */ n) => [n, loss])) +
          curve.line([s.step, 0, s.step, 1.6], "line thin dash soft")) +
          text(336, 42, `${format(s.step, 0)}歩 損失 ${format(losses[s.step])}`, "end bold") },
    ],
    handles: [{ panel: 2, label: "学習した歩数", of: ["step"], at: (s, { losses }) => [curve.x(s.step), curve.y(losses[s.step])],
      to: (x, y) => [curve.from(x, y)[0]] }],
    words: (s, { losses, y }) => {
      const right = T.filter((t, row) => (y[row] > 0) === (t > 0)).length;
      const loss = losses[s.step];
      const flat = losses.findIndex((/** @type {number} */ each) => each < 0.9);
      return `${format(s.step, 0)}歩学習して、損失は ${format(loss)}、正しく分けた点は4つのうち${right}つです。` +
        `この種では、${flat}歩目まで、損失は1の近くの平らなところを進みます。` + (losses[STEPS] > 0.3
        ? `そこを抜けても、損失は ${format(losses[STEPS])} で止まり、4つめを分けられません。` : "") +
        "左は入力の平面と隠れ層の2本の線、右は同じ4点を隠れ層の出力に移した平面です。";
    },
  };
  Object.assign(Moving.pictures.xor, { learn });
})();
