// What comes of two shapes: added with broadcasting, or multiplied; else the error that PyTorch raises.

(() => {
  "use strict";
  const { range, text } = Moving;
  const CELL = 42;
  const [LEFT, TOP] = [60, 34];
  const told = (/** @type {number[]} */ shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  /** No rows: a tensor of one dimension. */
  const shapeOf = (/** @type {number} */ rows, /** @type {number} */ columns) => (rows ? [rows, columns] : [columns]);

  const add = (/** @type {number[]} */ a, /** @type {number[]} */ b) => {
    const size = Math.max(a.length, b.length);
    const [one, other] = [a, b].map((shape) => [...range(size - shape.length).map(() => 1), ...shape]);
    for (let axis = size - 1; axis >= 0; axis -= 1) {
      if (one[axis] !== other[axis] && one[axis] !== 1 && other[axis] !== 1) {
        return { shape: null, message: `The size of tensor a (${one[axis]}) must match the size of tensor b ` +
          `(${other[axis]}) at non-singleton dimension ${axis}` };
      }
    }
    return { shape: one.map((each, axis) => Math.max(each, other[axis])), message: null };
  };

  const multiply = (/** @type {number[]} */ a, /** @type {number[]} */ b) => {
    const inner = a[a.length - 1];
    if (inner === b[0]) return { shape: [...a.slice(0, -1), ...b.slice(1)], message: null };
    const by = (/** @type {number[]} */ shape) => shape.join("x");
    if (b.length === 2) {
      return { shape: null, message: `mat1 and mat2 shapes cannot be multiplied (${by(a.length === 1 ? [1, ...a] : a)} and ${by(b)})` };
    }
    return { shape: null, message: a.length === 2 ? `size mismatch, got input (${a[0]}), mat (${by(a)}), vec (${b[0]})`
      : `inconsistent tensor size, expected tensor [${inner}] and src [${b[0]}] to have the same number of elements, ` +
        `but got ${inner} and ${b[0]} elements respectively` };
  };

  const cells = (/** @type {number[]} */ shape, /** @type {string} */ colour) => {
    const [rows, columns] = [1, 1, ...shape].slice(-2);
    return range(rows * columns).map((place) => {
      const at = `x="${LEFT + CELL * (place % columns)}" y="${TOP + CELL * Math.floor(place / columns)}"`;
      return `<rect class="${colour}" ${at} width="${CELL}" height="${CELL}"/><rect class="cell" ${at} width="${CELL}" height="${CELL}"/>`;
    }).join("");
  };
  const panel = (/** @type {string} */ name, /** @type {string} */ rows, /** @type {string} */ columns, /** @type {string} */ colour) => ({
    label: `${name} の形`, height: 230,
    draw: (/** @type {State} */ s, /** @type {Facts} */ { shape }) => {
      const own = shapeOf(s[rows], s[columns]);
      return (shape && s.work === "add" ? cells(shape, "none") : "") + cells(own, `pale ${colour}`) +
        text(LEFT, 20, `${name} ${told(own)}`, "bold");
    },
  });
  const corner = (/** @type {number} */ place, /** @type {string} */ name, /** @type {string} */ rows, /** @type {string} */ columns, /** @type {string} */ kind) => ({
    panel: place, label: `${name} の角（左右で列の数、上下で行の数）`, of: [columns, rows], kind,
    at: (/** @type {State} */ s) => [LEFT + CELL * s[columns], TOP + CELL * s[rows]],
    to: (/** @type {number} */ x, /** @type {number} */ y) => [(x - LEFT) / CELL, (y - TOP) / CELL],
  });
  const count = (/** @type {string} */ label, start = 1, low = 1) => ({ label, start, low, high: 4, step: 1, say: String });

  Moving.pictures.shapes = {
    title: "2つの形から、何ができるか",
    how: "格子の右下の角を動かすと、形が変わります。いちばん上まで縮めると、1次元になります。",
    values: { ar: count("aの行", 3, 0), ac: count("aの列", 1), br: count("bの行", 0, 0), bc: count("bの列", 3) },
    choices: { work: { label: "計算", start: "add", options: { add: "a + b", multiply: "a @ b" } } },
    facts: ({ work, ar, ac, br, bc }) => (work === "add" ? add : multiply)(shapeOf(ar, ac), shapeOf(br, bc)),
    panels: [
      panel("a", "ar", "ac", "a"), panel("b", "br", "bc", "b"),
      { label: "結果の形", height: 230,
        draw: ({ work }, { shape }) => (shape ? cells(shape, "pale c") : "") +
          text(LEFT, 20, shape ? `${work === "add" ? "a + b" : "a @ b"} ${told(shape)}` : "エラーになります", "bold") },
    ],
    handles: [corner(0, "a", "ar", "ac", "a"), corner(1, "b", "br", "bc", "")],
    words: ({ work, ar, ac, br, bc }, { shape, message }) => {
      const [a, b] = [shapeOf(ar, ac), shapeOf(br, bc)];
      const sum = `a の形が ${told(a)}、b の形が ${told(b)} のとき、${work === "add" ? "a + b" : "a @ b"} `;
      if (message) return `${sum}は、次のエラーになります。<code>RuntimeError: ${message}</code>`;
      return `${sum}の形は ${told(shape)} です。` + (work === "multiply"
        ? "内側の2つの数がそろっているので、掛けられます。"
        : told(a) === told(b) ? "形が同じなので、そのまま足せます。" : "足りない分は、同じ数をくり返したものとして足されます（ブロードキャスト）。");
    },
  };
})();
