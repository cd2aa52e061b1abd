/** @file Why a value is not finite, in words, and what to write instead: the hazard that the operation declares (D3.4). */
import { DTYPES, type DType, type Hazard, type Notes, type Tensor } from "@defnote/core"
import { type Case, caseOf } from "./case.ts"
import type { Expressions } from "./expression.ts"
import type { Frame } from "./frame.ts"
import type { Origin } from "./origin.ts"

export interface Explanation {
  /** Only the gradient is not finite: the value is hidden, or is finite. */
  readonly backward: boolean
  readonly kind: "nan" | "inf" | "overflow"
  readonly pattern: string
  readonly reason: string
  readonly fix?: string
}

type Words = Omit<Explanation, "backward">

export const count = (k: number, n: number): string =>
  `${k.toLocaleString("en")} of ${n.toLocaleString("en")}`
export const show = (x: number): string =>
  Number.isNaN(x)
    ? "NaN"
    : x === Number.POSITIVE_INFINITY
      ? "∞"
      : x === Number.NEGATIVE_INFINITY
        ? "−∞"
        : String(Number(x.toPrecision(3)))
            .replace("e+", "e")
            .replaceAll("-", "−")

export function explain(origin: Origin, expressions: Expressions): Explanation {
  const { graph } = origin.frame
  const { notes } = graph.table
  const hidden = isHidden(origin)
  const found = caseOf(origin, notes)
  const backward = notes.dual.has(origin.node) || hidden
  const of = (): Words => {
    if (!found) return { kind: "nan", pattern: "not finite", reason: unknown(origin) }
    if (!found.origin.inputs.length && !found.derivative) return ofData(found, expressions)
    const trap = found.derivative || hidden ? trapOf(found, origin.frame, notes, hidden) : undefined
    return trap ? ofTrap(found, trap, expressions) : ofHazard(found, origin, expressions)
  }
  return { ...of(), backward }
}
/** A forward value that is not finite, although every forward result is. */
function isHidden({ frame, inner }: Origin): boolean {
  const { notes } = frame.graph.table
  const isValue = (n: Tensor): boolean => !notes.dual.has(n) && !notes.sums.has(n)
  return isValue(inner) && !frame.graph.outputs.some((y) => isValue(y) && frame.isBad(y))
}
const unknown = ({ inner, place }: Origin): string =>
  `${inner.op.name} gives a value that is not finite${place && ` ${place}`}.`

const places = ({ bad, all }: Case): string => `in ${count(bad, all)} places`
const call = ({ subject, operands, result }: Case): string =>
  operands.length
    ? `${subject.op.name}(${operands.map(show).join(", ")}) = ${show(result)}`
    : subject.op.name

function ofData(found: Case, expressions: Expressions): Words {
  const name = expressions.of(found.origin)
  const what = found.nan ? "NaN" : "infinite numbers"
  return {
    kind: found.nan ? "nan" : "inf",
    pattern: `${what} in the data`,
    reason: `${name} holds ${what} ${places(found)} before anything is computed; the first is element ${found.at}.`,
    fix: `${name}.nanToNum()   // or leave these rows out`,
  }
}

/** The choice behind an operation that hides its value, where nothing of it is chosen. */
function trapOf(
  found: Case,
  frame: Frame,
  notes: Notes,
  hidden: boolean,
): { node: Tensor; hazard: Hazard } | undefined {
  if (!hidden && !(found.nan && hasNoCotangent(found, frame, notes))) return undefined
  const behind = new Set([found.subject])
  for (const n of behind) {
    const hazard = n.op.hazards?.find((h) => h.in === "unchosen")
    if (hazard && n !== found.subject) return { node: n, hazard }
    for (const u of frame.users(n)) if (!notes.dual.has(u)) behind.add(u)
  }
  return undefined
}
/** Nothing comes from behind at the place. */
function hasNoCotangent({ subject, at }: Case, frame: Frame, notes: Notes): boolean {
  const whole = notes.cotangents.get(subject)
  if (!whole || !frame.knows(whole)) return false
  const [g] = frame.valuesOf([whole])
  return g[g.length === 1 ? 0 : at] === 0
}
function ofTrap(
  found: Case,
  { node, hazard }: { node: Tensor; hazard: Hazard },
  expressions: Expressions,
): Words {
  const fix = expressions.fill(hazard.fix, node)
  return {
    kind: "nan",
    pattern: hazard.pattern,
    reason: `${found.derivative ? "In the derivative of " : ""}${call(found)}, ${places(found)}. ${found.hazard ? `${found.hazard.why} ` : ""}${hazard.why}`,
    ...(fix ? { fix } : {}),
  }
}

const LARGEST: Partial<Record<DType, string>> = {
  f16: "65,504",
  bf16: "3.39e38",
  f32: "3.4e38",
  f64: "1.8e308",
}

function ofHazard(found: Case, { place }: Origin, expressions: Expressions): Words {
  const { hazard, subject, derivative, nan } = found
  const where = `${derivative ? "In the derivative of " : ""}${call(found)}, ${places(found)}${place && `, ${place}`}.`
  if (hazard) {
    const fix = expressions.fill(hazard.fix, subject)
    return {
      kind: hazard.overflow ? "overflow" : nan ? "nan" : "inf",
      pattern: hazard.pattern,
      reason: `${where} ${hazard.why}`,
      ...(fix ? { fix } : {}),
    }
  }
  if (nan)
    return {
      kind: "nan",
      pattern: "not a number",
      reason: `${where} Its operands are ${derivative ? "finite or come from here" : "no NaN"}.`,
    }
  const bits = DTYPES[subject.dtype as DType].bytes * 8
  const what = derivative ? "the gradient" : "the result"
  return {
    kind: "overflow",
    pattern: `overflow of ${subject.dtype}`,
    reason: `${where} ${subject.dtype} holds numbers up to ${LARGEST[subject.dtype as DType]}, and ${what} is larger.`,
    ...fixOfOverflow(found, bits, expressions),
  }
}
function fixOfOverflow(
  { subject, derivative }: Case,
  bits: number,
  expressions: Expressions,
): { fix: string } {
  const [x] = [expressions.operand(subject, 0) ?? "x"]
  if (bits < 32) return { fix: `${x}.asType("f32")   // compute this part in f32` }
  return {
    fix: derivative
      ? "gradient.clip(-1, 1)   // and smaller weights: standardize, or divide by the root of their number"
      : `${x} / ${x}.abs().max()   // smaller numbers, or stay with logarithms`,
  }
}
