/** @file The elementary functions as scalar expressions: f32 without f64, and f64. Errors: elementary/accuracy.test.ts. */
export { isFinite, isInfinite, isNaN } from "./bits.ts"
export { exp } from "./exponential.ts"
export { log } from "./logarithm.ts"
