/** @file The errors that people meet (K4). Each has a stable code, the op, and where known the place and a remedy. */
import type { Site } from "./source.ts"
import type { Tensor } from "./tensor.ts"

export interface ErrorDetails {
  readonly op?: string
  /** Printed types of the operands. */
  readonly types?: readonly string[]
  readonly node?: Tensor
  readonly site?: Site
  /** What to write instead, in one sentence. */
  readonly remedy?: string
}

/** The base class: `code` is the class name and the heading in docs/errors.md. */
export class DefnoteError extends Error {
  readonly op: string | undefined
  readonly types: readonly string[] | undefined
  readonly node: Tensor | undefined
  site: Site | undefined
  readonly remedy: string | undefined
  constructor(message: string, details: ErrorDetails = {}) {
    super(details.remedy ? `${message}\n${details.remedy}` : message)
    this.name = new.target.name
    this.op = details.op
    this.types = details.types
    this.node = details.node
    this.site = details.site
    this.remedy = details.remedy
  }
  get code(): string {
    return this.name
  }
}

/** Sizes, ranks, axes or axis names that do not fit. */
export class ShapeError extends DefnoteError {}
/** A dtype that an op does not take. */
export class DTypeError extends DefnoteError {}
/** An option or argument outside its allowed values. */
export class OptionError extends DefnoteError {}
/** A traced value used where a number is needed, or a traced value that left its trace. */
export class TraceError extends DefnoteError {}
/** A gradient that was asked for and does not exist. */
export class GradError extends DefnoteError {}
/** A compiler that cannot run a graph; names the node and why. */
export class CompileError extends DefnoteError {}
/** A device that is missing, or tensors on different devices. */
export class DeviceError extends DefnoteError {}
/** An allocation over the budget. */
export class MemoryError extends DefnoteError {}
/** A value that a function with `{checks: true}` refuses: integers divided by zero, an index outside, NaN or an infinity that it makes. */
export class CheckError extends DefnoteError {}
/** The user interrupted. */
export class InterruptError extends DefnoteError {}
/** A file or payload that cannot be read. */
export class PayloadError extends DefnoteError {}

/** A broken invariant of ours: never the user's fault. */
export const internal = (message: string): Error => new Error(`internal: ${message}`)
