/** @file The tensors of a trace: each stored once, whole where it is small, all together within a budget. */
import { DTYPES, type DType, type TensorType } from "@defnote/core"
import { doublesToBase64, floatsToBase64 } from "../base64.ts"
import type { TraceValue } from "../payload.ts"
import { tensorLine } from "../tensor-text.ts"
import { statsOf } from "./tensor.ts"

/** Elements up to which a tensor is stored whole, and bytes of all values together (VISUAL: budgets). */
const WHOLE = 1024
const BUDGET = 64 * 1024

interface Kept {
  readonly node: number
  readonly type: TensorType
  readonly values: Float64Array
}

/** Numbers tensors in the order in which steps name them. */
export class TraceValues {
  readonly #kept: Kept[] = []
  readonly #known = new Map<Float64Array, number>()

  /** The number of these values; the same memory is the same tensor. */
  add(node: number, type: TensorType, values: Float64Array): number {
    const known = this.#known.get(values)
    if (known !== undefined) return known
    this.#known.set(values, this.#kept.length)
    return this.#kept.push({ node, type, values }) - 1
  }

  /** The columns; the largest are said in one line until the rest fits. */
  list(): TraceValue[] {
    const bytes = this.#kept.map((k) =>
      k.values.length > WHOLE ? 0 : Math.ceil((k.values.length * widthOf(k.type.dtype) * 4) / 3),
    )
    const order = [...bytes.keys()].sort((a, b) => bytes[b] - bytes[a])
    let total = bytes.reduce((a, b) => a + b, 0)
    const left = new Set(this.#kept.flatMap((k, i) => (k.values.length > WHOLE ? [i] : [])))
    for (const i of order) {
      if (total <= BUDGET) break
      total -= bytes[i]
      left.add(i)
    }
    return this.#kept.map((k, i) => (left.has(i) ? summarised(k) : whole(k)))
  }
}
const widthOf = (d: DType): 4 | 8 => (d === "f64" || d === "i64" || d === "u64" ? 8 : 4)

function whole({ node, type, values }: Kept): TraceValue {
  const width = widthOf(type.dtype)
  // Integers of 32 bits do not fit into the 24 of a float.
  const exact = width === 8 || values.some((v) => Math.fround(v) !== v && !Number.isNaN(v))
  return exact
    ? { node, shape: type.shape, data: doublesToBase64(values) }
    : { node, shape: type.shape, data: floatsToBase64(values), width }
}
function summarised({ node, type, values }: Kept): TraceValue {
  const bytes = values.length * DTYPES[type.dtype].bytes
  const line = tensorLine({ ...type, bytes, stats: statsOf(values) })
  const why = values.length > WHOLE ? "" : ", left out: all values together are more than 64 KB"
  return { node, shape: type.shape, summary: `${line}${why}` }
}
