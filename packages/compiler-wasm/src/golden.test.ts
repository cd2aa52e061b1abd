/** Kernels as text (D10.3): what is one kernel stays one kernel. `UPDATE=1` writes the files anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as d from "@defnote/core"
import { expect, test } from "vitest"
import { wasm } from "./index.ts"

const folder = fileURLToPath(new URL("../test/golden/", import.meta.url))
const f32 = (...shape: number[]): d.TensorType => ({ dtype: "f32", shape })

interface Case {
  readonly types: d.TensorType[]
  readonly forms: string[]
  readonly f: (...x: d.Tensor[]) => d.Tensor | d.Tensor[]
}
const CASES: Record<string, Case> = {
  chainA: {
    types: [f32(1000)],
    forms: ["map"],
    f: (x) => d.multiply(d.maximum(d.add(d.multiply(x, 2), 1), 0), x),
  },
  chainT: {
    types: [f32(1000)],
    forms: ["map"],
    f: (x) => d.multiply(d.tanh(d.add(d.multiply(x, 2), 1)), x),
  },
  softmax: { types: [f32(64, 100)], forms: ["row"], f: (x) => d.softmax(x) },
  logSoftmax: { types: [f32(64, 100)], forms: ["row"], f: (x) => d.logSoftmax(x) },
  layerNorm: {
    types: [f32(64, 100), f32(100), f32(100)],
    forms: ["row"],
    f: (x, gain, bias) => d.add(d.multiply(d.standardize(x), gain), bias),
  },
  variance: { types: [f32(64, 100)], forms: ["row"], f: (x) => d.variance(x, { axes: [-1] }) },
  dense: {
    types: [f32(128, 784), f32(784, 256), f32(256)],
    forms: ["pack", "contract"],
    f: (x, w, b) => d.relu(d.add(d.dot(x, w), b)),
  },
  columnSum: { types: [f32(64, 100)], forms: ["reduce"], f: (x) => d.sum(d.exp(x), { axes: [0] }) },
  bias: { types: [f32(64, 100), f32(100)], forms: ["map"], f: (x, b) => d.add(x, b) },
  transposed: { types: [f32(64, 100)], forms: ["map"], f: (x) => d.transpose(x) },
  regrouped: {
    types: [f32(6, 4)],
    forms: ["map"],
    f: (x) => d.tanh(d.reshape(d.reshape(x, [2, 3, 4]), [24])),
  },
  running: { types: [f32(64, 100)], forms: ["scan"], f: (x) => d.multiply(d.cumSum(d.exp(x)), 2) },
  crossEntropy: {
    types: [f32(64, 10), f32(64, 10)],
    forms: ["row", "reduce"],
    f: (logits, y) => d.negate(d.mean(d.sum(d.multiply(d.logSoftmax(logits), y), { axes: [-1] }))),
  },
}

/** The listing without the arithmetic of elementary functions, whose coefficients have tests of their own. */
function skeleton(source: string): string {
  const lines = source.split("\n").filter((line) => !/^\s*let t\d+ =/.test(line))
  return lines
    .map((line) => (line.length > 100 ? line.replace(/ = .*/, " = ...") : line))
    .join("\n")
    .replace(/\bt\d+\b/g, "t")
}

for (const [name, { types, forms, f }] of Object.entries(CASES)) {
  test(name, () => {
    const graph = d.withTable(new d.InternTable(), () =>
      d.graphOf(types, (...x) => [f(...x)].flat()),
    )
    // Strict kernels are the same on every machine and Node version: no relaxed SIMD, no larger tiles.
    const { kernels } = wasm.compile(graph, { strict: true })
    expect(kernels.map((k) => k.form)).toEqual(forms)
    const text = kernels.map((k) => `; ${k.why}\n${skeleton(k.source)}\n`).join("\n")
    const file = `${folder}${name}.txt`
    if (process.env.UPDATE || !existsSync(file)) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(file, text)
    }
    expect(text).toBe(readFileSync(file, "utf8"))
    for (const k of kernels) {
      const lines = k.source.split("\n").length
      expect(k.lineNodes.every(([line]) => line >= 1 && line <= lines)).toBe(true)
    }
  })
}
