/** @file The signal that a number argument must be static (S3). */
import { TraceError } from "./errors.ts"
import type { Tensor } from "./tensor.ts"

/**
 * A dynamic JavaScript number met an integer tensor: whether it keeps the dtype depends on its value, so the function
 * must be traced again with that argument static (S3). Caught by `defn`.
 */
export class StaticNeeded extends TraceError {
  /** The weak scalar, or a value computed of weak scalars. */
  readonly weak: Tensor
  constructor(weak: Tensor, op: string) {
    super(
      `${op}: the value of a dynamic number decides the dtype of the result; it must be static`,
      { op, code: TraceError.name },
    )
    this.weak = weak
  }
}
