/** @file Axes: from data to pixels, with round ticks. */

export interface Scale {
  readonly at: (v: number) => number
  readonly ticks: readonly { readonly at: number; readonly label: string }[]
}
const trim = (x: number): string => String(Number(x.toPrecision(6))).replace("-", "−")

/** Steps of 1, 2 or 5 times a power of ten, about `count` of them. */
export function roundTicks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count || 1
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10)
  const first = Math.ceil(low / step - 1e-9)
  return Array.from(
    { length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) },
    (_, i) => (first + i) * step,
  )
}

/** Numbers between `low` and `high` on pixels `from` to `to`. */
export function linearScale(
  low: number,
  high: number,
  from: number,
  to: number,
  count: number,
): Scale {
  const [a, b] = low === high ? [low - 0.5, high + 0.5] : [low, high]
  const at = (v: number): number => from + ((v - a) / (b - a)) * (to - from)
  return { at, ticks: roundTicks(a, b, count).map((v) => ({ at: at(v), label: trim(v) })) }
}
/** Powers of ten; values that have no logarithm are left out by the caller. */
export function logScale(low: number, high: number, from: number, to: number): Scale {
  const [a, b] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const [l, h] = a === b ? [a, a + 1] : [Math.log10(low), Math.log10(high)]
  const at = (v: number): number => from + ((Math.log10(v) - l) / (h - l)) * (to - from)
  const exponents = Array.from({ length: b - a + 1 }, (_, i) => a + i)
  const multiples = exponents.length > 3 ? [1] : [1, 2, 5]
  const ticks = exponents
    .flatMap((e) => multiples.map((m) => m * 10 ** e))
    .filter((v) => v >= low * 0.999 && v <= high * 1.001)
  return {
    at,
    ticks: ticks.map((v) => ({
      at: at(v),
      label:
        v >= 1e-3 && v < 1e5 ? trim(v) : v.toExponential(0).replace("e-", "e−").replace("e+", "e"),
    })),
  }
}
/** Names side by side, each in the middle of its band. */
export function bandScale(
  names: readonly string[],
  from: number,
  to: number,
): Scale & { readonly band: number } {
  const band = Math.abs(to - from) / Math.max(1, names.length)
  const sign = Math.sign(to - from)
  const at = (i: number): number => from + sign * band * (i + 0.5)
  const every = Math.ceil(names.length / 24)
  return { at, band, ticks: names.flatMap((label, i) => (i % every ? [] : [{ at: at(i), label }])) }
}
