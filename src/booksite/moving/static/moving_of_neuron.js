// The neuron of the home page: each number is moved on its own edge, and the neuron decides at once.

(() => {
  "use strict";
  const { box, dot, format, line, signed, short, text } = Moving;
  const [FROM, TO, MIDDLE] = [72, 176, 118]; // the ends of the edges, and the height of the neuron
  const HEIGHTS = [36, MIDDLE, 200];
  const OUT = 314;
  const NAMES = ["w1", "w2", "b"];
  // A number stands on its edge: 0 in the middle, large ones near the neuron.
  const part = (/** @type {number} */ value) => 0.46 + value * 0.11;
  const on = (/** @type {number} */ row, /** @type {number} */ p) =>
    [FROM + (TO - FROM) * p, HEIGHTS[row] + (MIDDLE - HEIGHTS[row]) * p];
  const edge = (
    /** @type {number} */ row, /** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ kind,
  ) => ({
    panel: 0, label, of: [name], kind,
    at: (/** @type {State} */ s) => on(row, part(s[name])),
    to: (/** @type {number} */ x, /** @type {number} */ y) => {
      const [dx, dy] = [TO - FROM, MIDDLE - HEIGHTS[row]];
      const p = ((x - FROM) * dx + (y - HEIGHTS[row]) * dy) / (dx * dx + dy * dy);
      return [(p - 0.46) / 0.11];
    },
  });
  const umbrella = (/** @type {boolean} */ open) => (open
    ? '<path class="pale a" d="M288 48a26 26 0 0 1 52 0q-6-6-13 0q-6-6-13 0q-6-6-13 0q-6-6-13 0z"/>' +
      '<path class="line a" d="M288 48a26 26 0 0 1 52 0M314 22v-4M314 44v26q0 6 6 6t6-6"/>'
    : '<path class="pale b" d="M314 18l7 40h-14z"/><path class="line b" d="M314 14v56q0 6 6 6t6-6"/>');

  Moving.pictures.neuron = {
    title: "1つのニューロン",
    how: "線の上の点が、重み w₁、w₂ とバイアス b です。ニューロンへ近づけると大きく、遠ざけると小さくなります。",
    values: {
      w1: { label: "重み w₁", start: 0.6, low: -3, high: 3, step: 0.1 },
      w2: { label: "重み w₂", start: -0.2, low: -3, high: 3, step: 0.1 },
      b: { label: "バイアス b", start: 0.8, low: -3, high: 3, step: 0.1 },
    },
    choices: {
      x1: { label: "雲 x₁", start: "1", options: { 0: "快晴 0", 1: "くもり 1", 2: "真っ黒 2" } },
      x2: { label: "荷物 x₂", start: "2", options: { 0: "0", 1: "1", 2: "2", 3: "3", 4: "4" } },
    },
    facts: ({ w1, w2, b, x1, x2 }) => {
      const u = w1 * Number(x1) + w2 * Number(x2) + b;
      // As near to the border as the rounding of a sum of tenths: the neuron does not know.
      return { u, y: Math.tanh(u), side: Math.abs(u) < 1e-9 ? 0 : Math.sign(u) };
    },
    panels: [{
      label: "2つの入力と1つのバイアスから、出力を求めるニューロン",
      height: 236,
      draw: (s, { u, y, side }) => {
        const edges = NAMES.map((name, row) => {
          const from = on(row, 0);
          const colour = s[name] < 0 ? "b dash" : "a";
          return `<g stroke-width="${Moving.round(1.5 + 2 * Math.abs(s[name]))}">` +
            `${line([...from, TO, MIDDLE], `edge ${colour}`)}</g>`;
        });
        const numbers = NAMES.map((name, row) => {
          const [x, py] = on(row, part(s[name]));
          const told = `${["w₁", "w₂", "b"][row]} ${format(s[name], 1)}`;
          return row === 1 ? text(Math.max(x - 12, 96), py - 16, told, "halo bold middle") // off the edge above
            : text(x + (row ? 12 : 14), py + (row ? 20 : -10), told, "halo bold");
        });
        const inputs = [["x₁", s.x1], ["x₂", s.x2], ["", "1"]].map(([name, value], row) =>
          `<circle class="node${name && " q-x"}" cx="44" cy="${HEIGHTS[row]}" r="28"/>` +
          (name ? text(44, HEIGHTS[row] - 5, name, "middle") : "") +
          text(44, HEIGHTS[row] + (name ? 15 : 5), value, `bold middle${name && " q-x"}`));
        const verdict = side > 0 ? "持っていく" : side < 0 ? "置いていく" : "迷う";
        return edges.join("") + line([TO, MIDDLE, OUT, MIDDLE], "axis") + inputs.join("") +
          `<circle class="node q-u" cx="${TO + 22}" cy="${MIDDLE}" r="34"/>` +
          text(TO + 22, MIDDLE - 6, "u", "middle") + text(TO + 22, MIDDLE + 15, format(u), "bold middle q-u") +
          `<circle class="node q-y" cx="${OUT}" cy="${MIDDLE}" r="34"/>` +
          `<g opacity="${(0.15 + 0.6 * Math.abs(y)).toFixed(2)}">${side ? dot(OUT, MIDDLE, `pale ${side > 0 ? "a" : "b"}`, 34) : ""}</g>` +
          text(OUT, MIDDLE - 6, "y", "middle") + text(OUT, MIDDLE + 15, format(y), "bold middle q-y") +
          text(256, MIDDLE - 8, "tanh", "halo middle") + (side ? umbrella(side > 0) : "") +
          text(OUT, 178, verdict, `bold middle ${side > 0 ? "a" : side < 0 ? "b" : ""}`) +
          box([OUT - 42, 192, 84, 8], "track-box") +
          (side ? box([OUT + Math.min(42 * y, 0), 192, 42 * Math.abs(y), 8], `fill ${y < 0 ? "b" : "a"}`) : "") +
          [-1, 0, 1].map((tick) => text(OUT + 42 * tick, 216, format(tick, 0), "middle")).join("") + numbers.join("");
      },
    }],
    handles: [edge(0, "w1", "重み w₁", "q-w"), edge(1, "w2", "重み w₂", "q-w"), edge(2, "b", "バイアス b", "q-b")],
    words: ({ w1, w2, b, x1, x2 }, { u, y, side }) =>
      `u = ${short(w1)} × ${x1} + ${signed(w2)} × ${x2} + ${signed(b)} = ${short(u)}、y = tanh(${short(u)}) ≈ ${format(y)}。` +
      (side > 0 ? "正なので、傘を持っていきます。" : side < 0 ? "負なので、傘を置いていきます。" : "ちょうど境目で、迷っています。"),
  };
})();
