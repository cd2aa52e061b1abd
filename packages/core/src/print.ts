/** @file Tensors as text: `f32[3] [3, -0.5, 5]`, rows aligned, the middle of long axes left out. */
import { type DType, isFloat, type TypedArray } from "./dtype.ts"
import { read } from "./number.ts"
import { formatType, type TensorType } from "./shape.ts"

export interface PrintOptions {
  /** Significant digits of floats; default 4. */
  readonly precision?: number
  /** Elements beyond which the middle of every axis is left out; default 100. */
  readonly limit?: number
  /** How many entries of an axis stay at each end; default 3. */
  readonly edge?: number
}

/** One element. Floats in the fewest digits that `precision` allows, never padded. */
export function formatNumber(d: DType, x: number | bigint, precision = 4): string {
  if (d === "bool") return x ? "true" : "false"
  if (typeof x === "bigint" || !isFloat(d)) return String(x)
  if (!Number.isFinite(x)) return String(x)
  if (x === 0) return Object.is(x, -0) ? "-0" : "0"
  const a = Math.abs(x)
  return a >= 1e6 || a < 1e-4
    ? exponent(x, precision)
    : String(Number(x.toPrecision(a >= 10 ** precision ? Math.ceil(Math.log10(a)) : precision)))
}
const exponent = (x: number, precision: number): string =>
  x
    .toExponential(precision - 1)
    .replace(/\.?0+e/, "e")
    .replace("e+", "e")

/** Type and elements; several lines from rank 2 on. */
export function formatTensor(
  type: TensorType,
  a: TypedArray,
  { precision = 4, limit = 100, edge = 3 }: PrintOptions = {},
): string {
  const short = a.length > limit
  const print = (axis: number, from: number, n: number, indent: string): string => {
    if (axis === type.shape.length)
      return formatNumber(type.dtype, read(type.dtype, a, from), precision)
    const size = type.shape[axis]
    const step = size ? n / size : 0
    const last = axis === type.shape.length - 1
    const shown =
      short && size > 2 * edge + 1
        ? [...Array(edge).keys(), -1, ...Array.from({ length: edge }, (_, i) => size - edge + i)]
        : [...Array(size).keys()]
    const parts = shown.map((i) =>
      i < 0 ? "…" : print(axis + 1, from + i * step, step, `${indent} `),
    )
    return `[${parts.join(last ? ", " : `,\n${indent} `)}]`
  }
  const head = formatType(type)
  if (!type.shape.length) return `${head} ${print(0, 0, 1, "")}`
  const body = print(0, 0, a.length, "")
  return type.shape.length === 1 || !body.includes("\n") ? `${head} ${body}` : `${head}\n${body}`
}
