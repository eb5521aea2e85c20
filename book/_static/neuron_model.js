// @ts-check
// One neuron: u = w₁x₁ + w₂x₂ + b, y = a(u), L = (y − t)². Pure arithmetic in float64, no page.
// Follows torch where a function has a kink: the slope of ReLU at 0 is 0.

/**
 * @typedef {{x1: number, x2: number, w1: number, w2: number, b: number, t: number,
 *   activation: string, lr: number, steps: number}} State  `w` and `b` before any step of learning
 * @typedef {{y: number, slope: number}} Point  the value of an activation and its derivative
 * @typedef {{w1: number, w2: number, b: number}} Parameters
 * @typedef {{w1x1: number, w2x2: number, sum: number, u: number, y: number, error: number,
 *   loss: number}} Values
 * @typedef {{loss: number, error: number, y: number, u: number, w1: number, w2: number,
 *   b: number, slope: number}} Gradients  `slope` is dy/du, the others are dL/d(name)
 */

// eslint-disable-next-line no-unused-vars -- a classic script: pages are opened from the disk, too
const NeuronModel = (() => {
  "use strict";

  /**
   * The error function, by a series in which nothing cancels (DLMF 7.6.2).
   * @param {number} x
   */
  const erf = (x) => {
    if (Math.abs(x) > 6) return Math.sign(x);
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  };

  const sigmoid = (/** @type {number} */ u) => 1 / (1 + Math.exp(-u));

  /** @type {Record<string, (u: number) => Point>} */
  const activations = {
    Tanh: (u) => ({ y: Math.tanh(u), slope: 1 - Math.tanh(u) ** 2 }),
    Sigmoid: (u) => ({ y: sigmoid(u), slope: sigmoid(u) * (1 - sigmoid(u)) }),
    ReLU: (u) => ({ y: u > 0 ? u : 0, slope: u > 0 ? 1 : 0 }),
    LeakyReLU: (u) => ({ y: u > 0 ? u : 0.01 * u, slope: u > 0 ? 1 : 0.01 }),
    ELU: (u) => ({ y: u > 0 ? u : Math.expm1(u), slope: u > 0 ? 1 : Math.exp(u) }),
    GELU: (u) => {
      const below = (1 + erf(u / Math.SQRT2)) / 2;
      return { y: u * below, slope: below + (u * Math.exp((-u * u) / 2)) / Math.sqrt(2 * Math.PI) };
    },
    SiLU: (u) => ({ y: u * sigmoid(u), slope: sigmoid(u) * (1 + u * (1 - sigmoid(u))) }),
    Softplus: (u) => ({ y: u > 20 ? u : Math.log1p(Math.exp(u)), slope: u > 20 ? 1 : sigmoid(u) }),
  };

  /**
   * @param {State} s
   * @param {Parameters} p
   * @returns {Values}
   */
  const forward = (s, p) => {
    const w1x1 = p.w1 * s.x1;
    const w2x2 = p.w2 * s.x2;
    const sum = w1x1 + w2x2;
    const u = sum + p.b;
    const { y } = activations[s.activation](u);
    const error = y - s.t;
    return { w1x1, w2x2, sum, u, y, error, loss: error ** 2 };
  };

  /**
   * @param {State} s
   * @param {Values} v
   * @returns {Gradients}
   */
  const backward = (s, v) => {
    const y = 2 * v.error;
    const { slope } = activations[s.activation](v.u);
    const u = y * slope;
    return { loss: 1, error: y, y, slope, u, w1: u * s.x1, w2: u * s.x2, b: u };
  };

  /**
   * One step of gradient descent.
   * @param {State} s
   * @param {Parameters} p
   * @returns {Parameters}
   */
  const step = (s, p) => {
    const g = backward(s, forward(s, p));
    return { w1: p.w1 - s.lr * g.w1, w2: p.w2 - s.lr * g.w2, b: p.b - s.lr * g.b };
  };

  /**
   * The parameters before each step, and after the last.
   * @param {State} s
   * @returns {Parameters[]}
   */
  const path = (s) => {
    const parameters = [{ w1: s.w1, w2: s.w2, b: s.b }];
    for (let n = 0; n < s.steps; n += 1) parameters.push(step(s, parameters[n]));
    return parameters;
  };

  /**
   * A number with four decimals, as Python writes it: ties go to the even digit, −0 is 0.
   * @param {number} value
   */
  const format = (value) => {
    if (!Number.isFinite(value)) return String(value);
    const [whole, decimals] = Math.abs(value).toFixed(60).split(".");
    let digits = BigInt(whole + decimals.slice(0, 4));
    const rest = decimals.slice(4);
    const half = "5".padEnd(rest.length, "0");
    if (rest > half || (rest === half && digits % 2n === 1n)) digits += 1n;
    const text = String(digits).padStart(5, "0");
    const sign = value < 0 && digits !== 0n ? "−" : "";
    return `${sign}${text.slice(0, -4)}.${text.slice(-4)}`;
  };

  return { activations, forward, backward, step, path, format };
})();
