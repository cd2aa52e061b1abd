/** @file A lowered program: values in memory, steps in order, kernels. Knows no target. */
import type { DType, NodePlace, Tensor } from "@defnote/core"
import type { Kernel } from "./loop-ir.ts"

/** A value in memory. */
export interface StoredValue {
  readonly id: number
  readonly dtype: DType
  readonly elements: number
  readonly bytes: number
  readonly node: Tensor | undefined
  readonly place?: NodePlace
  /** Where it comes from: argument i of the program, a place in scratch memory, or a part of another value. */
  readonly home:
    | { readonly kind: "input"; readonly index: number }
    | { readonly kind: "scratch" }
    | { readonly kind: "window" }
}

export type Step =
  | { readonly kind: "kernel"; readonly kernel: number; readonly values: readonly number[] }
  | {
      readonly kind: "routine"
      readonly node: Tensor
      readonly inputs: readonly number[]
      readonly outputs: readonly (number | undefined)[]
    }
  | { readonly kind: "effect"; readonly node: Tensor; readonly inputs: readonly number[] }
  | { readonly kind: "copy"; readonly from: number; readonly to: number }
  /** The two values change places. */
  | { readonly kind: "swap"; readonly a: number; readonly b: number }
  | {
      readonly kind: "if"
      readonly test: number
      readonly yes: readonly Step[]
      readonly no: readonly Step[]
    }
  /** `test` computes the value `flag`; `body` runs while it holds. The value `count` counts the turns. */
  | {
      readonly kind: "while"
      readonly test: readonly Step[]
      readonly flag: number
      readonly body: readonly Step[]
      readonly count: number | undefined
    }
  /** Runs `body` `length` times; before each, every window moves to the row of its turn. */
  | {
      readonly kind: "for"
      readonly length: number
      readonly reverse: boolean
      readonly windows: readonly Window[]
      readonly body: readonly Step[]
    }

/** A row of a stacked value. */
export interface Window {
  readonly window: number
  readonly of: number
}

export interface LoweredProgram {
  readonly values: readonly StoredValue[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly steps: readonly Step[]
  readonly kernels: readonly Kernel[]
}

/** The lists of steps inside a step. */
export function innerSteps(step: Step): readonly (readonly Step[])[] {
  if (step.kind === "if") return [step.yes, step.no]
  if (step.kind === "while") return [step.test, step.body]
  return step.kind === "for" ? [step.body] : []
}
