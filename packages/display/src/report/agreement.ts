/**
 * @file What finite differences say of a gradient: that it is right, that the function has a kink there, or that a rule is
 * wrong. Knows no picture.
 */
import { decodeFloats } from "../base64.ts"
import type { Check, TraceDoc, TraceStep } from "../payload.ts"
import type { TraceNumbers } from "./steps.ts"

/** The slopes on both sides of a kink. */
export interface Sides {
  readonly left: number
  readonly right: number
}
type Verdict = Check["verdict"]

export interface Agreement {
  /** The worst of all entries where gradient and difference are finite. */
  readonly verdict: Verdict
  /** The largest gap, as a part of the largest entry. */
  readonly worst: number
  readonly of: (entry: number) => Verdict
  /** Where an entry has two slopes. */
  readonly sides: ReadonlyMap<number, Sides>
  /** Row of the operation that stands at its kink. */
  readonly node?: number
}

/** Least tolerance, as a part of the largest entry. */
const LEAST = 1e-4
/** Where a gradient is 0 everywhere a difference may be as large as its step. */
const BESIDE_ZERO = 2e-5
const RANK: Readonly<Record<Verdict, number>> = { ok: 0, kink: 1, wrong: 2 }

/** Compares a whole gradient with its differences; undefined where there are none. */
export function agreement(
  doc: TraceDoc,
  step: TraceStep,
  numbers: TraceNumbers,
): Agreement | undefined {
  const [g, d] = [numbers.of(step.back?.sum), numbers.of(step.back?.differences)]
  if (!g || !d) return undefined
  const both = [...g.keys()].filter((i) => Number.isFinite(g[i]) && Number.isFinite(d[i]))
  if (!both.length) return undefined
  const least = both.every((i) => g[i] === 0) ? BESIDE_ZERO / LEAST : 1e-12
  const scale = both.reduce((m, i) => Math.max(m, Math.abs(d[i]), Math.abs(g[i])), least)
  const { sides, node } = kinksOf(step)
  const tolerance = Math.max(doc.tolerance, LEAST)
  const of = (i: number): Verdict => {
    const margin = tolerance * scale
    const kink = sides.get(i)
    if (kink) return between(g[i], kink, margin) ? "kink" : "wrong"
    if (Math.abs(g[i] - d[i]) <= margin) return "ok"
    // Kinks that cancel leave one slope, which no rule can see.
    return node === undefined ? "wrong" : "kink"
  }
  const verdict = both.map(of).reduce((a, b) => (RANK[b] > RANK[a] ? b : a))
  const worst = both.reduce((m, i) => Math.max(m, Math.abs(g[i] - d[i]) / scale), 0)
  return { verdict, worst, of, sides, ...(node === undefined ? {} : { node }) }
}

/** Whether a number lies between two slopes: each such number is a right answer at a kink. */
export function between(x: number, { left, right }: Sides, margin: number): boolean {
  return x >= Math.min(left, right) - margin && x <= Math.max(left, right) + margin
}

/** The kinks that a step stores. */
export function kinksOf({ back }: TraceStep): {
  readonly sides: ReadonlyMap<number, Sides>
  readonly node?: number
} {
  const { kinks } = back ?? {}
  if (!kinks) return { sides: new Map() }
  const [left, right] = [kinks.left, kinks.right].map((column) => decodeFloats(column, 4))
  const sides = new Map(
    kinks.entries.map((entry, k) => [entry, { left: left?.[k] ?? 0, right: right?.[k] ?? 0 }]),
  )
  return { sides, ...(kinks.node === undefined ? {} : { node: kinks.node }) }
}
