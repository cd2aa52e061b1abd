/** @file What a row of the table compares: outputs of programs, slopes, programs in a loop. */
import { type Graph, isFloat, reference, sizeOf, type Values } from "@defnote/core"
import { run } from "./programs.ts"
import { difference, RELATIVE, type Tolerance } from "./tolerance.ts"

/** Every combination of the columns' values. */
export function crossed(columns: readonly (readonly unknown[])[]): Values[] {
  const total = columns.reduce((n, c) => n * c.length, 1)
  let step = total
  return columns.map((c) => {
    step /= c.length
    const every = step
    return Array.from(
      { length: total },
      (_, i) => c[Math.floor(i / every) % c.length],
    ) as Values as Values
  })
}
export const dot = (a: readonly Values[], b: readonly Values[]): number =>
  a.reduce(
    (sum, v, i) =>
      sum + Array.from(v, (x, k) => Number(x) * Number(b[i][k])).reduce((p, q) => p + q, 0),
    0,
  )
/** <c, f(x + h t) - f(x - h t)> / 2h over the float inputs. */
export function slope(
  f: Graph,
  x: readonly Values[],
  t: readonly Values[],
  c: readonly Values[],
  h = 1e-5,
): number {
  const at = (step: number): number => {
    let k = 0
    const moved = x.map((v, i) => {
      if (!isFloat(f.inputs[i].dtype) || k >= t.length) return v
      const direction = t[k++]
      return Array.from(v, (e, j) => (e as number) + step * (direction[j] as number))
    })
    return dot(run(reference, f, moved), c)
  }
  return (at(h) - at(-h)) / (2 * h)
}
export function apart(got: number, want: number, tolerance: number): string | undefined {
  const close = Math.abs(got - want) <= tolerance * (1 + Math.abs(got) + Math.abs(want))
  return close ? undefined : `${got}; want ${want}`
}
export function looped(
  g: Graph,
  batched: Graph,
  on: readonly boolean[],
  x: readonly Values[],
  size: number,
): string | undefined {
  const all = run(reference, batched, x)
  for (let k = 0; k < size; k++) {
    const one = run(
      reference,
      g,
      x.map((v, i) => (on[i] ? part(v, k, size) : v)),
    )
    const bad = compared(
      g,
      all.map((v) => part(v, k, size)),
      one,
      RELATIVE,
    )
    if (bad) return `row ${k}: ${bad}`
  }
  return undefined
}
const part = (v: Values, k: number, size: number): Values =>
  Array.prototype.slice.call(v, (k * v.length) / size, ((k + 1) * v.length) / size)

/** What differs first between the outputs of a program and what they must be. */
export function compared(
  graph: Graph,
  got: readonly Values[],
  want: readonly Values[],
  tolerance: Tolerance,
): string | undefined {
  for (const [i, y] of graph.outputs.entries()) {
    if (got[i].length !== sizeOf(y.shape))
      return `output ${i} has ${got[i].length} values; want ${sizeOf(y.shape)}`
    const bad = difference(got[i], want[i], y.dtype, tolerance)
    if (bad) return graph.outputs.length > 1 ? `output ${i}: ${bad}` : bad
  }
  return undefined
}
