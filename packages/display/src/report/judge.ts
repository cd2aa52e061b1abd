/** @file Checks a predicted entry of a gradient, and says which factor is off where that can be seen. Knows no picture. */
import { formatNumber, formatShape } from "../format.ts"
import type { TraceStep } from "../payload.ts"
import { between, kinksOf, type Sides } from "./agreement.ts"
import type { Answer } from "./answer.ts"
import { type TraceNumbers, termsOf } from "./steps.ts"

/** What a wrong answer looks like. */
export type Slip =
  | "sign"
  | "transposed"
  | "use"
  | "upstream"
  | "local"
  | "term"
  | "mean"
  | "sum"
  | "factor"
  | "small"
  | "large"

export interface Judgement {
  readonly right: boolean
  readonly slip?: Slip
  /** The function has two slopes there, and the answer lies between. */
  readonly kink?: Sides
  /** Of `factor`: the answer is this many times what is right; of `mean` and `sum` how many elements there are. */
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
  if (!asked || at >= asked.length) return undefined
  const value = asked[at]
  if (Number.isNaN(answer) || Number.isNaN(value)) return { right: Object.is(answer, value) }
  const largest = asked.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0)
  const near = (x: number | undefined): boolean =>
    x !== undefined &&
    (Object.is(x, answer) ||
      Math.abs(x - answer) <= Math.max(RELATIVE * Math.abs(x), OF_LARGEST * largest, 1e-12))
  if (near(value)) return { right: true }
  const kink = back?.use === back?.uses ? kinksOf(step).sides.get(at) : undefined
  if (kink && between(answer, kink, OF_LARGEST * largest)) return { right: true, kink }
  const slip = slipsOf(step, at, numbers).find(([, x]) => near(x))
  if (slip) return { right: false, slip: slip[0], ...(slip[2] ? { times: slip[2] } : {}) }
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
    case "mean":
      return [
        "That is %1 times too much: a mean divides by %1, the number of its elements.",
        formatNumber(times ?? 1),
      ]
    case "sum":
      return [
        "That is divided by %1, as in a mean; here the elements are added.",
        formatNumber(times ?? 1),
      ]
    case "factor":
      return ["The answer is off by a factor of %1.", formatNumber(times ?? 1)]
    case "small":
      return ["Too small."]
    case "large":
      return ["Too large."]
    default:
      return ["That is no number, or should be none."]
  }
}

const FACTORS = [2, 0.5, 3, 1 / 3, 4, 0.25, 10, 0.1]

/** Means and plain sums that the function takes, and over how many elements. */
function foldsOf(numbers: TraceNumbers): (readonly ["mean" | "sum", number])[] {
  const { steps } = numbers.doc
  const size = (value: number): number => numbers.shape(value).reduce((a, b) => a * b, 1)
  return steps.flatMap((sum) => {
    if (sum.back || sum.latex !== "\\sum ⟦0⟧") return []
    const count = size(sum.operands[0]) / Math.max(1, size(sum.value))
    const divided = steps.some(
      (s) =>
        s.latex === "\\frac{⟦0⟧}{⟦1⟧}" &&
        s.operands[0] === sum.value &&
        numbers.of(s.operands[1])?.[0] === count,
    )
    return count > 1 ? [[divided ? "mean" : "sum", count] as const] : []
  })
}

/** What the entry would be after each usual slip, the most telling first. */
function slipsOf(
  step: TraceStep,
  at: number,
  numbers: TraceNumbers,
): (readonly [Slip, number | undefined, times?: number])[] {
  const back = step.back as NonNullable<TraceStep["back"]>
  const asked = askedOf(step, numbers) as Float64Array
  const terms = termsOf(step, at, numbers) ?? []
  const total = (pick: (t: (typeof terms)[number]) => number): number | undefined =>
    terms.length ? terms.reduce((sum, t) => sum + pick(t), 0) : undefined
  return [
    ["sign", -asked[at]],
    ...forgotten(back.terms, at, numbers).map((x) => ["use", x] as const),
    ["transposed", turned(asked, at, numbers.shape(step.value))],
    ...(asked[at] === 0 ? [] : foldsOf(numbers)).map(
      ([fold, n]) => [fold, fold === "mean" ? asked[at] * n : asked[at] / n, n] as const,
    ),
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

/** What is said of several answers at once: which entries are right, and the wrong ones by what is off. */
export interface Judgements {
  readonly right: readonly number[]
  /** The first entry's judgement stands for all that have the same. */
  readonly wrong: readonly { readonly entries: readonly number[]; readonly found: Judgement }[]
}

/** Judges all entries of a step; undefined where they are not as many as are asked, or stand in another shape. */
export function judgeAll(
  step: TraceStep,
  { values, shape }: Answer,
  numbers: TraceNumbers,
): Judgements | undefined {
  if (shape.join() !== numbers.shape(step.value).join()) return undefined
  const right: number[] = []
  const wrong = new Map<string, { readonly entries: number[]; readonly found: Judgement }>()
  values.forEach((answer, at) => {
    const found = judge(step, at, answer, numbers) ?? { right: false }
    if (found.right) return void right.push(at)
    const key = slipWords(found, step).join()
    const group = wrong.get(key)
    if (group) group.entries.push(at)
    else wrong.set(key, { entries: [at], found })
  })
  return { right, wrong: [...wrong.values()] }
}

/** Why an answer has the wrong shape, as words for a translator. */
export function shapeWords(
  step: TraceStep,
  shape: readonly number[],
  numbers: TraceNumbers,
): readonly [text: string, ...values: string[]] {
  const asked = numbers.shape(step.value)
  const [is, has] = [asked, shape].map((s) => (s.length ? formatShape(s) : "one number"))
  const turned = asked.length > 1 && [...asked].reverse().join() === shape.join()
  return turned
    ? ["%1 has the shape %2, the answer %3: something is transposed.", step.label, is, has]
    : ["%1 has the shape %2, the answer %3.", step.label, is, has]
}
