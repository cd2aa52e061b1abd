/** @file Turns failures of the parser into diagnostics. */
import type { Diagnostic } from "./diagnostics.ts"
import type { ParseFailure } from "./tree.ts"

/** D101 for each failure, with the parser's words. */
export function diagnosticsOf(failures: readonly ParseFailure[], source: string): Diagnostic[] {
  return failures.map(({ message, from }) => ({
    code: "D101",
    message,
    from,
    to: Math.min(Math.max(from + 1, tokenEnd(source, from)), Math.max(source.length, from)),
    severity: "error",
  }))
}

function tokenEnd(source: string, from: number): number {
  return from + (/^[\w$]+/.exec(source.slice(from, from + 100))?.[0].length ?? 1)
}
