/** @file The payload of a training loop's panel: its curves and what happened; types only. */
import type { Base64, PayloadHead } from "./head.ts"

/** One curve: f64 steps and values of equal length, at most 2,000 points. */
export interface TrainingSeries {
  readonly name: string
  readonly role: "loss" | "metric" | "gradient" | "update" | "rate"
  readonly step: Base64
  readonly value: Base64
}

/** Something that happened at a step; `inspect` says that the kernel can show the step's gradients. */
export interface TrainingEvent {
  readonly step: number
  readonly kind: string
  readonly text: string
  readonly inspect?: boolean
}

/** The live panel of a training loop. */
export interface TrainingDoc extends PayloadHead<"training"> {
  readonly title?: string
  readonly state: "running" | "done" | "stopped" | "failed"
  /** Why it stopped or failed before its end: `interrupted`, or the error. */
  readonly reason?: string
  readonly step: number
  readonly steps?: number
  /** Examples seen so far. */
  readonly items?: number
  readonly elapsedMs: number
  readonly series: readonly TrainingSeries[]
  readonly events: readonly TrainingEvent[]
  /** Steps at which something was not finite. */
  readonly badSteps?: number
  /** The last step whose loss and gradients were finite, when one was not. */
  readonly lastGood?: number
  /** Name of the panel in the kernel that shows it (`TRAINING`). */
  readonly panel?: string
}
