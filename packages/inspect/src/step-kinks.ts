/**
 * @file Slopes of a function along one entry: a difference that can be trusted, or a kink with the slope of each side;
 * and which operation it is that has the kink. Knows nothing of how a function is run.
 */
import { type Compiler, isElement, type Tensor } from "@defnote/core"
import { localCheck } from "./local-check.ts"

/** An entry at which the function has another slope on the left than on the right. */
export interface Kink {
  readonly entry: number
  readonly left: number
  readonly right: number
}

/** What is known of the kinks below one value. */
export interface Kinks {
  readonly entries: readonly Kink[]
  /** The first operation that stands at its kink. */
  readonly by?: Tensor
}

/** How finely a function can be probed. */
export interface Probe {
  readonly step: number
  /** How often the step is halved while the two sides differ: a kink stays, what is only near one goes. */
  readonly halvings: number
  /** Rounding of the values, as a part of them. */
  readonly rounding: number
}
export const FINE: Probe = { step: 1e-5, halvings: 6, rounding: 2 ** -52 }
export const COARSE: Probe = { step: 2 ** -7, halvings: 2, rounding: 2 ** -23 }

/** Slopes that differ by more than this part of the larger one are two. */
const GAP = 1e-2
/** Roundings of one evaluation that a difference may be made of. */
const NOISE = 32

/**
 * The slope of `f` at 0.
 * @param middle - `f(0)`
 * @param scale - what the step is multiplied with
 */
export function slopeOf(
  f: (by: number) => number,
  middle: number,
  { step, halvings, rounding }: Probe,
  scale: number,
): { readonly slope: number; readonly kink?: Omit<Kink, "entry"> } {
  for (let h = step * scale, left = halvings; ; h /= 2, left--) {
    const [low, high] = [f(-h), f(h)]
    const sides = { left: (middle - low) / h, right: (high - middle) / h }
    const gap = Math.abs(sides.right - sides.left)
    const noise = (NOISE * rounding * Math.abs(middle)) / h
    const bent = gap > GAP * Math.max(Math.abs(sides.left), Math.abs(sides.right)) && gap > noise
    const slope = (high - low) / (2 * h)
    if (!bent) return { slope }
    if (left === 0) return { slope, kink: sides }
  }
}

/** Tells for each value which operation below it stands at its kink. */
export class KinkFinder {
  readonly #order: readonly Tensor[]
  readonly #values: ReadonlyMap<Tensor, Float64Array>
  readonly #reference: Compiler
  readonly #verdicts = new Map<Tensor, "kink" | "wrong" | "ok">()

  constructor(
    order: readonly Tensor[],
    values: ReadonlyMap<Tensor, Float64Array>,
    reference: Compiler,
  ) {
    this.#order = order
    this.#values = values
    this.#reference = reference
  }

  /** The first operation at its kink that the value goes through; undefined where one of them has a wrong rule. */
  below(value: Tensor): Tensor | undefined {
    const reached = new Set([value])
    let found: Tensor | undefined
    for (const n of this.#order) {
      if (!n.inputs.some((x) => reached.has(isElement(x) ? x.inputs[0] : x))) continue
      reached.add(n)
      const verdict = this.#verdictOf(n)
      if (verdict === "wrong") return undefined
      if (verdict === "kink") found ??= n
    }
    return found
  }

  #verdictOf(n: Tensor): "kink" | "wrong" | "ok" {
    const known = this.#verdicts.get(n)
    if (known) return known
    const inputs = n.inputs.map((x) => (isElement(x) ? undefined : this.#values.get(x)))
    const whole = inputs.every((x) => x !== undefined) && n.types.length === 1
    const check = whole ? localCheck(n, inputs as Float64Array[], this.#reference) : undefined
    const verdict = check?.verdict === "wrong" ? "wrong" : check?.bent ? "kink" : "ok"
    this.#verdicts.set(n, verdict)
    return verdict
  }
}
