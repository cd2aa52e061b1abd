/** @file The operation behind a value that is not finite, its elements at the place, and the hazard that matches them. */
import { type Hazard, isElement, type Notes, type Scope, type Tensor } from "@defnote/core"
import type { Origin } from "./origin.ts"

/** The operation that goes wrong, with the elements at one place. */
export interface Case {
  /** The operation whose hazards are looked at: of a derivative node the one that it is the derivative of. */
  readonly subject: Tensor
  readonly origin: Tensor
  readonly derivative: boolean
  /** First place where the origin is bad and, if one matches, where its hazard is. */
  readonly operands: readonly number[]
  readonly result: number
  readonly at: number
  /** How many elements are bad, of how many. */
  readonly bad: number
  readonly all: number
  readonly hazard: Hazard | undefined
  readonly nan: boolean
}

/** The hazards that may explain a node, those of the public function around it first. */
function hazardsOf(n: Tensor, notes: Notes): readonly Hazard[] {
  const around: Hazard[][] = []
  for (let s: Scope | undefined = notes.scopes.get(n); s; s = s.parent)
    around.unshift([...s.hazards])
  return [...around.flat(), ...(n.op.hazards ?? [])]
}

export function caseOf({ inner, frame }: Origin, notes: Notes): Case | undefined {
  const forward = notes.dual.get(inner)
  const derivative = forward !== undefined && !notes.sites.has(inner)
  const subject = derivative && frame.knows(forward) && !isElement(forward) ? forward : inner
  const single = (n: Tensor): boolean => n.types.length === 1
  if (!single(inner) || !single(subject) || !subject.inputs.every(single)) return undefined
  const [own, value, ...operands] = frame.valuesOf([inner, subject, ...subject.inputs])
  const fits = (x: Float64Array): boolean => x.length === value.length || x.length === 1
  const comparable = operands.every(fits)
  const at = (i: number): number[] =>
    comparable ? operands.map((x) => x[x.length === 1 ? 0 : i]) : []
  const places = placesOf(own, value.length)
  const hazards = hazardsOf(subject, notes).filter(
    (h) =>
      comparable &&
      (h.in === "value" || (derivative && h.in === "slope")) &&
      (h.among?.(subject, frame.users) ?? true),
  )
  const [hazard, place] = firstMatch(hazards, places, (h, i) => h.at(at(i), value[i]))
  return {
    ...facts(own),
    subject,
    origin: inner,
    derivative,
    hazard,
    at: place,
    operands: at(place),
    result: value[place],
  }
}
/** The first hazard that holds somewhere, and where; without one the first place. */
function firstMatch(
  hazards: readonly Hazard[],
  places: readonly number[],
  holds: (h: Hazard, i: number) => boolean,
): [Hazard | undefined, number] {
  for (const h of hazards) {
    const i = places.find((k) => holds(h, k))
    if (i !== undefined) return [h, i]
  }
  return [undefined, places[0]]
}
function facts(own: Float64Array): Pick<Case, "bad" | "all" | "nan"> {
  let [bad, nan] = [0, false]
  for (const x of own) {
    if (!Number.isFinite(x)) bad++
    if (Number.isNaN(x)) nan = true
  }
  return { bad, all: own.length, nan }
}
/** Where the origin is bad; everywhere when its elements are not those of the subject. */
function placesOf(own: Float64Array, size: number): number[] {
  const all = Array.from({ length: size }, (_, i) => i)
  return own.length === size ? all.filter((i) => !Number.isFinite(own[i])) : all
}
