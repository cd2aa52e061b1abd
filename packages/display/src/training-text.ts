/** @file A training run in words: progress, throughput, time left, losses, norms, what broke. */
import { decodeCurve, runningMean } from "./curves.ts"
import { formatCount, formatNumber, formatTime } from "./format.ts"
import type { TrainingDoc } from "./payload.ts"

/** The facts of a run's first line. */
export interface TrainingFacts {
  /** `160 / 400 steps`. */
  readonly progress: string
  /** `1.9 ms per step`, `52.6k examples/s`; empty before the first step. */
  readonly speed: readonly string[]
  /** `0.5 s left`; empty when it does not run or nobody knows. */
  readonly left: string
}

/** `failed at step 12: TypeError: x is undefined`; one word while it runs and after a good end. */
export function trainingState({ state, step, reason }: TrainingDoc): string {
  if (state === "running" || state === "done") return state
  return `${state} at step ${formatCount(step)}${reason ? `: ${reason}` : ""}`
}

/** Progress, speed and time left. */
export function trainingFacts(doc: TrainingDoc): TrainingFacts {
  const { step, steps, elapsedMs, items, state } = doc
  const progress = `${formatCount(step)}${steps === undefined ? "" : ` / ${formatCount(steps)}`} steps`
  if (!step || !(elapsedMs > 0)) return { progress, speed: [], left: "" }
  const speed = [`${duration(elapsedMs / step)} per step`]
  if (items) speed.push(`${formatCount(Math.round((items / elapsedMs) * 1000))} examples/s`)
  const rest = state === "running" && steps ? ((steps - step) * elapsedMs) / step : 0
  return { progress, speed, left: rest > 0 ? `${duration(rest)} left` : "" }
}

/** Milliseconds in the unit that suits them; minutes and hours from two minutes on. */
export function duration(ms: number): string {
  if (ms < 120_000) return formatTime(ms * 1e6)
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 120) return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** The `text/plain` of a run. */
export function trainingListing(doc: TrainingDoc): string {
  const { progress, speed, left } = trainingFacts(doc)
  const head = [doc.title ?? "training", trainingState(doc), progress, ...speed, left].filter(
    Boolean,
  )
  const lines = doc.series.flatMap((series) => {
    const { value } = decodeCurve(series)
    if (!value.length) return []
    const last = formatNumber(value[value.length - 1])
    if (series.role === "gradient") return [`  ∂${series.name}: norm ${last}`]
    if (series.role === "update") return [`  ${series.name}: ‖update‖ / ‖value‖ ${last}`]
    const mean = formatNumber(runningMean(value).at(-1) ?? Number.NaN)
    return [`  ${series.name}: ${last}, running mean ${mean}, first ${formatNumber(value[0])}`]
  })
  const events = doc.events.map(({ step, text }) => `  step ${step}: ${text}`)
  const good = doc.lastGood === undefined ? [] : [`  last good step: ${doc.lastGood}`]
  return [head.join(", "), ...lines, ...events, ...good].join("\n")
}
