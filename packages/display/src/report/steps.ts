/** @file A trace, decoded: values as numbers, and one entry of a step written out term by term. Knows no picture. */
import { decodeFloats } from "../base64.ts"
import type { TraceDoc, TraceJacobian, TraceStep } from "../payload.ts"
import { shorts } from "../read-trace.ts"

/** One product of the sum that an entry is: the upstream or left factor, and the local or right one. */
export interface Term {
  readonly left: number
  readonly right: number
  /** Flat positions of the factors in their tensors; -1 for a derivative that is no entry of a tensor. */
  readonly leftAt: number
  readonly rightAt: number
}

/** Numbers of the values of a trace, decoded when they are asked for. */
export class TraceNumbers {
  readonly doc: TraceDoc
  readonly #known = new Map<number, Float64Array | undefined>()
  constructor(doc: TraceDoc) {
    this.doc = doc
  }
  /** The elements; undefined for a tensor that is only summarised. */
  of(value: number | undefined): Float64Array | undefined {
    if (value === undefined || value < 0) return undefined
    if (!this.#known.has(value)) {
      const { data, width } = this.doc.values[value]
      this.#known.set(
        value,
        data === undefined ? undefined : decodeFloats(data, width === 4 ? 4 : 8),
      )
    }
    return this.#known.get(value)
  }
  shape(value: number): readonly number[] {
    return this.doc.values[value].shape
  }
}

/** `1, 0` of a flat position. */
export function positionOf(at: number, shape: readonly number[]): number[] {
  const out: number[] = []
  for (let k = shape.length - 1; k >= 0; k--) {
    out.unshift(at % shape[k])
    at = Math.floor(at / shape[k])
  }
  return out
}
/** `∂w[1, 0]`; a scalar has no brackets. */
export const entryName = (name: string, at: number, shape: readonly number[]): string =>
  shape.length ? `${name}[${positionOf(at, shape).join(", ")}]` : name

/**
 * The products whose sum is entry `at` of a step: of a contraction its factors, of a backward step upstream and local
 * derivative. Undefined where the trace does not hold what is needed.
 */
export function termsOf(step: TraceStep, at: number, numbers: TraceNumbers): Term[] | undefined {
  const { back } = step
  if (!back) {
    if (!step.spec) return undefined
    return products(step.spec, 2, at, [step.operands[0], step.operands[1]], numbers)
  }
  const g = numbers.of(back.upstream)
  if (!g) return undefined
  const { jacobian } = back
  if (jacobian.kind === "diagonal") {
    const local = numbers.of(jacobian.value)
    return local && [{ left: g[at], right: local[at], leftAt: at, rightAt: at }]
  }
  if (jacobian.kind === "entries") return entryTerms(jacobian, at, g)
  if (jacobian.kind === "unknown") return undefined
  return products(jacobian.spec as string, back.input, at, factorsOf(step), numbers)
}

/** The values that a contraction's labels stand for: both operands, and upstream in place of the output. */
const factorsOf = ({ operands, back }: TraceStep): (number | undefined)[] =>
  [0, 1, 2].map((k) => (k === back?.input ? undefined : k === 2 ? back?.upstream : operands[k]))

function entryTerms(j: TraceJacobian, at: number, g: Float64Array): Term[] {
  const [row, column] = [shorts(j.row), shorts(j.column)] as [Uint16Array, Uint16Array]
  const data = j.data === undefined ? undefined : decodeFloats(j.data, 4)
  const terms: Term[] = []
  column.forEach((c, e) => {
    if (c !== at) return
    terms.push({ left: g[row[e]], right: data ? data[e] : 1, leftAt: row[e], rightAt: -1 })
  })
  return terms
}

/** Every product of a contraction `spec` that belongs to entry `at` of the tensor with labels `target`. */
function products(
  spec: string,
  target: number,
  at: number,
  factors: readonly (number | undefined)[],
  numbers: TraceNumbers,
): Term[] | undefined {
  const labels = spec.split(/,|->/)
  const others = [2, 0, 1].filter((k) => k !== target)
  const shapes = others.map((k) => numbers.shape(factors[k] as number))
  const values = others.map((k) => numbers.of(factors[k]))
  if (values.some((v) => !v)) return undefined
  const sizes = new Map<string, number>()
  others.forEach((k, i) => {
    for (const [axis, c] of [...labels[k]].entries()) sizes.set(c, shapes[i][axis])
  })
  const free = [...labels[target]]
  const summed = [...sizes.keys()].filter((c) => !free.includes(c))
  const place = new Map(
    free.map((c, i) => [
      c,
      positionOf(
        at,
        free.map((f) => sizes.get(f) ?? 1),
      )[i],
    ]),
  )
  const count = summed.reduce((n, c) => n * (sizes.get(c) as number), 1)
  return Array.from({ length: count }, (_, s) => {
    positionOf(
      s,
      summed.map((c) => sizes.get(c) as number),
    ).forEach((p, i) => place.set(summed[i], p))
    const [leftAt, rightAt] = others.map((k, i) =>
      flat(
        [...labels[k]].map((c) => place.get(c) as number),
        shapes[i],
      ),
    )
    const [left, right] = values as [Float64Array, Float64Array]
    return { left: left[leftAt], right: right[rightAt], leftAt, rightAt }
  })
}
const flat = (position: readonly number[], shape: readonly number[]): number =>
  position.reduce((at, p, k) => at * shape[k] + p, 0)
