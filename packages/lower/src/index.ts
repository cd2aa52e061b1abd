/** @file Lowering for compilers: a closed graph becomes values, kernels and steps. */
export type { Target } from "./build.ts"
export { IndexMath, type Linear } from "./index-math.ts"
export { type Listing, listing } from "./listing.ts"
export {
  type Accumulator,
  expressionsOf,
  type Kernel,
  type KernelBuffer,
  type Loop,
  type Poll,
  type Statement,
  type Store,
  statements,
} from "./loop-ir.ts"
export { lower } from "./lower.ts"
export { type Placement, plan } from "./plan.ts"
export {
  innerSteps,
  type LoweredProgram,
  type Step,
  type StoredValue,
  type Window,
} from "./program.ts"
export { order, rebuildScalar, replaceScalars, type Scalar } from "./scalar-rebuild.ts"
export { type Streams, streams, stretchOf, untouchedInputs } from "./streams.ts"
