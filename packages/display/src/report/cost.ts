/** @file What it cost to look at a run, in words that stay the same as long as it is little. */
import { formatPercent, formatTime } from "../format.ts"
import type { LookCost } from "../payload.ts"

/** Differences below this are not worth a number, and would change with every run. */
const LITTLE_MS = 20

export function costText({ plainMs, lookMs }: LookCost): string {
  const more = Math.max(0, lookMs - plainMs)
  if (more < LITTLE_MS) return `Looking at the values costs less than ${LITTLE_MS} ms.`
  const share = formatPercent(more, plainMs)
  return `Looking at the values costs ${formatTime(more * 1e6)} beside a run of ${formatTime(plainMs * 1e6)} (${share}).`
}
