/** @file Turns of loops in the stepper: which turn a step is in, where one begins, and the step of the next one. */
import type { TraceStep } from "@defnote/display"
import type { Translate } from "./view.ts"

/** `turn 3 of 10`; of loops in loops the outermost first; "" outside loops. */
export const turnText = ({ turns = [] }: TraceStep, t: Translate): string =>
  turns.map(([turn, of]) => t("turn %1 of %2", turn, of)).join(", ")

const keyOf = (step: TraceStep | undefined): string => JSON.stringify(step?.turns ?? [])
/** A step that is in another turn than the one before it, or in none any more. */
export const beginsTurn = (steps: readonly TraceStep[], at: number): boolean =>
  at > 0 && keyOf(steps[at]) !== keyOf(steps[at - 1]) && sameWay(steps[at], steps[at - 1])
const sameWay = (a: TraceStep, b: TraceStep): boolean => (a.phase === "fwd") === (b.phase === "fwd")

/** The nearest step after this one, or before it, with which a turn begins; the last or first step where there is none. */
export function neighbourTurn(steps: readonly TraceStep[], at: number, by: 1 | -1): number {
  let next = at + by
  while (next > 0 && next < steps.length - 1 && !beginsTurn(steps, next)) next += by
  return Math.max(0, Math.min(steps.length - 1, next))
}
