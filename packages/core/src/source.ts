/** @file Where an expression stands: modules of rewritten text and sites in them. Knows no nodes. */

/** A cell or file whose `defn` bodies were rewritten. `sites` are pairs of offsets into its text. */
export interface SourceModule {
  readonly name: string
  readonly sites: readonly number[]
  /** Known once the kernel registered it; offsets refer to it. */
  text?: string
  cellId?: string
  executionCount?: number
}

/** One expression of a module. */
export interface Site {
  readonly module: SourceModule
  readonly from: number
  readonly to: number
}

/** Line and column of an offset, both from 1. */
export function lineOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const line = before.split("\n").length
  return { line, column: offset - before.lastIndexOf("\n") }
}

/** "cell 4, line 2", "cell 4 of subshell 1, line 2", or the file name; without a registered text only the module. */
export function formatSite({ module, from }: Site): string {
  const name = module.name
    .replace(/^cell_s(\d+)_(\d+)$/, "cell $2 of subshell $1")
    .replace(/^cell_(\d+)$/, "cell $1")
  return module.text === undefined ? name : `${name}, line ${lineOf(module.text, from).line}`
}
