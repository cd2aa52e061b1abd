/** @file The conformance table, for every compiler. */

export { loadCompiler } from "./compilers.ts"
export {
  type ConformanceOptions,
  conformance,
  type Outcome,
  type Quirk,
  testedOps,
} from "./conformance.ts"
export { packed, run } from "./programs.ts"
export { type Kind, type Row, rowsOf } from "./rows.ts"
export { COMMON, difference, RELATIVE, type Tolerance, ulpDistance } from "./tolerance.ts"
export { edgeValues, fromStorage, toStorage } from "./values.ts"
