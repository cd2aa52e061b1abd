/**
 * @file The public functions of tensors: this list is the API. Each is also a method of Tensor, a row of docs/ops.md and
 * rows of the conformance table; nothing else lists them.
 */

export { elu, gelu, leakyRelu, relu, selu, silu } from "./activation.ts"
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
export { clip, nanToNum, where } from "./choice.ts"
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./compare.ts"
export { cond, forLoop, map, named, scan, switchCase, whileLoop } from "./control-flow.ts"
export {
  arange,
  diag,
  eye,
  full,
  fullLike,
  iota,
  linspace,
  oneHot,
  ones,
  onesLike,
  tril,
  triu,
  zeros,
  zerosLike,
} from "./create.ts"
export { cumMax, cumMin, cumProduct, cumSum } from "./cumulative.ts"
export { stopGradient } from "./custom.ts"
export { copySign, floorDivide, fraction, mod, quotient } from "./division.ts"
export { einsum } from "./einsum.ts"
export {
  cosh,
  erf,
  erfInv,
  exp,
  expm1,
  log,
  log1p,
  log2,
  sigmoid,
  sinh,
  softplus,
  tanh,
} from "./exponential.ts"
export { acosh, asinh, atanh } from "./hyperbolic.ts"
export { at, dynamicSlice, putSlice } from "./indexing.ts"
export { exp2, log10, logAddExp, logSigmoid } from "./logarithms.ts"
export { logicalAnd, logicalNot, logicalOr, logicalXor } from "./logic.ts"
export { broadcastTo, flatten, newAxis, rename, reshape, squeeze } from "./move.ts"
export { concatenate, stack, tile } from "./move-join.ts"
export { moveAxis, reverse, swapAxes, transpose } from "./move-order.ts"
export { pad, slice, split, unstack } from "./move-part.ts"
export { logSoftmax, logSumExp, softmax, standardize } from "./normalize.ts"
export { power } from "./power.ts"
export { printValue } from "./print-value.ts"
export { dot, inner, kron, matmul, outer, tensorDot } from "./products.ts"
export { all, any, max, min, product, sum } from "./reduce.ts"
export { cbrt, hypot } from "./roots.ts"
export { ceil, floor, isFinite, isInfinite, isNaN, round, trunc } from "./rounding.ts"
export { argSort, sort, topK } from "./sort.ts"
export {
  allClose,
  argMax,
  argMin,
  countNonzero,
  mean,
  norm,
  standardDeviation,
  variance,
  weightedMean,
} from "./statistics.ts"
export { gather, indexedAdd, take, takeAlongAxis } from "./taking.ts"
export { acos, asin, atan, atan2, cos, sin, tan } from "./trigonometric.ts"
export { asType, bitcast } from "./type.ts"
