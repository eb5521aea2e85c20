// Who comes back to life? One neuron learns from the negative side, with five activations at once.

(() => {
  "use strict";
  const { format, plot, text } = Moving;
  const STEPS = 200;
  const at = plot({ x: [0, STEPS], y: [-8, 2.5], across: "歩数", up: "u", area: [40, 22, 232, 210], ticks: [[0, 100, STEPS], [-8, -4, 0, 1]] });
  const LOOKS = [["ReLU", ""], ["LeakyReLU", "a"], ["ELU", "c"], ["GELU", "b"], ["SiLU", "d"]];

  Moving.pictures.race = {
    title: "負の側から、生き返れるか",
    how: "左の点で、出発する u を選びます。もう1つの点で、歩数を進めます。",
    values: {
      u: { label: "出発点の u", start: -1.8, low: -4, high: 2, step: 0.1, say: (value) => format(value, 1) },
      step: { label: "歩数", start: 200, low: 0, high: STEPS, step: 1, say: (value) => format(value, 0) },
    },
    // x = (1, 2), t = 1, rate 0.1: a step moves u by the slope of the loss times 0.1 × (1² + 2² + 1).
    facts: ({ u }) => Object.fromEntries(LOOKS.map(([name]) => {
      const path = [u];
      for (let n = 0; n < STEPS; n += 1) {
        const { y, slope } = NeuronModel.activations[name](path[n]);
        path.push(path[n] - 0.6 * 2 * (y - 1) * slope);
      }
      return [name, path];
    })),
    panels: [{
      label: "5つの活性化関数での、歩数と重み付き和 u の曲線", height: 274,
      draw: (s, f) => {
        const rows = LOOKS.map(([name, colour]) => ({ name, colour, u: f[name][s.step], y: 0 }))
          .sort((a, b) => b.u - a.u);
        rows.forEach((row, place) => {
          row.y = Math.max(at.y(row.u) + 4, place ? rows[place - 1].y + 16 : 30);
        });
        return at.around(LOOKS.map(([name, colour]) => at.path(f[name].slice(0, s.step + 1).map(
          (/** @type {number} */ u, /** @type {number} */ n) => [n, u]), `line ${colour}`)).join("") +
          at.line([s.step, -8, s.step, 2.5], "line thin dash soft")) +
          rows.map(({ name, colour, y }) => text(278, y, name, `bold ${colour}`)).join("");
      },
    }],
    handles: [
      { panel: 0, label: "出発点の u", of: ["u"], kind: "slider", at: ({ u }) => [at.x(0), at.y(u)],
        to: (x, y) => [at.from(x, y)[1]] },
      { panel: 0, label: "歩数", of: ["step"], at: ({ step }) => [at.x(step), at.y(-8)], to: (x, y) => [at.from(x, y)[0]] },
    ],
    words: ({ u, step }, f) => `u = ${format(u, 1)} から${step}歩学習すると、u は、` +
      LOOKS.map(([name]) => `${name}では ${format(f[name][step])}`).join("、") + "になります。正解に着くのは u = 1 です。",
  };
})();
