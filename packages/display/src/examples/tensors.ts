/** @file Tensor documents and gradient documents of the tests, with repeatable numbers. */
import { bytesToBase64, doublesToBase64, floatsToBase64 } from "../base64.ts"
import { spreadOf } from "../document/tensor.ts"
import { floatValue } from "../format.ts"
import {
  type GradientDoc,
  HISTOGRAM_BINS,
  HISTOGRAM_FIRST,
  type TensorDoc,
  versionOf,
} from "../payload.ts"
import { tensorLine } from "../tensor-text.ts"
import { distanceLoss } from "./graphs.ts"

/** Standard normal numbers by Box and Muller from a 32-bit generator (mulberry32). */
export function normal(seed: number, count: number, scale = 1): number[] {
  let state = seed
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
  return Array.from(
    { length: count },
    () => scale * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  )
}

const exponent = (x: number): number => Math.floor(Math.log2(Math.abs(x)))

/** A whole tensor as a document with one level. */
export function tensorDoc(
  values: readonly number[],
  shape: readonly number[],
  more: Partial<TensorDoc> = {},
): TensorDoc {
  const finite = values.filter(Number.isFinite)
  const mean = finite.reduce((a, b) => a + b, 0) / finite.length
  const std = Math.sqrt(finite.reduce((a, b) => a + (b - mean) ** 2, 0) / finite.length)
  const stats = {
    count: values.length,
    zeros: values.filter((v) => v === 0).length,
    nan: values.filter(Number.isNaN).length,
    posInf: values.filter((v) => v === Infinity).length,
    negInf: values.filter((v) => v === -Infinity).length,
    min: floatValue(finite.length > 0 ? finite.reduce((a, b) => Math.min(a, b)) : Number.NaN),
    max: floatValue(finite.length > 0 ? finite.reduce((a, b) => Math.max(a, b)) : Number.NaN),
    mean: floatValue(mean),
    std: floatValue(std),
  }
  const sized = finite.filter((v) => v !== 0)
  const first = sized.length > 0 ? sized.reduce((a, b) => Math.min(a, exponent(b)), 2000) : 0
  const bins =
    sized.length > 0 ? sized.reduce((a, b) => Math.max(a, exponent(b)), -2000) - first + 1 : 0
  const count = (sign: number) =>
    Array.from(
      { length: bins },
      (_, k) => sized.filter((v) => v * sign > 0 && exponent(v) === first + k).length,
    )
  const flag = (v: number) =>
    Number.isNaN(v) ? 1 : v === Infinity ? 2 : v === -Infinity ? 4 : v === 0 ? 8 : 0
  const type = { dtype: "f32", shape, names: more.names }
  const spread = spreadOf(values, stats)
  return {
    schema: versionOf("tensor"),
    strings: [],
    sources: [],
    locs: [],
    ...type,
    bytes: 4 * values.length,
    text: tensorLine({ ...type, ...more, stats, spread, bytes: 4 * values.length }, values),
    stats,
    ...(spread ? { spread } : {}),
    histogram: { first, negative: count(-1), positive: count(1) },
    pyramid: [
      {
        panels: shape.slice(0, -2).reduce((a, b) => a * b, 1),
        rows: shape[shape.length - 2] ?? 1,
        columns: shape[shape.length - 1] ?? 1,
        factor: [1, 1],
        mean: floatsToBase64(values.map((v) => (Number.isFinite(v) ? v : Number.NaN))),
        flags: bytesToBase64(Uint8Array.from(values, flag)),
      },
    ],
    ...(values.length <= 1024 ? { values: doublesToBase64(values) } : {}),
    ...more,
  }
}

/** Causal attention of four heads, with one NaN. */
export function attention(): TensorDoc {
  const scores = normal(5, 4 * 14 * 14, 1.4)
  const values = scores.map((s, i) => {
    const [row, column] = [Math.floor(i / 14) % 14, i % 14]
    if (column > row) return 0
    const line = scores.slice(i - column, i - column + row + 1).map(Math.exp)
    return Math.exp(s) / line.reduce((a, b) => a + b, 0)
  })
  values[2 * 196 + 5 * 14 + 3] = Number.NaN
  return tensorDoc(values, [4, 14, 14], { names: ["head", "query", "key"], title: "weights" })
}

/** A confusion matrix of ten classes. */
export function confusion(): TensorDoc {
  const names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
  const noise = normal(9, 100, 3)
  const values = noise.map((v, i) =>
    i % 11 === 0 ? 90 + Math.round(v) : Math.max(0, Math.round(v)),
  )
  return tensorDoc(values, [10, 10], {
    dtype: "i32",
    title: "confusion",
    labels: { rows: names, columns: names },
  })
}

/** Columns of a measured tensor, in the order of `COLUMNS`. */
function measure(values: readonly number[]): number[] {
  const finite = values.filter(Number.isFinite)
  const bins = new Array<number>(HISTOGRAM_BINS).fill(0)
  for (const v of finite)
    if (v !== 0) bins[Math.max(0, Math.min(HISTOGRAM_BINS - 1, exponent(v) - HISTOGRAM_FIRST))]++
  const l2 = Math.hypot(...finite)
  const infinite = values.filter((v) => Math.abs(v) === Infinity).length
  return [
    values.length,
    values.filter((v) => v === 0).length,
    values.filter(Number.isNaN).length,
    infinite,
    l2,
    ...bins,
  ]
}
const COLUMNS = [
  "n",
  "zeros",
  "nan",
  "posInf",
  "l2",
  ...Array.from({ length: HISTOGRAM_BINS }, (_, k) => `h${k}`),
]

/** The distance loss, inspected: a NaN born in the derivative of the square root. */
export function inspected(): GradientDoc {
  const doc = distanceLoss()
  const { nodes } = doc
  const find = (name: string) => nodes.name!.findIndex((n) => doc.strings[n] === name)
  const s = find("s")
  const measured: number[] = []
  const rows: number[][] = []
  nodes.op.forEach((_, id) => {
    const shape = nodes.outs[id][0].shape as number[]
    const count = shape.reduce((a, b) => a * b, 1)
    const back = nodes.phase[id] === "bwd"
    const values = normal(id + 1, count, back ? 0.015 : 1.5).map((v, k) =>
      k % 7 === 3 && !back && id > s - 6 ? 0 : v,
    )
    if (back && id > nodes.grad![s] - 1) for (let k = 0; k < count; k += 8) values[k] = Number.NaN
    measured.push(id)
    rows.push(measure(values))
  })
  const origin = nodes.grad![s]
  return {
    ...doc,
    schema: versionOf("gradient"),
    runs: [
      {
        id: "run",
        device: "cpu",
        stats: { node: measured, cols: COLUMNS, data: doublesToBase64(rows.flat()) },
        first: [
          {
            kind: "nan",
            node: origin,
            chain: [origin],
            reason:
              "The value is fine, the derivative is not: ∂s = ∂p / (2 √s), and s is 0 in 3 of 24 rows. There the branch that was not taken sends ∂p = 0, and 0 / 0 is NaN.",
            fix: "const r = s > 0 ? s.sqrt() : 0",
          },
        ],
      },
    ],
    checks: checksOf(find),
    harms: [
      {
        label: "NaN",
        node: origin,
        measure: "s.sqrt(): 0/0 in 3 of 24 rows, reaches both parameters.",
      },
      {
        label: "vanishes",
        node: find("hₐ"),
        measure: "tanh is saturated: |h| > 0.99 for 68 % of values.",
        remedy: "Drop the × 3 or scale w1.",
      },
    ],
  }
}
/** One wrong rule, one kink, the others right. */
const checksOf = (find: (name: string) => number): GradientDoc["checks"] =>
  ["uₐ", "vₐ", "hₐ", "zₐ", "δ", "q", "s", "p"].map((name, k) => ({
    node: find(name),
    kind: "vjp-local",
    verdict: name === "p" ? "wrong" : name === "zₐ" ? "kink" : "ok",
    rel: name === "p" ? "Infinity" : (k + 2) * 1e-11,
    eps: 1e-5,
  }))
