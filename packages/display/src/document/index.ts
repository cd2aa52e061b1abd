/** @file Programs, inspections and tensors as documents. */
export { type DocumentOptions, documentOf, hashText, type ProgramDocument } from "./document.ts"
export { gradientDocument } from "./gradient.ts"
export { historyDocument } from "./history.ts"
export { mathText } from "./math-text.ts"
export { profileDocument } from "./profile.ts"
export { levelOf, planesOf, type Region } from "./pyramid.ts"
export {
  comparisonDocument,
  spreadOf,
  statsOf,
  type TensorDocumentOptions,
  tensorDocument,
  valuesOf,
} from "./tensor.ts"
export { type TraceOptions, traceDocument } from "./trace.ts"
