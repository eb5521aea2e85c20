// One step after the other through the engine: forward, in order, and backward. The lines of the
// engine that run stand beside it.

(() => {
  "use strict";
  const { box, format, line, path, short, signed, text } = Moving;
  const [WIDE, HIGH] = [114, 36];
  /** @type {[string, number, number, number[]][]}  in the order of making: name, place, made from what */
  const BOXES = [
    ["w₁", 60, 54, []], ["w₂", 180, 54, []], ["b", 300, 54, []],
    ["w₁ × 1", 60, 106, [0]], ["w₂ × 2", 180, 106, [1]], ["w₁ × 1 + w₂ × 2", 120, 158, [3, 4]],
    ["u", 180, 210, [5, 2]], ["y", 180, 262, [6]], ["y − t", 180, 314, [7]], ["L", 180, 366, [8]],
  ];
  const LEAVES = BOXES.filter(([, , , parents]) => !parents.length).length;
  const [MADE, SORTED, BACK, SEED] = [7, 8, 9, 10]; // the steps before a gradient goes through an arrow
  /** From which box to which, in the order in which gradients go. */
  const ARROWS = BOXES.flatMap(([, , , parents], child) => [parents.map((parent) => [child, parent])]).reverse().flat();
  const LAST = SEED + ARROWS.length;
  const name = (/** @type {number} */ place) => BOXES[place][0];

  /** The ends of the arrow between two boxes. */
  const ends = (/** @type {number} */ child, /** @type {number} */ parent) => {
    const [[, x1, y1], [, x2, y2]] = [BOXES[parent], BOXES[child]];
    return [[x1, y1 + HIGH / 2], [x2 + Math.sign(x1 - x2) * 30, y2 - HIGH / 2]];
  };
  /** The head of an arrow that leads from one place to another. */
  const head = (/** @type {number[][]} */ [[fx, fy], [x, y]]) => {
    const [dx, dy] = [x - fx, y - fy].map((each) => (8 * each) / Math.hypot(x - fx, y - fy));
    return path([[x, y], [x - dx + dy / 2, y - dy - dx / 2], [x - dx - dy / 2, y - dy + dx / 2]], "fill b");
  };

  Moving.pictures.engine = {
    title: "自作autogradを、1歩ずつ動かす",
    how: "点を左右に動かすか、ボタンを押すと、計算が1歩ずつ進みます。w₁ を変えると、値と勾配も変わります。",
    values: {
      step: { label: "歩", start: 13, low: 1, high: LAST, step: 1, say: (value) => `${value}／${LAST}` },
      w1: { label: "重み w₁", start: 0.6, low: -3, high: 3, step: 0.1, say: (value) => format(value, 1) },
    },
    sliders: ["step", "w1"],
    buttons: [
      { label: "1歩戻る", press: (s) => ({ step: s.step - 1 }), off: ({ step }) => step === 1 },
      { label: "1歩進む", press: (s) => ({ step: s.step + 1 }), off: ({ step }) => step === LAST },
    ],
    facts: ({ step, w1 }) => {
      const [w2, b] = [-0.2, 0.8];
      const sum = w1 * 1 + w2 * 2;
      const y = Math.tanh(sum + b);
      const all = [w1, w2, b, w1 * 1, w2 * 2, sum, sum + b, y, y - 1, (y - 1) ** 2];
      const slopes = [2 * (y - 1), 1, 1 - y * y, 1, 1, 1, 1, 2, 1];
      const gradients = all.map((_, place) => Number(step >= SEED && place === MADE + LEAVES - 1));
      const sent = ARROWS.slice(0, Math.max(0, step - SEED)).map(([child, parent], place) => {
        const product = gradients[child] * slopes[place];
        gradients[parent] += product;
        return product;
      });
      return { values: all.map((value, place) => (place < LEAVES + step ? value : null)), gradients, slopes, sent };
    },
    panels: [{
      label: "値と勾配を書きこみながら動く、計算グラフ", height: 390,
      draw: ({ step }, { values, gradients, slopes }) => text(3, 17, "箱の左：値") + text(86, 17, "右：勾配", "b bold") +
        (step < SORTED ? "" : text(160, 17, "上：たどる順番", "soft")) +
        ARROWS.map(([child, parent], place) => {
          const made = values[child] !== null;
          const places = ends(child, parent);
          const now = step === SEED + 1 + place ? head([...places].reverse()) : step === child - LEAVES + 1 ? head(places) : "";
          return line(places.flat(), now ? "line b" : made ? "line thin soft" : "line thin dash soft") + now +
            (made ? text((places[0][0] + places[1][0]) / 2 + 13, (places[0][1] + places[1][1]) / 2 + 5,
              `× ${short(slopes[place])}`, now ? "halo bold b" : "halo soft") : "");
        }).join("") +
        BOXES.map(([words, x, y], place) => {
          const [left, top] = [x - WIDE / 2, y - HIGH / 2];
          const here = [left, top, WIDE, HIGH];
          const lit = step <= MADE ? place === LEAVES - 1 + step : step === SORTED ? true
            : step === BACK ? place >= LEAVES : step === SEED ? place === BOXES.length - 1 : ARROWS[step - SEED - 1][1] === place;
          const order = step < SORTED ? "" : text(left, top - 4, `${BOXES.length - place}`, "halo soft");
          return box(here, "node") + (lit ? box(here, "lit b") : "") + order + text(left + 6, y - 3, words, "bold") +
            (values[place] === null ? "" : text(left + 6, y + 14, format(values[place], 4)) +
              text(left + WIDE - 6, y + 14, format(gradients[place], 4), "end b bold"));
        }).join(""),
    }],
    handles: [],
    words: ({ step }, { values, gradients, slopes, sent }) => {
      const place = LEAVES - 1 + step;
      if (step <= MADE) {
        const arrows = ARROWS.flatMap(([child, parent], each) => (child === place ? [`${name(parent)} へは ${short(slopes[each])}`] : []));
        return `${step}歩目（順伝播）：${name(place)} を計算した箱ができました。値は ${short(values[place])} です。` +
          `矢印に書いた微分係数は、${arrows.join("、")} です。`;
      }
      if (step === SORTED) return `${step}歩目：${BOXES.length}個の箱を、作られた順の逆に並べました。この番号の順に、勾配を渡していきます。`;
      if (step === BACK) return `${step}歩目：計算でできた${MADE}個の箱の勾配を、0に戻しました。葉の勾配には、触れません。`;
      if (step === SEED) return `${step}歩目（逆伝播）：L の勾配に、1を足しました。`;
      const [child, parent] = ARROWS[step - SEED - 1];
      const [slope, product] = [slopes[step - SEED - 1], sent[step - SEED - 1]];
      const factors = [gradients[child], slope];
      let digits = 4; // as many as it takes for whoever types the factors to get the product
      const typed = () => factors.map((each) => Number(each.toFixed(digits))).reduce((one, other) => one * other);
      while (typed().toFixed(4) !== product.toFixed(4)) digits += 1;
      const exact = Math.abs(typed() - Number(product.toFixed(4))) < 1e-9;
      return `${step}歩目（逆伝播）：${name(child)} の勾配に、矢印の微分係数を掛けます。` +
        `${short(factors[0], digits)} × ${signed(slope, digits)} ${exact ? "=" : "≈"} ${short(product)} が、${name(parent)} の勾配に足されました。` +
        (step === LAST ? "これで、葉の勾配がそろいました。" : "");
    },
  };
})();
