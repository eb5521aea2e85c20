// Three ways to walk down the same map of losses: plain steps, with momentum, and Adam.
// Two data, (1, 2) → 0.5 and (1, 0) → 0; the bias stays 0.8, so that the map has two directions.

(() => {
  "use strict";
  const { dot, format, plot, power, range, short, spread, text } = Moving;
  const STEPS = 40;
  const DATA = [[1, 2, 0.5], [1, 0, 0]];
  const map = plot({ x: [-2.2, 1.4], y: [-1.8, 1.8], across: "重み w₁", up: "重み w₂",
    area: [44, 22, 300, 300], ticks: [[-2, -1, 0, 1], [-1, 0, 1]] });
  const curves = plot({ x: [0, STEPS], y: [-6, 1], across: "歩数", up: "損失", area: [56, 22, 288, 300],
    ticks: [[0, 20, STEPS], []] });

  const gradient = (/** @type {number} */ w1, /** @type {number} */ w2) => {
    const found = { loss: 0, g: [0, 0] };
    for (const [x1, x2, t] of DATA) {
      const y = Math.tanh(w1 * x1 + w2 * x2 + 0.8);
      found.loss += (y - t) ** 2 / DATA.length;
      const back = (2 * (y - t) * (1 - y * y)) / DATA.length;
      found.g = [found.g[0] + back * x1, found.g[1] + back * x2];
    }
    return found;
  };

  /** @type {Record<string, (rate: number) => (g: number[]) => number[]>}  how far to go, by gradients */
  const ways = {
    SGD: (rate) => (g) => g.map((each) => rate * each),
    momentum: (rate) => {
      let speed = [0, 0];
      return (g) => {
        speed = speed.map((each, axis) => 0.9 * each + g[axis]);
        return speed.map((each) => rate * each);
      };
    },
    Adam: (rate) => {
      const mean = [0, 0];
      const square = [0, 0];
      let n = 0;
      return (g) => {
        n += 1;
        return g.map((each, axis) => {
          mean[axis] = 0.9 * mean[axis] + 0.1 * each;
          square[axis] = 0.999 * square[axis] + 0.001 * each * each;
          return (rate * (mean[axis] / (1 - 0.9 ** n))) / (Math.sqrt(square[axis] / (1 - 0.999 ** n)) + 1e-8);
        });
      };
    },
  };
  const LOOKS = [["SGD", "SGD", "a"], ["momentum", "モーメンタム", "b"], ["Adam", "Adam", "c"]];
  const steps = LOOKS.map(([, , colour]) => `<marker id="moving-lossmap-${colour}" markerUnits="userSpaceOnUse" ` +
    `markerWidth="5" markerHeight="5" refX="2.5" refY="2.5">${dot(2.5, 2.5, `fill ${colour}`, 2.5)}</marker>`).join("");

  /** Lines of one height, found square by square. */
  const contour = (/** @type {number} */ height) => {
    const COUNT = 36;
    const xs = spread(-2.2, 1.4, COUNT);
    const ys = spread(-1.8, 1.8, COUNT);
    const at = ys.map((w2) => xs.map((w1) => gradient(w1, w2).loss - height));
    return range(COUNT - 1).flatMap((row) => range(COUNT - 1).map((column) => {
      const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([dx, dy]) =>
        [xs[column + dx], ys[row + dy], at[row + dy][column + dx]]);
      const cuts = corners.flatMap(([x, y, z], place) => {
        const [nx, ny, nz] = corners[(place + 1) % 4];
        return (z < 0) === (nz < 0) ? [] : [[x + ((nx - x) * z) / (z - nz), y + ((ny - y) * z) / (z - nz)]];
      });
      return cuts.length < 2 ? "" : `M${cuts.slice(0, 2).map(([x, y]) =>
        `${map.x(x).toFixed(1)} ${map.y(y).toFixed(1)}`).join("L")}`;
    })).join("");
  };
  const LEVELS = [0.02, 0.1, 0.2, 0.4, 0.7, 1, 1.3];
  const lines = LEVELS.map((level) => `<path class="line thin soft" stroke-opacity="0.6" d="${contour(level)}"/>`).join("");
  const down = (/** @type {number} */ part) => [-0.75 + 2 * part, 0.2 - 1.8 * part]; // from the valley to a corner
  const labels = [0.1, 0.4, 1].map((level) => {
    const [w1, w2] = spread(0, 1, 400).map(down).find(([a, b]) => gradient(a, b).loss > level) ?? [9, 9];
    return text(map.x(w1), map.y(w2) + 4, short(level), "soft middle");
  }).join("");

  Moving.pictures.lossmap = {
    title: "損失の地図を、3つの方法で下りる",
    how: "黒い点が出発点です。好きなところへ動かせます。学習率も変えてみてください。",
    values: {
      w1: { label: "w₁", start: 0.6, low: -2, high: 1.3, step: 0.05 },
      w2: { label: "w₂", start: -0.2, low: -1.7, high: 1.7, step: 0.05 },
      rate: { label: "学習率", start: 0.1, low: 0.01, high: 1, step: 0.01 },
    },
    sliders: ["rate"],
    facts: ({ w1, w2, rate }) => Object.fromEntries(Object.entries(ways).map(([name, way]) => {
      const next = way(rate);
      const path = [[w1, w2]];
      const losses = [gradient(w1, w2).loss];
      for (let n = 0; n < STEPS; n += 1) {
        const go = next(gradient(path[n][0], path[n][1]).g);
        path.push(path[n].map((each, axis) => each - go[axis]));
        losses.push(gradient(path[n + 1][0], path[n + 1][1]).loss);
      }
      return [name, { path, losses }];
    })),
    panels: [
      { label: "2つの重みの平面に、損失の等高線と3つの道すじを描いた地図", height: 362, ground: steps + lines + labels,
        draw: (_, f) => map.around(LOOKS.map(([name, , colour]) => {
          const step = `url(#moving-lossmap-${colour})`;
          return `<g marker-mid="${step}" marker-end="${step}">${map.path(f[name].path, `line ${colour}`)}</g>`;
        }).join("")) },
      { label: "3つの方法の、歩数と損失の曲線", height: 362,
        draw: (_, f) => {
          const log = (/** @type {number} */ loss) => Math.max(-6, Math.log10(loss));
          return curves.around(LOOKS.map(([name, , colour]) => curves.path(f[name].losses.map(
            (/** @type {number} */ loss, /** @type {number} */ n) => [n, log(loss)]), `line ${colour}`)).join("")) +
            [[1, 0], [0.01, -2], [0.0001, -4], [0.000001, -6]].map(([value, tick]) =>
              text(50, curves.y(tick) + 4, tick < -3 ? power(tick) : String(value), "end")).join("") +
            LOOKS.map(([, words, colour], row) => text(336, 44 + 18 * row, words, `end bold ${colour}`)).join("");
        } },
    ],
    handles: [{ panel: 0, label: "出発点（左右で w₁、上下で w₂）", of: ["w1", "w2"], kind: "slider",
      at: ({ w1, w2 }) => [map.x(w1), map.y(w2)], to: map.from }],
    words: ({ w1, w2, rate }, f) => `（${short(w1)}、${short(w2)}）から学習率 ${short(rate)} で ${STEPS} 歩進むと、損失は、` +
      LOOKS.map(([name, words]) => `${words}では ${format(f[name].losses[0])} から ${f[name].losses[STEPS] < 0.005
        ? "0.005 未満" : format(f[name].losses[STEPS])}`).join("、") + "になります。",
  };
})();
