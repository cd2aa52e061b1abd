/** @file Specimens of inspected and watched gradients, training, and of stepping through them. */

export const setup = `import { customGrad, defn, exercise, inspect, random, stepThrough, stopGradient, tensor, trainingPanel, valueAndGrad, watch, where, type Tensor } from "defnote"

type Params = { w: Tensor; b: Tensor }
const loss = defn(({ w, b }: Params, x: Tensor, y: Tensor) => {
  const h = (x.matmul(w) + b).tanh()
  return ((h - y) ** 2).mean()
})
const normal = (seed: number, shape: number[]) => random.normal(random.key(seed), shape)
const params: Params = { w: normal(1, [3, 2]), b: tensor([0.1, -0.1]) }
const x = normal(2, [4, 3])
const y = normal(3, [4, 2])
const train = defn((p: Params, x: Tensor, y: Tensor) => {
  const [value, g] = valueAndGrad(loss)(p, x, y)
  return [{ w: p.w - g.w * 0.5, b: p.b - g.b * 0.5 }, value]
})
const [manyX, manyY] = [normal(4, [64, 3]), normal(5, [64, 2])]`

const watched = (name, y) => `{
  let p: Params = params
  const step = watch(train, { every: 5 })
  for (let i = 1; i <= 200; i++) p = step(p, manyX, ${y})[0] as Params
  display(step)
}`

const trained = (more) => `{
  let p: Params = params
  const gradient = valueAndGrad(loss)
  const panel = trainingPanel({ title: "epoch 2 of 5", steps: 400 })
  for (let i = 0; i < 160; i++) {
    const batch = ${more}
    const [value, g] = gradient(p, batch, manyY)
    const fine = panel.step({ loss: value, gradients: g, parameters: p, examples: 64, inspect: () => inspect(loss, p, batch, manyY) })
    if (fine) p = { w: p.w.subtract(g.w.multiply(0.1)), b: p.b.subtract(g.b.multiply(0.1)) }
  }
  panel.done()
}`

export const specimens = [
  { name: "inspect-healthy", source: "inspect(loss, params, x, y)" },
  {
    name: "inspect-nan",
    source: `const crossEntropy = defn((w: Tensor, x: Tensor, target: Tensor) => {
  const p = x.matmul(w).softmax()
  return -(target * p.log()).sum({ axis: -1 }).mean()
})
inspect(crossEntropy, tensor([[1, 0, -1], [0.5, -1, 2]]), tensor([[1, 2], [40, -90], [0.5, 1]]), tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))`,
  },
  {
    name: "inspect-where-trap",
    source: `inspect(defn((a: Tensor) => where(a > 0, a.sqrt(), 0).sum()), tensor([4, 0, 9]))`,
  },
  {
    name: "inspect-where-trap-selected",
    source: `inspect(defn((a: Tensor) => where(a > 0, a.sqrt(), 0).sum()), tensor([4, 0, 9]))`,
    act: (output) => output.locator("tr.dn-origin").click(),
  },
  {
    name: "inspect-dead-relu",
    source: `inspect(defn((p: { w1: Tensor; w2: Tensor }, x: Tensor) => {
  const h = (x.matmul(p.w1) - 5).relu()
  return (h.matmul(p.w2) - 1).square().mean()
}), { w1: tensor([[0.5, 1], [1, 2]]), w2: tensor([[1], [2]]) }, tensor([[1, 0.5], [0.2, 0.1]]))`,
  },
  {
    name: "inspect-exploding",
    source: `inspect(defn((w: Tensor, x: Tensor) => {
  let h = x.matmul(w)
  for (let layer = 0; layer < 12; layer++) h = h * 9 + h * h * 0.01
  return h.sum()
}), normal(1, [4, 4]).multiply(1e-3), normal(2, [2, 4]))`,
  },
  {
    name: "inspect-vanishing",
    source: `inspect(defn((w: Tensor, x: Tensor) => {
  let h = x.matmul(w)
  for (let layer = 0; layer < 18; layer++) h = (h * 1.5 - 0.7).sigmoid()
  return h.sum()
}), normal(1, [4, 4]), normal(2, [2, 4]))`,
  },
  {
    name: "inspect-cut-edges",
    source: `inspect(defn((w: Tensor, x: Tensor) => {
  const target = stopGradient(w * x)
  const steps = (w * 8).asType("i32")
  return (target - steps / 8).square().sum()
}), tensor([0.31, 0.74]), tensor([1, 2]))`,
  },
  {
    name: "inspect-wrong-rule",
    source: `const energy = customGrad(
  (v: Tensor) => v.multiply(v).sum(),
  (g, { inputs: [v] }) => [g.multiply(v)],
)
inspect(defn((v: Tensor) => energy(v * 3)), tensor([0.5, -1.5, 2]))`,
  },
  { name: "watch", source: watched("fine", "manyY") },
  {
    name: "watch-nan",
    source: watched("broken", "i === 163 ? manyY.multiply(Number.NaN) : manyY"),
  },
  { name: "training", source: trained("manyX") },
  { name: "training-nan", source: trained("i === 117 ? manyX.multiply(Infinity) : manyX") },
  { name: "step-through", source: "stepThrough(loss, params, x, y)" },
  {
    name: "step-through-last",
    source: "stepThrough(loss, params, x, y)",
    act: (output) => lastStep(output),
  },
  {
    name: "step-through-sum",
    source: "stepThrough(defn((u: Tensor) => u * u * u.sin()), tensor(2))",
    act: (output) => lastStep(output),
  },
  {
    name: "exercise",
    source:
      "exercise((w: Tensor, x: Tensor) => x.matmul(w).square().sum(), tensor([[1, 2], [3, 4]]), tensor([[1, -2], [0.5, 1]]))",
  },
]

const lastStep = (output) => output.getByRole("slider", { name: "step" }).press("End")
