/** @file Parts of the gradient payload: where trouble begins, where a gradient stops, gradients by step; types only. */
import type { TrainingSeries } from "./training.ts"

/** An edge at which a gradient stops: that of `to` does not reach `from`; of a parameter that nothing reads both are it. */
export interface Cut {
  readonly from: number
  readonly to: number
  readonly kind: "stop" | "integer" | "comparison" | "step" | "unused" | "dead" | "zero"
  readonly reason: string
}

/** Where trouble begins and why; `chain` are the nodes that it runs through, origin first. */
export interface Finding {
  readonly kind: "nan" | "inf" | "zero-grad" | "overflow"
  readonly node: number
  readonly reason: string
  readonly chain: readonly number[]
  /** Code that avoids it, as the user would write it. */
  readonly fix?: string
  /** What people call it, such as "the trap of where". */
  readonly pattern?: string
  /** The text at which it begins, which may stand inside a loop that is one node here. */
  readonly expression?: string
  /** Of a zero gradient: every edge between the parameter and the result at which it stops. */
  readonly cuts?: readonly Cut[]
}
/** What is wrong with gradients that are finite and not zero; a list of its own since minor 4. */
export interface Trouble extends Omit<Finding, "kind" | "cuts"> {
  readonly kind: "wrong-rule" | "vanishing" | "exploding"
}

/**
 * Gradients of a training step over many steps: per parameter a series of norms (`gradient`; NaN where one was not finite)
 * and one of ‖update‖ / ‖value‖ (`update`).
 */
export interface GradientHistory {
  /** Steps that were run; the series hold those that were watched. */
  readonly step: number
  readonly series: readonly TrainingSeries[]
  readonly events: readonly { readonly step: number; readonly text: string }[]
  /** The last step that was seen to be finite, when one was not. */
  readonly lastGood?: number
  /** Every so many steps one is watched. */
  readonly every: number
  /** What watching cost and may cost, as shares of the time of the steps. */
  readonly overhead?: number
  /** The same in milliseconds a step, on average. */
  readonly overheadMs?: number
  readonly budget?: number
  /** What compiling the watched variant of the step took, in ms, once. */
  readonly compileMs?: number
}

/** What a run costs alone, and with all its values looked at, in ms. */
export interface LookCost {
  readonly plainMs: number
  readonly lookMs: number
  /** Compiling for this look, where that was to be done. */
  readonly compileMs?: number
  /** Checking derivatives by finite differences; absent where that was not wanted. */
  readonly checkMs?: number
}

/** One entry of the inspector's list "what harms this gradient", worst first, at most five. */
export interface Harm {
  readonly label: string
  readonly node: number
  readonly measure: string
  readonly remedy?: string
}
