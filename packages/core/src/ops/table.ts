/**
 * @file The public functions of tensors: this list is the API. Each is also a method of Tensor, a row of docs/ops.md and
 * rows of the conformance table; nothing else lists them.
 */
export { asType, bitcast } from "./type.ts"
