// One neuron: u = w₁x₁ + w₂x₂ + b, y = a(u), L = (y − t)². Pure arithmetic in float64, no page.
// Follows torch where a function has a kink: the slope of ReLU at 0 is 0.

// A classic script: pages are opened from the disk, too.
const NeuronModel = (() => {
  "use strict";

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

  /** How far the numbers go that can be moved, and how finely curves are drawn; the build asks for
   * it. `least` and `most` hold the reach of the curve, which leaves some `room` beside u. */
  const SCALE = {
    input: 5, steps: 100, calls: 10, curve: 121, levels: 41, room: 1.2, least: 6, most: 1000,
  };

  /** @param {number} count @param {number} reach */
  const spread = (count, reach) =>
    Array.from({ length: count }, (_, place) => reach * ((2 * place) / (count - 1) - 1));

  /**
   * Everything that can be shown of a state; the parameters are those after its steps.
   * @param {State} s
   */
  const facts = (s) => {
    const parameters = path({ ...s, steps: SCALE.steps });
    const p = parameters[s.steps];
    const v = forward(s, p);
    const g = backward(s, v);
    const next = step(s, p);
    const reach = Math.max(
      SCALE.least, Math.min(Math.ceil(SCALE.room * Math.abs(v.u)), SCALE.most),
    );
    const far = SCALE.input * (Math.abs(p.w1) + Math.abs(p.w2)) + Math.abs(p.b);
    const value = (/** @type {number} */ u) => activations[s.activation](u).y;
    return {
      ...s, ...v, ...p, start: { w1: s.w1, w2: s.w2, b: s.b },
      slope: g.slope, one: g.loss, d_error: g.error, d_u: g.u,
      d_w1: g.w1, d_w2: g.w2, d_b: g.b,
      next_w1: next.w1, next_w2: next.w2, next_b: next.b, next_loss: forward(s, next).loss,
      reach, curve: spread(SCALE.curve, reach).map(value),
      far, levels: spread(SCALE.levels, far).map(value),
      losses: parameters.map((each) => forward(s, each).loss),
    };
  };

  /**
   * y = x² and what `backward()`, called so many times, leaves in `x.grad`.
   * @param {{x: number, calls: number}} s
   */
  const square = (s) => ({
    ...s, y: s.x ** 2, slope: 2 * s.x, grad: s.calls ? s.calls * 2 * s.x : null,
  });

  /**
   * Rounded to so many decimals as Python does it: ties go to the even digit.
   * @param {string} exact  a positive number in all its digits
   * @param {number} places
   */
  const rounded = (exact, places) => {
    const [whole, decimals] = exact.split(".");
    let digits = BigInt(whole + decimals.slice(0, places));
    const rest = decimals.slice(places);
    const half = "5".padEnd(rest.length, "0");
    if (rest > half || (rest === half && digits % 2n === 1n)) digits += 1n;
    const text = String(digits).padStart(places + 1, "0");
    return `${text.slice(0, -places)}.${text.slice(-places)}`;
  };

  /**
   * A number with four decimals, or from 10,000 on with an exponent, as Python writes it; −0 is 0.
   * @param {number} value
   */
  const format = (value) => {
    if (Number.isNaN(value)) return "nan";
    const size = Math.abs(value);
    const sign = value < 0 ? "−" : "";
    if (size === Infinity) return `${sign}inf`;
    if (size < 10000) {
      const text = rounded(size.toFixed(60), 4);
      return text === "0.0000" ? text : sign + text;
    }
    let [mantissa, exponent] = size.toExponential(60).split("e+");
    mantissa = rounded(mantissa, 2);
    if (mantissa === "10.00") [mantissa, exponent] = ["1.00", String(Number(exponent) + 1)];
    return `${sign}${mantissa}e+${exponent.padStart(2, "0")}`;
  };

  return { activations, forward, backward, step, path, facts, square, format, SCALE };
})();
