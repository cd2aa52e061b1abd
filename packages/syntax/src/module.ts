/** @file A module of a program: from its TypeScript to the JavaScript that runs, on the same lines (D5.6). */
import { SyntaxDiagnosticError } from "./diagnostics.ts"
import { lineOf, lineStarts } from "./map.ts"
import { rewriteRuntime } from "./runtime.ts"
import { stripTypes } from "./strip.ts"

/**
 * The text of a file with `defn` bodies dispatched and types erased.
 *
 * @param path names the file in messages, pictures and errors
 * @throws SyntaxError `path:line:column: D101: ...` where the text cannot be rewritten
 */
export function moduleText(source: string, path: string): string {
  try {
    return stripTypes(rewriteRuntime(source, { name: path, library: "defnote/lang" }).code)
  } catch (error) {
    if (!(error instanceof SyntaxDiagnosticError)) throw error
    const [first] = error.diagnostics
    const starts = lineStarts(source)
    const line = lineOf(starts, first?.from ?? 0)
    const column = (first?.from ?? 0) - starts[line]
    throw new SyntaxError(`${path}:${line + 1}:${column + 1}: ${error.message}`)
  }
}
