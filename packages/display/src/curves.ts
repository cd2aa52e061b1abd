/** @file Curves over steps as numbers: running mean, vertical scale, columns of a strip. Shared by view and static picture. */
import { decodeFloats } from "./base64.ts"
import type { TrainingSeries } from "./payload.ts"

/** One decoded curve. */
export interface Curve {
  readonly name: string
  readonly role: TrainingSeries["role"]
  readonly step: Float64Array
  readonly value: Float64Array
}

/** Decodes a series. @throws Error when its columns differ in length */
export function decodeCurve(series: TrainingSeries): Curve {
  const step = decodeFloats(series.step, 8)
  const value = decodeFloats(series.value, 8)
  if (!step || !value || step.length !== value.length)
    throw new Error(
      `training: the curve ${series.name} has ${step?.length} steps and ${value?.length} values`,
    )
  return { name: series.name, role: series.role, step, value }
}

/** Exponential mean that starts at the first value; a broken value leaves it as it is. */
export function runningMean(values: Float64Array): Float64Array {
  const weight = 2 / (Math.min(40, Math.max(2, values.length / 16)) + 1)
  let mean = Number.NaN
  return values.map((v) => {
    if (Number.isFinite(v)) mean = Number.isNaN(mean) ? v : mean + weight * (v - mean)
    return mean
  })
}

/** Where values lie between two heights, and the values that get a line. */
export interface VerticalScale {
  readonly ticks: readonly number[]
  y(value: number): number
}

/** Log axis when all values are positive and span more than a factor of three; else linear. */
export function verticalScale(
  values: readonly number[],
  top: number,
  bottom: number,
): VerticalScale {
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const log = low > 0 && high / low > 3
  const to = (v: number) => (log ? Math.log10(v) : v)
  const [a, b] = [to(low), to(high)]
  const pad = (b - a) * 0.06 || Math.abs(a) * 0.1 || 1
  const y = (v: number) => bottom - ((to(v) - a + pad) / (b - a + 2 * pad)) * (bottom - top)
  return { ticks: log ? logTicks(low, high) : linearTicks(low, high), y }
}

function logTicks(low: number, high: number): readonly number[] {
  const ticks: number[] = []
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
    for (const k of [1, 3]) if (k * 10 ** e >= low && k * 10 ** e <= high) ticks.push(k * 10 ** e)
  }
  const every = Math.ceil(ticks.length / 6)
  return ticks.filter((_, i) => i % every === 0)
}

function linearTicks(low: number, high: number): readonly number[] {
  const raw = (high - low || 1) / 4
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw) ?? raw
  const ticks: number[] = []
  for (let v = Math.ceil(low / step) * step; v <= high; v += step)
    ticks.push(Number(v.toPrecision(12)))
  return ticks
}

/** The line of a curve as an SVG path, in pieces where it is broken. */
export function curvePath(
  steps: ArrayLike<number>,
  values: ArrayLike<number>,
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  let text = ""
  let pen = "M"
  for (let i = 0; i < steps.length; i++) {
    if (!Number.isFinite(values[i])) {
      pen = "M"
      continue
    }
    text += `${pen}${x(steps[i]).toFixed(1)} ${y(values[i]).toFixed(1)}`
    pen = "L"
  }
  return text
}

/** The larger of two, and NaN where one is: what broke is never merged away. */
export const worseOf = (a: number, b: number): number => (a >= b || Number.isNaN(a) ? a : b)

/** One column of a strip: its first step, and the worst value of its steps. */
export interface StripColumn {
  readonly step: number
  readonly worst: number
}

/** Most columns of a strip (VISUAL §11). */
const COLUMNS = 160

/** A column a step; more are merged by their maximum, and NaN wins. */
export function stripColumns({ step, value }: Curve, most = COLUMNS): readonly StripColumn[] {
  const count = Math.min(most, value.length)
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * value.length) / count)
    const to = Math.max(from + 1, Math.floor(((i + 1) * value.length) / count))
    return { step: step[from], worst: value.subarray(from, to).reduce(worseOf) }
  })
}

/** Exponents of two between which all finite norms lie: one scale for every strip. */
export function normRange(curves: readonly Curve[]): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, 0]
  for (const { value } of curves)
    for (const v of value)
      if (v > 0 && Number.isFinite(v)) [low, high] = [Math.min(low, v), Math.max(high, v)]
  return high > 0 ? [Math.round(Math.log2(low)), Math.round(Math.log2(high))] : [0, 0]
}

/** How dark a column is, from pale at 2^low to full at 2^high. */
export function normShade(value: number, low: number, high: number): number {
  if (!(value > 0)) return 0.05
  const share = (Math.log2(value) - low) / Math.max(1, high - low)
  return 0.12 + 0.88 * Math.max(0, Math.min(1, share))
}
