// A VJP takes out a row of the Jacobian, a JVP a column.

(() => {
  "use strict";
  const { format, range, short, text } = Moving;
  const CELL = [64, 46];
  const CORNER = [128, 70];
  const NAMES = ["x₁ + x₂", "x₁x₂", "x₂²"];
  const sub = (/** @type {number} */ place) => "₁₂₃"[place];

  const grid = (/** @type {number[][]} */ J, /** @type {(row: number, column: number) => boolean} */ lit, /** @type {string} */ colour) =>
    J.flatMap((line, row) => line.map((value, column) => {
      const [x, y] = [CORNER[0] + CELL[0] * column, CORNER[1] + CELL[1] * row];
      return `<rect class="cell" x="${x}" y="${y}" width="${CELL[0]}" height="${CELL[1]}"/>` +
        (lit(row, column) ? `<rect class="pale ${colour}" x="${x}" y="${y}" width="${CELL[0]}" height="${CELL[1]}"/>` : "") +
        text(x + CELL[0] / 2, y + 28, short(value), `middle${lit(row, column) ? " bold" : ""}`);
    })).join("") + range(2).map((column) => text(CORNER[0] + CELL[0] * (column + 0.5), 60, `x${sub(column)}`, "middle soft")).join("") +
    NAMES.map((name, row) => text(120, CORNER[1] + CELL[1] * row + 28, name, "end soft")).join("");

  Moving.pictures.jacobian = {
    title: "行を取り出すVJP、列を取り出すJVP",
    how: "左の図の点を上下に動かすと行が、右の図の点を左右に動かすと列が変わります。",
    values: {
      row: { label: "VJPの行", start: 2, low: 1, high: 3, step: 1, say: (value) => `${value}行目` },
      column: { label: "JVPの列", start: 1, low: 1, high: 2, step: 1, say: (value) => `${value}列目` },
      x1: { label: "x₁", start: 1, low: -3, high: 3, step: 0.5 },
      x2: { label: "x₂", start: 2, low: -3, high: 3, step: 0.5 },
    },
    sliders: ["x1", "x2"],
    facts: ({ row, column, x1, x2 }) => {
      const J = [[1, 1], [x2, x1], [0, 2 * x2]];
      return { J, vjp: J[row - 1], jvp: J.map((line) => line[column - 1]) };
    },
    panels: [
      { label: "ヤコビ行列の、VJPで求まる行", height: 262,
        draw: ({ row }, { J, vjp }) => grid(J, (each) => each === row - 1, "a") +
          text(16, 22, `VJP：v = (${range(3).map((each) => (each === row - 1 ? 1 : 0)).join(", ")})`, "bold a") +
          text(128, 240, `vᵀJ = (${vjp.map((/** @type {number} */ each) => short(each)).join(", ")})`, "bold a") },
      { label: "ヤコビ行列の、JVPで求まる列", height: 262,
        draw: ({ column }, { J, jvp }) => grid(J, (_, each) => each === column - 1, "b") +
          text(16, 22, `JVP：u = (${range(2).map((each) => (each === column - 1 ? 1 : 0)).join(", ")})`, "bold b") +
          text(128, 240, `Ju = (${jvp.map((/** @type {number} */ each) => short(each)).join(", ")})`, "bold b") },
    ],
    handles: [
      { panel: 0, label: "VJPで取り出す行", of: ["row"], kind: "a", at: ({ row }) => [300, CORNER[1] + CELL[1] * (row - 0.5)],
        to: (_, y) => [(y - CORNER[1]) / CELL[1] + 0.5] },
      { panel: 1, label: "JVPで取り出す列", of: ["column"], at: ({ column }) => [CORNER[0] + CELL[0] * (column - 0.5), 40],
        to: (x) => [(x - CORNER[0]) / CELL[0] + 0.5] },
    ],
    words: ({ row, column, x1, x2 }, { vjp, jvp }) => `x = (${format(x1, 1)}, ${format(x2, 1)}) のとき、` +
      `VJPは1回で${row}行目 (${vjp.map((/** @type {number} */ each) => short(each)).join(", ")}) を、` +
      `JVPは1回で${column}列目 (${jvp.map((/** @type {number} */ each) => short(each)).join(", ")}) を求めます。` +
      "表の全部には、VJPなら出力の数の3回、JVPなら入力の数の2回が要ります。",
  };
})();
