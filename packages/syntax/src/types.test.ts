/** @file The types text in TypeScript's own server: completions, and errors at exactly the right text (D5.1). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { lineOf, lineStarts, rangeToSource, toGenerated } from "./map.ts"
import { LanguageServer, type Position, type ServerDiagnostic } from "./testing/language_server.ts"
import { LIBRARY } from "./testing/library.ts"
import { TYPED_CELLS, type TypedCell } from "./testing/typed_cells.ts"
import { type Rewriting, rewriteTypes } from "./types.ts"

let server: LanguageServer
const folder = mkdtempSync(join(tmpdir(), "defnote-syntax-"))
const CONFIG = { strict: true, target: "es2023", module: "esnext", moduleResolution: "bundler" }

beforeAll(async () => {
  const options = { compilerOptions: { ...CONFIG, noEmit: true, types: [] } }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options))
  writeFileSync(join(folder, "library.d.ts"), LIBRARY)
  server = await LanguageServer.start(folder)
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const head = (library: string) =>
  `import { $d as ${library}, defn, tensor, type Tensor, type TensorLike } from "./library";\n`

function offsetOf(text: string, { line, character }: Position): number {
  return lineStarts(text)[line]! + character
}
function positionOf(text: string, offset: number): Position {
  const starts = lineStarts(text)
  const line = lineOf(starts, offset)
  return { line, character: offset - starts[line]! }
}

/** The cursor: before `|`; in a cell that only flags, there is none. */
function read(cell: TypedCell): { source: string; cursor: number } {
  if (!cell.completes) return { source: cell.text, cursor: -1 }
  const cursor = cell.text.search(/(?<=[.\w])\|/)
  return { source: cell.text.slice(0, cursor) + cell.text.slice(cursor + 1), cursor }
}

/** The flagged source texts; what lies in a second copy is an error at the first one too. */
function flagged(r: Rewriting, source: string, errors: readonly ServerDiagnostic[], text: string) {
  const before = head(r.library).length
  const ranges = errors.map(({ range: { start, end } }) =>
    rangeToSource(r.segments, offsetOf(text, start) - before, offsetOf(text, end) - before),
  )
  return ranges.filter((range) => range !== undefined).map(({ from, to }) => source.slice(from, to))
}

describe("types text over the language server (D5.1)", () => {
  TYPED_CELLS.forEach((cell, i) => {
    const { source, cursor } = read(cell)
    const rewriting = rewriteTypes(source, { repair: { rounds: 40, milliseconds: 10_000 } })
    const before = head(rewriting.library)
    const text = `${before}${rewriting.code}\nexport {};`
    const open = () => server.open(`cell_${i}_${Math.random()}.ts`, text)

    if (cell.flags) {
      test(`${cell.name}: errors`, async () => {
        const errors = await server.errors(open())
        const found = flagged(rewriting, source, errors, text)
        const messages = errors.map((e) => e.message).join("\n")
        expect(found, `${messages}\n${rewriting.code}`).toEqual(cell.flags)
      })
    }
    if (cell.completes) {
      test(`${cell.name}: completion`, async () => {
        const at = before.length + toGenerated(rewriting.segments, cursor)
        const labels = await server.completions(open(), positionOf(text, at))
        expect(labels, rewriting.code).toEqual(expect.arrayContaining([...cell.completes!]))
      })
    }
  })
})
