/** @file The package's exports. */
export { type Finding, findings } from "./findings.ts"
export { type Inspection, inspectProgram } from "./inspect.ts"
export { type LocalCheck, localCheck } from "./local-check.ts"
export { BINS, FIRST_EXPONENT, numbersOf, type Statistics, statistics } from "./statistics.ts"
export { watch, watchedNodes } from "./watch.ts"
