/** @file The one door to the rewriter: everything the kernel takes from `@defnote/syntax`. */
export {
  analyseCell,
  type CellAnalysis,
  type Diagnostic,
  diagnosticMessage,
  type EntryOptions,
  isComplete,
  moduleText,
  type Rewriting,
  rangeToSource,
  rewriteRuntime,
  rewriteTypes,
  stripTypes,
  toGenerated,
  toSource,
} from "@defnote/syntax"
