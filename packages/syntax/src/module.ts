/** @file A module of a program: from its TypeScript to the JavaScript that runs, on the same lines (D5.6). */
import { SyntaxDiagnosticError } from "./diagnostics.ts"
import { lineOf, lineStarts, type Segment, type SourceMap, sourceMap } from "./map.ts"
import { rewriteRuntime } from "./runtime.ts"
import { stripTypes } from "./strip.ts"
import type { Rewriting } from "./types.ts"

/** A module for a bundler. */
export interface MappedModule {
  code: string
  map: SourceMap
  /** Whether there is a function of the language in it. */
  used: boolean
}

/**
 * The text of a file with `defn` bodies dispatched and types erased.
 *
 * @param path names the file in messages, pictures and errors
 * @throws SyntaxError `path:line:column: D101: ...` where the text cannot be rewritten
 */
export function moduleText(source: string, path: string): string {
  return placed(source, path, () => stripTypes(rewritten(source, path).code))
}

/**
 * The same with its source map. With `keepTypes` the types stay for another tool, and the map is exact; without, it maps
 * lines, which erasing types keeps.
 *
 * @throws SyntaxError as {@link moduleText}
 */
export function mappedModule(
  source: string,
  path: string,
  { keepTypes = false }: { keepTypes?: boolean } = {},
): MappedModule {
  return placed(source, path, () => {
    const { code: typed, segments, used } = rewritten(source, path)
    const code = keepTypes ? typed : stripTypes(typed)
    const map = sourceMap(path, source, code, keepTypes ? segments : lineSegments(source, code))
    return { code, map, used }
  })
}

const rewritten = (source: string, path: string): Rewriting =>
  rewriteRuntime(source, { name: path, library: "defnote/lang" })

/** The beginning of each line for itself. */
function lineSegments(source: string, code: string): Segment[] {
  const [from, to] = [lineStarts(source), lineStarts(code)]
  return to.slice(0, from.length).map((generated, i) => {
    return { generated, length: 0, source: from[i] as number, sourceLength: 1 }
  })
}

/** An error of the rewriter with the place in the file. */
function placed<T>(source: string, path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SyntaxDiagnosticError)) throw error
    const [first] = error.diagnostics
    const starts = lineStarts(source)
    const line = lineOf(starts, first?.from ?? 0)
    const column = (first?.from ?? 0) - starts[line]
    throw new SyntaxError(`${path}:${line + 1}:${column + 1}: ${error.message}`)
  }
}
