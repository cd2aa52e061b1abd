/** @file The history of gradients over steps in words. */
import { decodeFloats } from "../base64.ts"
import { formatCount, formatNumber, formatTime } from "../format.ts"
import type { GradientHistory } from "../payload.ts"

/** What was watched, what it cost, what broke. */
export function historyFacts(history: GradientHistory): string[] {
  const { step, every, events, lastGood } = history
  const rhythm = every === 1 ? "every step" : `one step in ${formatCount(every)}`
  return [
    `${formatCount(step)} steps; ${rhythm} is watched${costOf(history)}.`,
    ...events.map((e) => `Step ${formatCount(e.step)}: ${e.text}.`),
    ...(lastGood === undefined
      ? []
      : [`Last good step: ${formatCount(lastGood)}; its parameters are kept in lastGood.`]),
  ]
}
/** Compiling for less than this is not worth a number, and would change with every run. */
const LITTLE_COMPILE_MS = 1000
/** Of steps so short that a share of them says nothing, the time. */
function costOf({ overhead, overheadMs, budget, compileMs = 0 }: GradientHistory): string {
  if (overhead === undefined) return ""
  const compiling =
    compileMs < LITTLE_COMPILE_MS ? "" : `, and took ${formatTime(compileMs * 1e6)} to compile`
  if (overheadMs !== undefined && overheadMs < 0.5)
    return `, which costs less than 1 ms a step${compiling}`
  const limit = budget === undefined ? "" : `, the budget is ${percent(budget)}`
  return `, which costs ${percent(overhead)} of their time${limit}${compiling}`
}
const percent = (share: number): string =>
  share < 0.01 ? "less than 1 %" : `${Math.round(100 * share)} %`

/** One line for each parameter: the first and the last norm, and how much of it a step moves. */
export function historyRows({ series }: GradientHistory): string[][] {
  const values = (name: string, role: string): Float64Array => {
    const found = series.find((s) => s.name === name && s.role === role)
    return (found && decodeFloats(found.value, 8)) ?? new Float64Array()
  }
  const names = series.filter((s) => s.role === "gradient").map((s) => s.name)
  return [
    ["parameter", "first norm", "last norm", "‖Δw‖ / ‖w‖"],
    ...names.map((name) => {
      const norms = values(name, "gradient")
      const ratio = values(name, "update").at(-1)
      const shown = (v: number | undefined): string => (v === undefined ? "" : formatNumber(v, 2))
      return [name, shown(norms[0]), shown(norms.at(-1)), shown(ratio)]
    }),
  ]
}
