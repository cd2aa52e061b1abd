/** @file Specimens of graphs and kernels: sizes, states, lenses, tabs. Knows no browser but what `act` is given. */

const KEYS = { searching: "/", bytes: "t" }

/** Presses keys in the focused graph. */
const keys =
  (...names) =>
  async (output, page) => {
    await output.locator(".dn-stage").focus()
    for (const name of names) await page.keyboard.press(name)
  }
const search = (text, more) => async (output, page) => {
  await keys(KEYS.searching)(output, page)
  await page.keyboard.insertText(text)
  await more?.(output, page)
}
const overlay = (name) => (output) => output.getByLabel("overlay (t)").selectOption(name)
const tab = (name) => (output) => output.getByRole("tab", { name }).click()

export const setup = `import { checkpoint, cond, defn, graph, inspect, profile, random, tensor, valueAndGrad, zeros, type Tensor } from "defnote"

type Params = { w: Tensor; b: Tensor }
const loss = defn(({ w, b }: Params, x: Tensor, y: Tensor) => {
  const h = (x.matmul(w) + b).tanh()
  return ((h - y) ** 2).mean()
})
const normal = (seed: number, shape: number[]) => random.normal(random.key(seed), shape)
const params: Params = { w: normal(1, [3, 2]), b: tensor([0.1, -0.1]) }
const x = normal(2, [4, 3])
const y = normal(3, [4, 2])

type Layers = Params[]
const mlp = defn((layers: Layers, x: Tensor, y: Tensor) => {
  let h = x
  for (const { w, b } of layers) h = (h.matmul(w) + b).relu()
  return ((h - y) ** 2).mean()
})
const layers: Layers = Array.from({ length: 6 }, (_, i) => ({ w: normal(i, [8, 8]), b: zeros([8]) }))
const step = defn((layers: Layers, x: Tensor, y: Tensor) => {
  const [value, g] = valueAndGrad(mlp)(layers, x, y)
  return [layers.map(({ w, b }, i) => ({ w: w - g[i].w * 0.1, b: b - g[i].b * 0.1 })), value]
})
const [wide, target] = [normal(7, [16, 8]), normal(8, [16, 8])]

type Block = { q: Tensor; k: Tensor; v: Tensor; o: Tensor; up: Tensor; down: Tensor; gain: Tensor }
const layerNorm = defn((x: Tensor, gain: Tensor) => {
  const centred = x - x.mean({ axis: -1, keepAxes: true })
  return (centred / (centred.square().mean({ axis: -1, keepAxes: true }) + 1e-5).sqrt()) * gain
})
const attention = defn((x: Tensor, { q, k, v, o }: Block) => {
  const scores = x.matmul(q).matmul(x.matmul(k).transpose()) / 4
  return scores.softmax().matmul(x.matmul(v)).matmul(o)
})
const feedForward = defn((x: Tensor, { up, down }: Block) => x.matmul(up).gelu().matmul(down))
const block = defn((x: Tensor, p: Block) => {
  const h = x + attention(layerNorm(x, p.gain), p)
  return h + feedForward(layerNorm(h, p.gain), p)
})
const transformer = defn((blocks: Block[], x: Tensor) => {
  let h = x
  for (const p of blocks) h = block(h, p)
  return (h ** 2).mean()
})
const blocks = (count: number): Block[] => Array.from({ length: count }, (_, i) => {
  const square = (j: number) => normal(10 * i + j, [16, 16])
  return { q: square(0), k: square(1), v: square(2), o: square(3), up: normal(10 * i + 4, [16, 64]), down: normal(10 * i + 5, [64, 16]), gain: normal(10 * i + 6, [16]) }
})
const tokens = normal(9, [12, 16])`

export const specimens = [
  {
    name: "graph-1-box",
    source: "graph(defn((x: Tensor) => x.exp()), tensor([1, 2]))",
  },
  { name: "graph-forward-only", source: "graph(loss, params, x, y)" },
  { name: "graph-10-boxes", source: "graph(valueAndGrad(loss), params, x, y)" },
  {
    name: "graph-10-selected",
    source: "graph(valueAndGrad(loss), params, x, y)",
    act: keys("ArrowDown", "ArrowDown"),
  },
  { name: "graph-95-nodes", source: "graph(step, layers, wide, target)" },
  {
    name: "graph-1000-nodes",
    source: "graph(valueAndGrad(transformer), blocks(7), tokens)",
  },
  {
    name: "graph-10000-nodes",
    source: "graph(valueAndGrad(transformer), blocks(70), tokens)",
  },
  {
    name: "graph-loop",
    source: `graph(valueAndGrad(defn((x: Tensor) => {
  let h = x
  for (let i = 0; i < 40 && h.sum() < 100; i++) h = h * 1.5 + 1
  return h.sum()
})), tensor([1, 2]))`,
  },
  {
    name: "graph-while",
    source: `const grow = defn((x: Tensor) => {
  while (x.sum() < 100) x = x * 1.5 + 1
  return x
})
graph(grow, tensor([1, 2]))`,
  },
  {
    name: "graph-cond",
    source: `graph(valueAndGrad(defn((x: Tensor) => {
  let y = x
  if (x.sum() > 0) y = x.exp() * 2
  else y = x.sin()
  return y.sum()
})), tensor([1, 2]))`,
  },
  {
    name: "graph-failed-trace",
    source: `const broken = defn((w: Tensor, x: Tensor) => x.matmul(w).tanh() + tensor([1, 2, 3]))
graph(broken, normal(1, [2, 2]), normal(2, [1, 2]))`,
  },
  {
    name: "graph-stale",
    // The picture is of the cell in which the function is written.
    source: `const small = defn((w: Tensor, x: Tensor) => (x.matmul(w) + 1).tanh().mean())
graph(valueAndGrad(small), params.w, x)`,
    edit: async (cell, page) => {
      await cell.locator(".cm-content").click()
      await page.keyboard.press("ControlOrMeta+Home")
      await page.keyboard.insertText(" ")
    },
  },
  {
    name: "graph-search",
    source: "graph(step, layers, wide, target)",
    act: search("relu", (_, page) => page.keyboard.press("Enter")),
  },
  {
    name: "graph-marks",
    source: "graph(step, layers, wide, target)",
    act: search("relu", async (output, page) => {
      await output.getByRole("button", { name: /^Mark what/ }).click()
      await output.locator(".dn-input").fill("matmul -phase:backward")
      await output.getByRole("button", { name: /^Mark what/ }).click()
      await page.keyboard.press("Escape")
    }),
  },
  {
    name: "graph-trace-inputs",
    source: "graph(step, layers, wide, target)",
    act: keys("ArrowDown", "ArrowDown", "ArrowDown", "i", "3"),
  },
  {
    name: "graph-trace-outputs",
    source: "graph(step, layers, wide, target)",
    act: keys("ArrowDown", "ArrowDown", "ArrowDown", "o"),
  },
  {
    name: "graph-saved",
    source: "graph(step, layers, wide, target)",
    act: keys("s"),
  },
  {
    name: "graph-overlay-bytes",
    source: "graph(step, layers, wide, target)",
    act: overlay("bytes"),
  },
  {
    name: "graph-overlay-flops",
    source: "graph(step, layers, wide, target)",
    act: overlay("flops"),
  },
  {
    name: "graph-overlay-time",
    source: "profile(step, layers, wide, target)",
    act: overlay("time"),
  },
  { name: "kernels-code", source: "valueAndGrad(loss).kernels(params, x, y)" },
  {
    name: "kernels-passes",
    source: `const roundabout = defn((x: Tensor) => {
  const twice = -(-x) * 2
  return (twice.reshape([4]).reshape([2, 2]) * 1 + twice).exp().sum()
})
roundabout.kernels(tensor([[1, 2], [3, 4]]))`,
    act: tab(/^Passes/),
  },
  {
    name: "kernels-memory",
    source: "valueAndGrad(transformer).kernels(blocks(2), tokens)",
    act: tab(/^Memory/),
  },
  {
    name: "kernels-saved",
    source: "valueAndGrad(transformer).kernels(blocks(2), tokens)",
    act: tab(/^Saved/),
  },
  { name: "kernels-1000-nodes", source: "valueAndGrad(transformer).kernels(blocks(7), tokens)" },
  { name: "kernels-profile", source: "profile(valueAndGrad(mlp), layers, wide, target)" },
]
