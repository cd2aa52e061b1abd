/** @file When two results count as equal: bit for bit, within units in the last place, or within a relative error. */
import { type DType, isFloat, type Value, type Values } from "@defnote/core"

/** Bits of the fraction, and the exponent of the smallest normal number. */
const FLOATS = { f16: [10, -14], bf16: [7, -126], f32: [23, -126], f64: [52, -1022] } as const

/** The distance in units in the last place of `want`; 0 for equal values and two NaN, infinite for other special ones. */
export function ulpDistance(got: number, want: number, d: DType): number {
  if (Object.is(got, want) || (Number.isNaN(got) && Number.isNaN(want))) return 0
  if (!isFloat(d) || Number.isNaN(got) || Number.isNaN(want)) return Number.POSITIVE_INFINITY
  const [fraction, smallest] = FLOATS[d]
  const largest = (2 - 2 ** -fraction) * 2 ** largestExponent(d)
  const finite = (x: number): number => Math.max(-largest, Math.min(largest, x))
  // Infinity is one unit beyond the largest number.
  const over = Number(!Number.isFinite(got)) + Number(!Number.isFinite(want))
  const [a, b] = [finite(got), finite(want)]
  if (a === 0 && b === 0) return Number.POSITIVE_INFINITY
  const exponent = Math.max(smallest, Math.floor(Math.log2(Math.abs(b) || 2 ** smallest)))
  return (Math.abs(a - b) / 2 ** exponent) * 2 ** fraction + over
}
const largestExponent = (d: DType): number => (d === "f16" ? 15 : d === "f64" ? 1023 : 127)

/** How far results may be apart. Integers and bools are always exact. */
export type Tolerance =
  | { readonly ulp: number }
  | { readonly relative: Partial<Record<DType, number>> }
/** For results that are summed in another order, or derived by other formulas. */
export const RELATIVE: Tolerance = { relative: { f64: 1e-9, f32: 2e-5, f16: 2e-2, bf16: 1e-1 } }
/** The bound of most functions; see elementary/accuracy.test.ts in core for the bounds of definitions. */
export const COMMON: Tolerance = { ulp: 2 }

function near(got: number, want: number, tolerance: number): boolean {
  if (Object.is(got, want) || got === want) return true
  if (!Number.isFinite(got) || !Number.isFinite(want))
    return Number.isNaN(got) && Number.isNaN(want)
  return Math.abs(got - want) <= tolerance * (1 + Math.abs(want))
}
function agree(got: Value, want: Value, d: DType, t: Tolerance): boolean {
  if (!isFloat(d)) return got === want
  if ("ulp" in t) return ulpDistance(Number(got), Number(want), d) <= t.ulp
  return near(Number(got), Number(want), t.relative[d] ?? 0)
}

/** What differs first, in words; undefined when nothing does. */
export function difference(got: Values, want: Values, d: DType, t: Tolerance): string | undefined {
  if (got.length !== want.length) return `${got.length} values; want ${want.length}`
  for (let i = 0; i < want.length; i++) {
    if (agree(got[i], want[i], d, t)) continue
    const apart = isFloat(d)
      ? ` (${ulpDistance(Number(got[i]), Number(want[i]), d).toPrecision(3)} ULP)`
      : ""
    return `element ${i} of ${want.length} is ${shown(got[i])}; want ${shown(want[i])}${apart}`
  }
  return undefined
}
const shown = (x: Value): string => (Object.is(x, -0) ? "-0" : String(x))
