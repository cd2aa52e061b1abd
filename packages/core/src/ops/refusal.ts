/** @file Calls that an op must refuse, as error samples of its declaration (D3.4). */
import type { ErrorSample } from "../op.ts"
import type { TensorType } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { Trace, withTrace } from "../trace.ts"
import { freshParam } from "./source.ts"

/** `call` of tensors of these types must fail with a message that has `message` in it. A function, for cyclic imports. */
export function refusal(
  types: readonly TensorType[],
  call: (...x: Tensor[]) => unknown,
  message: string,
): ErrorSample {
  return { call: () => withTrace(new Trace(), () => call(...types.map(freshParam))), message }
}
