/** @file The package's exports. */
export type { Cut, CutKind } from "./cut.ts"
export type { Diagnosis } from "./diagnosis.ts"
export { type Finding, findings } from "./findings.ts"
export { type Inspection, type InspectOptions, inspectProgram } from "./inspect.ts"
export { LastGood } from "./last-good.ts"
export { type LocalCheck, localCheck } from "./local-check.ts"
export { watchedNodes } from "./look.ts"
export { inputName, parameterNames, variableOf } from "./names.ts"
export {
  merged,
  numbersOf,
  type Statistics,
  statistics,
  statisticsOf,
} from "./statistics.ts"
export { type BackwardStep, type ForwardStep, type Stepping, stepProgram } from "./step.ts"
export type { Differences, Sweep } from "./step-differences.ts"
export type { Kink, Kinks } from "./step-kinks.ts"
export { type Jacobian, type LocalRule, localPull } from "./step-local.ts"
export type { Cost, Tangents } from "./step-modes.ts"
export type { Place, Within } from "./unroll.ts"
export {
  type Seen as WatchedParameter,
  StepWatcher,
  type WatchEvent,
  type WatchedRow,
  type WatchOptions,
} from "./watch-step.ts"
