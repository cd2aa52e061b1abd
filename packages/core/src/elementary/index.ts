/** @file The elementary functions as scalar expressions: f32 without f64, and f64. Errors: elementary/accuracy.test.ts. */
export { copySign, isFinite, isInfinite, isNaN } from "./bits.ts"
export { cosh, exp, expm1, sigmoid, sinh, tanh } from "./exponential.ts"
export { log, log1p, log2, softplus } from "./logarithm.ts"
export { pow } from "./power.ts"
export { erf, erfInv } from "./special.ts"
export { acos, asin, atan, atan2, cos, sin, tan } from "./trigonometric.ts"
