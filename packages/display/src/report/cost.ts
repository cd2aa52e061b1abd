/** @file What it cost to look at a run, in words. Knows the bound that a look keeps where it can. */
import { formatFactor, formatPercent, formatTime } from "../format.ts"
import type { LookCost } from "../payload.ts"

/** What looking at all values may cost, as a share of the time of a run. */
const BOUND = 0.5
/** Times below these are not worth a number, and would change with every run. */
const LITTLE_LOOK_MS = 20
const LITTLE_CHECK_MS = 1000

const time = (ms: number): string => formatTime(ms * 1e6)
const moreOf = ({ plainMs, lookMs }: LookCost): number => Math.max(0, lookMs - plainMs)

/** Words that stay the same from run to run as long as it is little: for texts that are saved. */
export function costText(cost: LookCost): string {
  const checks =
    cost.checkMs === undefined || cost.checkMs < LITTLE_CHECK_MS ? "" : ` ${checkText(cost)}`
  return `${lookText(cost)}${checks}`
}
function lookText(cost: LookCost): string {
  const more = moreOf(cost)
  if (more <= BOUND * cost.plainMs)
    return `Looking at all values costs less than ${100 * BOUND} % of a run.`
  if (more < LITTLE_LOOK_MS)
    return `Looking at all values costs less than ${LITTLE_LOOK_MS} ms, which is more than ${100 * BOUND} % of so short a run.`
  return `Looking at all values costs ${time(more)} beside a run of ${time(cost.plainMs)} (${formatPercent(more, cost.plainMs)}). ${WHY}`
}
const WHY = `It is more than ${100 * BOUND} % because a run does little with each of them.`
const checkText = ({ checkMs }: LookCost): string =>
  checkMs === undefined
    ? "Derivatives were not checked."
    : `Checking derivatives took ${time(checkMs)}.`

/** The same with every number: for those who ask. */
export function costFigures(cost: LookCost): string {
  const { plainMs, compileMs } = cost
  const more = moreOf(cost)
  const share =
    more < 3 * plainMs
      ? `${formatPercent(more, plainMs)} more`
      : formatFactor(cost.lookMs / plainMs)
  const kept = more <= BOUND * plainMs ? "" : ` ${more < LITTLE_LOOK_MS ? SHORT : WHY}`
  const look = `Run: ${time(plainMs)}; with all values looked at: ${time(cost.lookMs)} (${share}).${kept}`
  const compile = compileMs === undefined ? "" : ` Compiling for it took ${time(compileMs)}, once.`
  return `${look} ${checkText(cost)}${compile}`
}
const SHORT = `It is more than ${100 * BOUND} % because the run is so short.`
