/** @file The public surface of the syntax package. */

export * from "./cell.ts"
export { isTensorHover, type Place, placesOf } from "./cells/always.ts"
export { type CellTree, cellTree } from "./cells/cell_tree.ts"
export { defnRanges, EntryNames, type Range } from "./cells/entry_names.ts"
export { joinLists } from "./cells/lists.ts"
export * from "./cells/positions.ts"
export { type CellTags, readTags } from "./cells/tags.ts"
export * from "./complete.ts"
export * from "./diagnostics.ts"
export * from "./dispatch.ts"
export type { EntryOptions } from "./entries.ts"
export * from "./function_text.ts"
export {
  isVerbatim,
  lineOf,
  lineStarts,
  rangeToSource,
  type Segment,
  type SourceMap,
  sourceMap,
  toGenerated,
  toSource,
} from "./map.ts"
export { type MappedModule, mappedModule, moduleText } from "./module.ts"
export { BINARY } from "./operators.ts"
export type { RepairLimits } from "./repair.ts"
export { type RuntimeOptions, rewriteRuntime } from "./runtime.ts"
export * from "./strip.ts"
export type { ParseOptions } from "./tree.ts"
export { type RewriteOptions, type Rewriting, rewriteTypes } from "./types.ts"
