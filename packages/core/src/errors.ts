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
  /** What was thrown before. */
  readonly cause?: unknown
  /** The heading in docs/errors.md, where it is not the class name: a diagnostic of the language, such as D108. */
  readonly code?: string
}

/** The last line of every message: where the error is explained. */
const reference = (code: string): string => `\n  see docs/errors.md#${code}`

/**
 * The base class: `code` is the class name, or that of a diagnostic, and the heading in docs/errors.md. The message is
 * what failed, the remedy, lines about places, and the reference to that heading.
 */
export class DefnoteError extends Error {
  readonly op: string | undefined
  readonly types: readonly string[] | undefined
  readonly node: Tensor | undefined
  site: Site | undefined
  readonly remedy: string | undefined
  readonly code: string
  constructor(message: string, details: ErrorDetails = {}) {
    const code = details.code ?? new.target.name
    const { cause, remedy } = details
    super(
      (remedy ? `${message}\n${remedy}` : message) + reference(code),
      cause === undefined ? undefined : { cause },
    )
    this.name = new.target.name
    this.code = code
    this.op = details.op
    this.types = details.types
    this.node = details.node
    this.site = details.site
    this.remedy = details.remedy
  }
  /** Adds lines about places; the reference stays the last line. */
  addLines(lines: readonly string[]): void {
    const end = reference(this.code)
    this.message = [this.message.slice(0, -end.length), ...lines].join("\n") + end
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
/** A value that a function with `{checks: true}` refuses: integers divided by zero, an index outside, NaN or an infinity that it makes. Also a loop that takes more turns than `{maxSteps}` allows. */
export class CheckError extends DefnoteError {}
/** The user interrupted. */
export class InterruptError extends DefnoteError {}
/** A file or payload that cannot be read. */
export class PayloadError extends DefnoteError {}

/** A broken invariant of ours: never the user's fault. */
export const internal = (message: string): Error => new Error(`internal: ${message}`)
