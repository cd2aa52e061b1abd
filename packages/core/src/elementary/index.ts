/** @file The elementary functions as scalar expressions: f32 without f64, and f64. Errors: elementary/accuracy.test.ts. */
export { copySign, isFinite, isInfinite, isNaN } from "./bits.ts"
export { cosh, exp, expm1, sigmoid, sinh, tanh } from "./exponential.ts"
export { acosh, asinh, atanh } from "./inverse-hyperbolic.ts"
export { log, log1p, log2, log10, logAddExp, logSigmoid, softplus } from "./logarithm.ts"
export { exp2, pow } from "./power.ts"
export { cbrt, hypot } from "./root.ts"
export { erf, erfInv } from "./special.ts"
export { acos, asin, atan, atan2, cos, sin, tan } from "./trigonometric.ts"
