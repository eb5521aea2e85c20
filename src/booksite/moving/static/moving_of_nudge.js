// The chain rule by nudging: a small change of w₂ goes through u and y to the loss, and each stage
// multiplies it by its own slope.

(() => {
  "use strict";
  const { box, format, line, signed, short, text } = Moving;
  const FULL = 130; // how wide the change 0.5 is drawn
  const MIDDLE = 190;
  const ROWS = ["w₂", "u", "y", "L"];
  const PLACES = [40, 100, 160, 220];
  const wide = (/** @type {number} */ change) => Math.max(-FULL, Math.min(FULL, (change / 0.5) * FULL));

  Moving.pictures.nudge = {
    title: "小さなゆれが、損失まで伝わる",
    how: "いちばん上の棒の端を動かして、w₂ をゆさぶってください。x₂ と b を変えると、途中の倍率が変わります。",
    values: {
      nudge: { label: "w₂ のゆれ", start: 0.1, low: -0.5, high: 0.5, step: 0.01 },
      x2: { label: "入力 x₂", start: 2, low: 0, high: 5, step: 0.1 },
      b: { label: "バイアス b", start: 0.8, low: -2, high: 2, step: 0.1 },
    },
    sliders: ["x2", "b"],
    facts: ({ nudge, x2, b }) => {
      const stages = (/** @type {number} */ w2) => {
        const u = 0.6 + w2 * x2 + b;
        const y = Math.tanh(u);
        return [w2, u, y, (y - 1) ** 2];
      };
      const before = stages(-0.2);
      const changes = stages(-0.2 + nudge).map((value, place) => value - before[place]);
      const slopes = [x2, 1 - before[2] ** 2, 2 * (before[2] - 1)];
      return { before, changes, slopes, slope: slopes[0] * slopes[1] * slopes[2] };
    },
    panels: [{
      label: "w₂、u、y、Lのゆれを、順に棒の長さで表した図",
      height: 250,
      draw: (_, { changes, slopes }) => line([MIDDLE, 14, MIDDLE, 240], "axis") +
        ROWS.map((name, row) => {
          const width = wide(changes[row]);
          const y = PLACES[row];
          const times = row < 3
            ? text(MIDDLE + 6, y + 34, `↓ 傾き ${format(slopes[row])}`, "soft") : "";
          return text(14, y + 5, `${name} のゆれ`, "bold") +
            box([MIDDLE + Math.min(width, 0), y - 11, Math.abs(width), 22], row === 3 ? "pale b" : "pale a") +
            text(352, y - 15, format(changes[row], 3), "end") + times;
        }).join(""),
    }],
    handles: [{
      panel: 0, label: "w₂ のゆれ", of: ["nudge"], at: ({ nudge }) => [MIDDLE + wide(nudge), PLACES[0]],
      to: (x) => [((x - MIDDLE) / FULL) * 0.5],
    }],
    words: ({ nudge }, { changes, slopes, slope }) =>
      `w₂ を ${short(nudge)} ゆらすと、L は ${format(changes[3], 3)} 動きます。` +
      `途中の傾きを掛けると ${slopes.map((/** @type {number} */ each) => signed(each, 4)).join(" × ")} ≈ ${format(slope)}。` +
      `この傾きにゆれを掛けた見積もりは ${format(slope * nudge, 3)} で、ゆれが小さいほどよく合います。`,
  };
})();
