// One neuron cuts the plane of its inputs: on one side of the line u is positive, on the other negative.

(() => {
  "use strict";
  const { format, plot, range, round, short, signed, text } = Moving;
  const at = plot({ x: [-5, 5], y: [-5, 5], across: "x₁（雲）", up: "x₂（荷物）", area: [44, 22, 300, 300], ticks: [[-5, 0, 5], [-5, 0, 5]] });

  Moving.pictures.boundary = {
    title: "境目を動かす、入力を動かす",
    how: "動かせる点は3つあります。入力と、境目の線（平行に動きます）と、紫の線の先（重み）です。",
    values: {
      x1: { label: "x₁", start: 1, low: -5, high: 5, step: 0.1 },
      x2: { label: "x₂", start: 2, low: -5, high: 5, step: 0.1 },
      w1: { label: "w₁", start: 0.6, low: -3, high: 3, step: 0.1 },
      w2: { label: "w₂", start: -0.2, low: -3, high: 3, step: 0.1 },
      b: { label: "b", start: 0.8, low: -5, high: 5, step: 0.1 },
    },
    facts: ({ x1, x2, w1, w2, b }) => {
      const u = w1 * x1 + w2 * x2 + b;
      const square = w1 * w1 + w2 * w2;
      const foot = square === 0 ? null : [(-b * w1) / square, (-b * w2) / square];
      return { u, y: Math.tanh(u), foot, distance: square === 0 ? null : u / Math.sqrt(square) };
    },
    panels: [{
      label: "入力の平面と、ニューロンの境目の直線、重みの線、入力の点",
      height: 362,
      draw: ({ x1, x2, w1, w2, b }, { u, foot }) => {
        // y is the same all along the border: one gradient across it paints the whole plane.
        const colour = (/** @type {number} */ value) => `stop-color="var(--neuron-${value < 0 ? "b" : "a"})" ` +
          `stop-opacity="${(0.35 * Math.abs(Math.tanh(value))).toFixed(2)}"`;
        const [from, to] = [-3, 3].map((value) =>
          foot && [0, 1].map((axis) => foot[axis] + (value * [w1, w2][axis]) / (w1 * w1 + w2 * w2)));
        const stops = range(13).map((place) =>
          `<stop offset="${(place / 12).toFixed(3)}" ${colour(foot ? place / 2 - 3 : b)}/>`);
        const ends = foot ? `x1="${round(at.x(from[0]))}" y1="${round(at.y(from[1]))}" ` +
          `x2="${round(at.x(to[0]))}" y2="${round(at.y(to[1]))}"` : 'x1="0" x2="1" y1="0" y2="0"';
        const plane = `<linearGradient id="moving-boundary-plane" gradientUnits="userSpaceOnUse" ${ends}>` +
          `${stops.join("")}</linearGradient>` +
          '<rect fill="url(#moving-boundary-plane)" x="44" y="22" width="300" height="300"/>';
        const along = foot && [-1, 1].flatMap((way) =>
          [foot[0] - way * 20 * w2 / Math.hypot(w1, w2), foot[1] + way * 20 * w1 / Math.hypot(w1, w2)]);
        return at.around(plane + (along ? at.line(along, "line") : "") + at.line([0, 0, w1, w2], "line d") +
          (foot ? at.line([x1, x2, x1 - u * w1 / (w1 * w1 + w2 * w2), x2 - u * w2 / (w1 * w1 + w2 * w2)], "line thin dash") : "")) +
          text(at.x(x1), at.y(x2) - 14, `y ${format(Math.tanh(u))}`, "bold middle");
      },
    }],
    handles: [
      { panel: 0, label: "境目の位置（バイアス b）", of: ["b"],
        at: (_, { foot }) => [at.x(Math.max(-5, Math.min(5, foot?.[0] ?? 0))), at.y(Math.max(-5, Math.min(5, foot?.[1] ?? 0)))],
        to: (px, py, { w1, w2 }) => [-(w1 * at.from(px, py)[0] + w2 * at.from(px, py)[1])] },
      { panel: 0, label: "重みの線の先（左右で w₁、上下で w₂）", of: ["w1", "w2"], kind: "d",
        at: ({ w1, w2 }) => [at.x(w1), at.y(w2)], to: at.from },
      { panel: 0, label: "入力の点（左右で x₁、上下で x₂）", of: ["x1", "x2"], kind: "slider",
        at: ({ x1, x2 }) => [at.x(x1), at.y(x2)], to: at.from },
    ],
    words: ({ x1, x2, w1, w2, b }, { u, y, distance }) =>
      `入力（${short(x1)}、${short(x2)}）で u = ${short(w1)} × ${signed(x1)} + ` +
      `${signed(w2)} × ${signed(x2)} + ${signed(b)} = ${short(u)}、` +
      `y = ${format(y)} です。` + (distance === null ? "重みがどちらも0なので、境目はありません。"
      : `入力は境目から ${format(Math.abs(distance))} だけ、${u < 0 ? "オレンジ（負）" : "青（正）"}の側にあります。紫の重みの線は、いつも境目と直角です。`),
  };
})();
