// The central difference: as h shrinks, the secant turns into the tangent, and then rounding wins.

(() => {
  "use strict";
  const { format, plot, power, range, spread, text } = Moving;
  const curve = plot({ x: [-1.2, 2.4], y: [-0.4, 3], across: "w₁", up: "L", ticks: [[-1, 0, 0.6, 2], [0, 1, 2, 3]] });
  const errors = plot({ x: [-11, 0], y: [-12, 1], across: "刻み幅 h", up: "誤差", ticks: [[], []] });
  const loss = (/** @type {number} */ w1) => (Math.tanh(w1 * 1 + -0.2 * 2 + 0.8) - 1) ** 2;
  const difference = (/** @type {number} */ h) => (loss(0.6 + h) - loss(0.6 - h)) / (2 * h);
  const exact = (() => {
    const y = Math.tanh(0.6 - 0.2 * 2 + 0.8);
    return 2 * (y - 1) * (1 - y * y);
  })();
  const log = (/** @type {number} */ error) => Math.max(-12, Math.log10(error));
  const small = (/** @type {number} */ value) => {
    if (value === 0 || value >= 0.001) return format(value, 4).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
    return value.toExponential(1).replace("-", "−");
  };

  Moving.pictures.checking = {
    title: "刻み幅を選ぶ",
    how: "下の点を左右に動かすと、刻み幅 h が変わります。目盛りは、1つごとに10倍です。",
    values: { k: { label: "刻み幅 h", start: 0, low: -11, high: 0, step: 0.25, say: (k) => small(10 ** k) } },
    facts: ({ k }) => {
      const h = 10 ** k;
      const estimate = difference(h);
      return { h, exact, estimate, error: Math.abs(estimate - exact), middle: loss(0.6), ends: [loss(0.6 - h), loss(0.6 + h)] };
    },
    panels: [
      { label: "損失の曲線と、左右に h だけ離れた2点を結ぶ割線、まん中の点の接線", height: 250,
        draw: (_, { h, estimate, ends, middle }) => curve.around(
          curve.path(spread(-1.2, 2.4, 61).map((w1) => [w1, loss(w1)]), "line soft") +
          curve.line([-1.2, middle - 1.8 * exact, 2.4, middle + 1.8 * exact], "line a dash") +
          curve.line([-1.2, ends[0] + estimate * (-1.8 + h), 2.4, ends[1] + estimate * (1.8 - h)], "line b") +
          curve.dot(0.6 - h, ends[0], "fill b") + curve.dot(0.6 + h, ends[1], "fill b")) +
          text(340, 40, `接線の傾き ${format(exact, 6)}`, "a bold end") +
          text(340, 58, `割線の傾き ${format(estimate, 6)}`, "b bold end") },
      { label: "刻み幅と誤差の関係。まん中の刻み幅で誤差がいちばん小さいV字の曲線", height: 250,
        draw: () => errors.around(errors.path(range(45).map((place) => place / 4 - 11)
          .map((k) => [k, log(Math.abs(difference(10 ** k) - exact))]), "line b")) +
          [-10, -8, -6, -4, -2, 0].map((k) => text(errors.x(k), 228, power(k), "middle")).join("") +
          [-12, -8, -4, 0].map((k) => text(38, errors.y(k) + 4, power(k), "end")).join("") },
    ],
    handles: [{ panel: 1, label: "刻み幅 h", of: ["k"], at: ({ k }, { error }) => [errors.x(k), errors.y(log(error))],
      to: (x, y) => [errors.from(x, y)[0]] }],
    words: ({ k }, { h, estimate, error }) => `h = ${small(h)} のとき、割線の傾きは ${format(estimate, 7)}、` +
      `接線の傾きは ${format(exact, 7)} で、誤差は約 ${small(error)} です。` +
      (k > -4.5 ? "曲線を直線とみなした誤差（打ち切り誤差）が大きく、h を小さくすると減ります。"
        : k < -6 ? "近い値どうしの引き算で桁が失われ（丸め誤差）、h を小さくするとかえって増えます。"
          : "2つの誤差がつり合い、いちばん正確なあたりです。"),
  };
})();
