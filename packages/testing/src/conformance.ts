/** @file Runs the conformance table with a compiler: many rows in one program, rows that fail one by one (D10.2). */
import { type Compiler, type DType, declarations, type Op } from "@defnote/core"
import { compared } from "./checks.ts"
import { packed, run } from "./programs.ts"
import { type Kind, type ProgramRow, type Row, rowsOf, type TableOptions } from "./rows.ts"

/** A known difference of a compiler, with its reason. One that no longer occurs is a failure. */
export interface Quirk {
  readonly op: string
  readonly kind?: Kind
  readonly dtype?: DType
  readonly reason: string
}
export interface Outcome {
  readonly row: string
  readonly status: "passed" | "failed" | "skipped"
  readonly message?: string
}
export interface ConformanceOptions extends TableOptions {
  /** Only ops of this name. */
  readonly op?: string
  readonly quirks?: readonly Quirk[]
}

const isProgram = (row: Row): row is ProgramRow => "graph" in row
const messageOf = (e: unknown): string =>
  e instanceof Error ? e.message.split("\n")[0] : String(e)

/** What is wrong with one row. */
function checkRow(compiler: Compiler, row: Row): string | undefined {
  try {
    if (!isProgram(row)) return row.check()
    return compared(row.graph, run(compiler, row.graph, row.inputs), row.want(), row.tolerance)
  } catch (e) {
    return messageOf(e)
  }
}
/** Rows that failed, of programs run as one; undefined when the whole could not be run. */
function checkTogether(compiler: Compiler, rows: readonly ProgramRow[]): ProgramRow[] | undefined {
  try {
    const graph = packed(rows.map((r) => r.graph))
    const out = run(
      compiler,
      graph,
      rows.flatMap((r) => r.inputs),
    )
    let start = 0
    return rows.filter((r) => {
      start += r.graph.outputs.length
      const own = out.slice(start - r.graph.outputs.length, start)
      return compared(r.graph, own, r.want(), r.tolerance) !== undefined
    })
  } catch {
    return undefined
  }
}
/** The rows of an op: those that pass together pass; the others are run alone, which says what is wrong. */
function runRows(compiler: Compiler, rows: readonly Row[]): Map<Row, string | undefined> {
  const programs = rows.filter(isProgram)
  const bad = programs.length > 1 ? checkTogether(compiler, programs) : undefined
  const passed = new Set<Row>(bad ? programs.filter((r) => !bad.includes(r)) : [])
  return new Map(
    rows.map((row) => {
      if (passed.has(row)) return [row, undefined]
      const alone = checkRow(compiler, row)
      const together =
        bad?.includes(row as ProgramRow) && "fails only together with other rows in one program"
      return [row, alone ?? (together || undefined)]
    }),
  )
}

const fits = (q: Quirk, row: Row): boolean =>
  q.op === row.op.name && (q.kind ?? row.kind) === row.kind && (q.dtype ?? row.dtype) === row.dtype
/** Excuses failures that are known, and reports quirks that did not occur. */
function excused(
  results: ReadonlyMap<Row, string | undefined>,
  quirks: readonly Quirk[],
): Outcome[] {
  const seen = new Set<Quirk>()
  const outcomes = [...results].map(([row, message]): Outcome => {
    if (message === undefined) return { row: row.name, status: "passed" }
    const quirk = quirks.find((q) => fits(q, row))
    if (!quirk) return { row: row.name, status: "failed", message }
    seen.add(quirk)
    return { row: row.name, status: "skipped", message: `${quirk.reason}: ${message}` }
  })
  const gone = quirks.filter((q) => !seen.has(q) && [...results.keys()].some((row) => fits(q, row)))
  return [...outcomes, ...gone.map(staleQuirk)]
}
const staleQuirk = (q: Quirk): Outcome => ({
  row: `quirk of ${q.op}`,
  status: "failed",
  message: `"${q.reason}" no longer occurs; delete it`,
})

/** Ops with samples or error samples. */
export const testedOps = (name?: string): Op[] =>
  declarations().filter(
    (op) => (op.samples?.length || op.errors?.length) && (!name || op.name === name),
  )

/** All rows of the table with a compiler, op by op. Rules that involve no compiler run with the reference only. */
export function* conformance(
  compiler: Compiler,
  options: ConformanceOptions = {},
): Generator<Outcome> {
  const available = compiler.available()
  const own = compiler.name === "reference"
  for (const op of testedOps(options.op)) {
    const rows = rowsOf(op, options).filter((row) => isProgram(row) !== own)
    if (available !== true)
      yield* rows.map((r): Outcome => ({ row: r.name, status: "skipped", message: available }))
    else yield* excused(runRows(compiler, rows), options.quirks ?? [])
  }
}
