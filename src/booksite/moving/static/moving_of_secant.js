// From secant to tangent: two points of y = x², and the line through them.

(() => {
  "use strict";
  const { format, plot, short, signed, spread, text } = Moving;
  const at = plot({ x: [-2, 3], y: [-1, 9], across: "x", up: "y", ticks: [[-2, 0, 1, 3], [0, 9]] });

  Moving.pictures.secant = {
    title: "割線が、接線になるまで",
    how: "青い点は、曲線に沿って動かせます。オレンジの点を青い点に近づけると、割線は接線に近づきます。",
    values: {
      x: { label: "x", start: 1, low: -1.5, high: 1.5, step: 0.1 },
      h: { label: "幅 h", start: 1, low: -1.5, high: 1.5, step: 0.01 },
    },
    facts: ({ x, h }) => {
      const rise = (x + h) ** 2 - x ** 2;
      return { y: x ** 2, far: (x + h) ** 2, rise, secant: h === 0 ? null : rise / h, slope: 2 * x };
    },
    panels: [{
      label: "放物線の上の2点と、それを結ぶ割線、1点で触れる接線",
      height: 250,
      draw: ({ x, h }, { y, far, secant, slope }) => {
        const through = (/** @type {number} */ by, /** @type {string} */ name) =>
          at.line([-2, y + by * (-2 - x), 3, y + by * (3 - x)], name);
        return at.around(at.path(spread(-2, 3, 61).map((each) => [each, each * each]), "line soft") +
          through(slope, "line a dash") + (secant === null ? "" : through(secant, "line b") +
          at.line([x, y, x + h, y], "line thin dash soft") + at.line([x + h, y, x + h, far], "line thin dash soft"))) +
          text(52, 40, `接線の傾き ${format(slope)}`, "a bold") +
          text(52, 58, secant === null ? "割線は引けません" : `割線の傾き ${format(secant)}`, "b bold");
      },
    }],
    handles: [
      { panel: 0, label: "もう1つの点までの幅 h", of: ["h"],
        at: ({ x, h }, { far }) => [at.x(x + h), at.y(far)],
        to: (px, py, { x }) => [at.from(px, py)[0] - x] },
      { panel: 0, label: "点の位置 x", of: ["x"], kind: "a", at: ({ x }, { y }) => [at.x(x), at.y(y)],
        to: (px, py) => [at.from(px, py)[0]] },
    ],
    words: ({ x, h }, { y, far, rise, secant, slope }) => (secant === null
      ? `幅が0では、2つの点が重なり、0÷0になって割線は引けません。接線の傾きは ${short(slope)} です。`
      : `x = ${short(x)} から幅 ${short(h)} だけ進むと、y は ${short(y)} から ${short(far)} になります。` +
        `割線の傾きは ${short(rise)} ÷ ${signed(h)} = ${short(secant)}、` +
        `接線の傾きは ${short(slope)}、その差は ${short(secant - slope)} です。`),
  };
})();
