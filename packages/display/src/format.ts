/** @file Numbers, counts, sizes, times and types as people read them (VISUAL: numbers). */
import type { FloatValue } from "./payload.ts"

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
const SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉"

/** An integer in superscript digits: `⁻²⁶`. */
export const superscript = (n: number): string =>
  (n < 0 ? "⁻" : "") + String(Math.abs(n)).replace(/\d/g, (d) => SUPERSCRIPT[+d])

/** An integer in subscript digits: `₁₂`. */
export const subscript = (n: number): string => String(n).replace(/\d/g, (d) => SUBSCRIPT[+d])

/** The number that a JSON float stands for. */
export function floatOf(value: FloatValue): number {
  return value === "-0" ? -0 : Number(value)
}

/** A float as JSON can say it (D8.3). */
export function floatValue(value: number): FloatValue {
  if (Number.isNaN(value)) return "NaN"
  if (value === Infinity) return "Infinity"
  if (value === -Infinity) return "-Infinity"
  return Object.is(value, -0) ? "-0" : value
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN"
  if (Number.isFinite(value)) return undefined
  return value > 0 ? "Inf" : "−Inf"
}

/** `digits` significant digits; an exponent below 1e−3 and from 1e6; a true minus. */
export function formatNumber(value: number, digits = 3): string {
  const named = special(value)
  if (named) return named
  if (value === 0) return "0"
  const size = Math.abs(value)
  const small = size < 1e-3 || Math.round(size) >= 1e6
  const text = small ? exponential(value, digits) : plain(value, digits)
  return text.replace(/-/g, "−")
}

const exponential = (value: number, digits: number): string =>
  value.toExponential(digits - 1).replace("e+", "e")

/** Integers keep all their digits; `toPrecision` would turn 1234 into an exponent. */
function plain(value: number, digits: number): string {
  if (Number.isInteger(value)) return String(value)
  const whole = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits))))) + 1
  return value.toFixed(Math.max(0, digits - whole))
}

/** A constant of the program, as short as it is exact to three digits: `0.1`, `1e−5`, `2`. */
export function formatConstant(value: number): string {
  const text = formatNumber(value)
  if (!/[.e]/.test(text)) return text
  return text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "")
}

/** Digits grouped below 10,000, then `65.5k`, `7.32M`. */
export function formatCount(count: number): string {
  if (count < 10_000)
    return count >= 1000
      ? `${Math.floor(count / 1000)},${String(count % 1000).padStart(3, "0")}`
      : String(count)
  const step = ["k", "M", "G", "T"].findIndex((_, i) => count < 999.5 * 1000 ** (i + 1))
  const at = step < 0 ? 3 : step
  return `${(count / 1000 ** (at + 1)).toPrecision(3)}${["k", "M", "G", "T"][at]}`
}

/** A factor: `×0.016`, `×7.6`, `×17.2k`. */
export const formatFactor = (factor: number): string =>
  `×${factor >= 100 && factor < 1e12 ? formatCount(Math.round(factor)) : formatNumber(factor, 2)}`

/** Bytes in binary units: `32 B`, `256 KiB`, `3.02 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const step = ["KiB", "MiB", "GiB", "TiB"].findIndex((_, i) => bytes < 1023.5 * 1024 ** (i + 1))
  const at = step < 0 ? 3 : step
  const value = bytes / 1024 ** (at + 1)
  return `${Number.isInteger(value) ? value : value.toPrecision(3)} ${["KiB", "MiB", "GiB", "TiB"][at]}`
}

/** Nanoseconds in the largest unit that keeps a digit before the point: `950 ns`, `1.24 ms`. */
export function formatTime(nanoseconds: number): string {
  const units = ["ns", "µs", "ms", "s"]
  let at = 0
  let value = nanoseconds
  while (at < 3 && value >= 999.5) {
    value /= 1000
    at++
  }
  return `${at === 0 ? Math.round(value) : Number(value.toPrecision(3))} ${units[at]}`
}

/** A share as whole percent; `<1 %` instead of 0 and `>99 %` instead of 100 when it is not all. */
export function formatPercent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %"
  const percent = (100 * part) / whole
  if (percent < 1) return "<1 %"
  if (percent > 99 && part < whole) return ">99 %"
  return `${Math.round(percent)} %`
}

type Dimension = number | string

/** `[8, 64]`; with names `[batch 8, time 64]`. A symbolic size is its own name. */
export function formatShape(
  shape: readonly Dimension[],
  names?: readonly (string | null | undefined)[],
): string {
  return `[${shape.map((size, i) => (names?.[i] ? `${names[i]} ${size}` : String(size))).join(", ")}]`
}

/** `f32[8, 64]`, a scalar `f32[]`. */
export const formatType = (
  dtype: string,
  shape: readonly Dimension[],
  names?: readonly (string | null | undefined)[],
): string => dtype + formatShape(shape, names)

/** Cuts a text to so many characters, with `…` for what is lost. */
export function clip(text: string, characters: number): string {
  const glyphs = [...text]
  if (glyphs.length <= characters) return text
  return characters <= 1 ? "…" : `${glyphs.slice(0, characters - 1).join("")}…`
}

/** Cuts a path from the left, where its parts matter least: `…attention.wq`, `…[0].w`. */
export function clipPath(text: string, characters: number): string {
  let rest = text
  while ([...rest].length > characters && /[./[]/.test(rest.slice(1)))
    rest = rest.replace(/^…?(?:\[[^\]]*\]?|[^./[]*)[./]?/, "…")
  return clip(rest, characters)
}
