/** @file How much of a graph is open: a monotone slider over what opens by itself, beside what the user opened. */
import { autoOpen, type Layout } from "@defnote/display"

/** Budgets of the slider; the last opens everything. */
const STEPS = [1, 8, 20, 44, 90, 180, 400, 1_000, 3_000, Number.POSITIVE_INFINITY]

/** The steps with the host's own budget among them. */
export const detailSteps = (budget: number): readonly number[] =>
  [...new Set([...STEPS, budget])].sort((a, b) => a - b)

/**
 * What is open with another budget: a larger one only adds; a smaller one closes what nobody opened by hand.
 *
 * @param before the budget until now
 */
export function withBudget(
  layout: Layout,
  open: ReadonlySet<string>,
  before: number,
  budget: number,
): ReadonlySet<string> {
  const auto = autoOpen(layout.tree, budget)
  if (budget >= before) return new Set([...open, ...auto])
  const was = autoOpen(layout.tree, before)
  return new Set([...auto, ...[...open].filter((key) => !was.has(key))])
}
