/** @file Checks a predicted entry of a gradient, and says which factor is off where that can be seen. Knows no picture. */
import { formatNumber } from "../format.ts"
import type { TraceStep } from "../payload.ts"
import { between, kinksOf, type Sides } from "./agreement.ts"
import { type TraceNumbers, termsOf } from "./steps.ts"

/** What a wrong answer looks like. */
export type Slip =
  | "sign"
  | "transposed"
  | "use"
  | "upstream"
  | "local"
  | "term"
  | "factor"
  | "small"
  | "large"

export interface Judgement {
  readonly right: boolean
  readonly slip?: Slip
  /** The function has two slopes there, and the answer lies between. */
  readonly kink?: Sides
  /** Of `factor`: the answer is this many times what is right. */
  readonly times?: number
}

/** An answer may be off by this part of the right one, or of the largest entry. */
const RELATIVE = 0.02
const OF_LARGEST = 0.005

/** What is asked at a step: the whole gradient at the last use, the part of this use before. */
export function askedOf(step: TraceStep, numbers: TraceNumbers): Float64Array | undefined {
  const { back } = step
  if (!back) return undefined
  return numbers.of(back.use === back.uses ? back.sum : step.value)
}

/** Judges `answer` for entry `at` of what {@link askedOf} asks; undefined where nothing is asked. */
export function judge(
  step: TraceStep,
  at: number,
  answer: number,
  numbers: TraceNumbers,
): Judgement | undefined {
  const { back } = step
  const asked = askedOf(step, numbers)
  if (!asked || at >= asked.length || Number.isNaN(answer)) return undefined
  const value = asked[at]
  const largest = asked.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0)
  const near = (x: number | undefined): boolean =>
    x !== undefined &&
    (Object.is(x, answer) ||
      Math.abs(x - answer) <= Math.max(RELATIVE * Math.abs(x), OF_LARGEST * largest, 1e-12))
  if (near(value)) return { right: true }
  const kink = back?.use === back?.uses ? kinksOf(step).sides.get(at) : undefined
  if (kink && between(answer, kink, OF_LARGEST * largest)) return { right: true, kink }
  const slip = slipsOf(step, at, numbers).find(([, x]) => near(x))?.[0]
  if (slip) return { right: false, slip }
  const times = FACTORS.find((f) => near(value * f))
  if (times !== undefined && value !== 0) return { right: false, slip: "factor", times }
  return { right: false, slip: Math.abs(answer) < Math.abs(value) ? "small" : "large" }
}

/** What is off, as a sentence for a translator with what its places stand for. */
export function slipWords(
  { slip, times }: Judgement,
  step: TraceStep,
): readonly [text: string, ...values: (string | number)[]] {
  const output = step.names[step.names.length - 1]
  const input = step.names[step.back?.input ?? 0]
  switch (slip) {
    case "sign":
      return ["The size is right, the sign is not."]
    case "transposed":
      return ["That is the entry with row and column exchanged: something is transposed."]
    case "use":
      return [
        "A use is forgotten: %1 is read %2 times, and each sends its part.",
        input,
        step.back?.uses ?? 1,
      ]
    case "upstream":
      return ["The factor from above is missing: multiply by ∂%1.", output]
    case "local":
      return ["That is what comes from above; the derivative ∂%1/∂%2 is missing.", output, input]
    case "term":
      return ["That is one term of the sum; the others are missing."]
    case "factor":
      return ["The answer is off by a factor of %1.", formatNumber(times ?? 1)]
    case "small":
      return ["Too small."]
    default:
      return ["Too large."]
  }
}

const FACTORS = [2, 0.5, 3, 1 / 3, 4, 0.25, 10, 0.1]

/** What the entry would be after each usual slip, the most telling first. */
function slipsOf(
  step: TraceStep,
  at: number,
  numbers: TraceNumbers,
): (readonly [Slip, number | undefined])[] {
  const back = step.back as NonNullable<TraceStep["back"]>
  const asked = askedOf(step, numbers) as Float64Array
  const terms = termsOf(step, at, numbers) ?? []
  const total = (pick: (t: (typeof terms)[number]) => number): number | undefined =>
    terms.length ? terms.reduce((sum, t) => sum + pick(t), 0) : undefined
  return [
    ["sign", -asked[at]],
    ...forgotten(back.terms, at, numbers).map((x) => ["use", x] as const),
    ["transposed", turned(asked, at, numbers.shape(step.value))],
    ["upstream", total((t) => t.right)],
    ["local", total((t) => t.left)],
    ...(terms.length > 1 ? terms.map((t) => ["term", t.left * t.right] as const) : []),
  ]
}

/** Sums that leave one use out, and each use alone. */
function forgotten(terms: readonly number[], at: number, numbers: TraceNumbers): number[] {
  const parts = terms.map((v) => numbers.of(v)?.[at] ?? Number.NaN)
  if (parts.length < 2) return []
  const whole = parts.reduce((a, b) => a + b, 0)
  return parts.flatMap((p) => [p, whole - p])
}

/** The entry at the place with rows and columns exchanged. */
function turned(values: Float64Array, at: number, shape: readonly number[]): number | undefined {
  if (shape.length !== 2) return undefined
  const [rows, columns] = shape
  const [r, c] = [Math.floor(at / columns), at % columns]
  return r !== c && c < rows && r < columns ? values[c * columns + r] : undefined
}
