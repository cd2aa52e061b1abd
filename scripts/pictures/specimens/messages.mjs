/** @file Specimens of what is text: errors with their place in the cell, warnings, printed values, functions. */

export const setup = `import { defn, random, tensor, type Tensor } from "defnote"
const normal = (seed: number, shape: number[]) => random.normal(random.key(seed), shape)
const layer = defn((x: Tensor, w: Tensor) => (x.matmul(w) * 0.3).tanh())`

export const specimens = [
  {
    name: "error-shapes",
    source: `const helper = (a: Tensor) => a.matmul(normal(1, [4, 2]))
const model = defn((x: Tensor) => helper(x * 2).sum())
model(normal(2, [5, 3]))`,
    fails: true,
  },
  { name: "error-types", source: `tensor([1, 2]) + "three"`, fails: true },
  { name: "error-plain", source: `JSON.parse("{ not json")`, fails: true },
  { name: "error-syntax", source: "const half = (1 + ", fails: true },
  {
    name: "warning-condition",
    source: `const t = tensor([1, 0])
if (t) console.log("always")`,
    fails: true,
  },
  { name: "function-text", source: "layer" },
  {
    name: "values-text",
    source: `({ loss: tensor(0.25), steps: 10, name: "run", w: normal(1, [2, 2]) })`,
  },
  { name: "printed", source: "console.log(normal(1, [3, 4]), [1, 2, 3], { a: tensor(1) })" },
]
