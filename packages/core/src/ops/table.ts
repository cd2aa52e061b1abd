/**
 * @file The public functions of tensors: this list is the API. Each is also a method of Tensor, a row of docs/ops.md and
 * rows of the conformance table; nothing else lists them.
 */
export {
  abs,
  add,
  divide,
  maximum,
  minimum,
  multiply,
  negate,
  reciprocal,
  remainder,
  rsqrt,
  sign,
  sqrt,
  square,
  subtract,
} from "./arithmetic.ts"
export { bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor, leftShift, rightShift } from "./bitwise.ts"
export { where } from "./choice.ts"
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./compare.ts"
export { exp, log } from "./exponential.ts"
export { at, dynamicSlice, putSlice } from "./indexing.ts"
export { logicalAnd, logicalNot, logicalOr, logicalXor } from "./logic.ts"
export { broadcastTo, flatten, newAxis, rename, reshape, squeeze } from "./move.ts"
export { tile } from "./move-join.ts"
export { moveAxis, reverse, swapAxes, transpose } from "./move-order.ts"
export { pad, slice, split, unstack } from "./move-part.ts"
export { dot, inner, kron, matmul, outer, tensorDot } from "./products.ts"
export { all, any, max, min, product, sum } from "./reduce.ts"
export { ceil, floor, isFinite, isInfinite, isNaN, round, trunc } from "./rounding.ts"
export { gather, indexedAdd, take, takeAlongAxis } from "./taking.ts"
export { asType, bitcast } from "./type.ts"
