// What computes a state with PyTorch, for readers to take away.
const NeuronCode = (() => {
  "use strict";

  const python = (/** @type {number} */ value) =>
    (Number.isInteger(value) ? value.toFixed(1) : String(value));

  const PRINT = `for name, value in shown.items():
    value = value.item()
    print(name, f"{round(value, 4) + 0:.4f}" if abs(value) < 10000 else f"{value:.2e}")
`;

  const neuron = (/** @type {ReturnType<typeof NeuronModel.facts>} */ f) => `import torch

x1, x2, t = ${[f.x1, f.x2, f.t].map(python).join(", ")}
w1 = torch.tensor(${python(f.start.w1)}, dtype=torch.float64, requires_grad=True)
w2 = torch.tensor(${python(f.start.w2)}, dtype=torch.float64, requires_grad=True)
b = torch.tensor(${python(f.start.b)}, dtype=torch.float64, requires_grad=True)
activation = torch.nn.${f.activation}()
optimizer = torch.optim.SGD([w1, w2, b], lr=${python(f.lr)})

for step in range(${f.steps} + 1):  # ${f.steps}歩学習し、最後の値と勾配を求める
    if step > 0:
        optimizer.step()
    optimizer.zero_grad()
    u = w1 * x1 + w2 * x2 + b
    y = activation(u)
    L = (y - t) ** 2
    L.backward()

shown = {"w1": w1, "w2": w2, "b": b, "u": u, "y": y, "L": L}
shown |= {"dL/dw1": w1.grad, "dL/dw2": w2.grad, "dL/db": b.grad}
${PRINT}`;

  const square = (/** @type {ReturnType<typeof NeuronModel.square>} */ f) => `import torch

x = torch.tensor(${python(f.x)}, dtype=torch.float64, requires_grad=True)
y = x**2
for _ in range(${f.calls}):
    y.backward(retain_graph=True)

shown = {"x": x, "y": y}
${f.calls ? 'shown["x.grad"] = x.grad\n' : 'print("x.grad", x.grad)\n'}${PRINT}`;

  return { neuron, square };
})();
