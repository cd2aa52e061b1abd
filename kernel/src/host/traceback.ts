/** @file From an error report to what Jupyter shows: message, code frame, frames of cells (no internals). */

import type { PreparedCell } from "../cells/prepare.ts"
import { positionAt } from "../cells/syntax.ts"
import { codeFrame, paint, wordAt } from "./frame.ts"
import type { ErrorReport, Span } from "./ports.ts"
import { type CellRegister, cellLabel } from "./register.ts"

/** The fields of an `error` message. */
export interface JupyterError {
  ename: string
  evalue: string
  traceback: string[]
}

interface StackLine {
  function: string
  place: string
  cell?: PreparedCell
  offset?: number
}

/** At most this many frames are shown. */
const FRAMES = 20

const PLACE =
  /^\s*at (?:async )?(?:(?<function>.*) \()?(?<url>[^()\s][^()]*):(?<line>\d+):(?<column>\d+)\)?$/u

/** Makes tracebacks for one kernel. */
export class Traceback {
  readonly #register: CellRegister
  readonly #isInternal: (url: string) => boolean

  /** @param isInternal tells which scripts are the kernel's own */
  constructor(register: CellRegister, isInternal: (url: string) => boolean) {
    this.#register = register
    this.#isInternal = isInternal
  }

  /** Describes an error of the runtime. */
  describe(report: ErrorReport): JupyterError {
    const traceback = this.#lines(report)
    return { ename: report.name, evalue: report.message, traceback }
  }

  #lines(report: ErrorReport): string[] {
    const stack = this.#stack(report.stack)
    const lines = [`${paint.strong(report.name)}: ${report.message}`]
    const frame = this.#frame(report, stack)
    if (frame) lines.push(...frame)
    for (const line of stack.slice(0, FRAMES)) {
      lines.push(
        paint.dim(`    at ${line.function ? `${line.function} (${line.place})` : line.place}`),
      )
    }
    if (stack.length > FRAMES) lines.push(paint.dim(`    ${stack.length - FRAMES} more frames`))
    for (const inner of report.errors ?? []) lines.push("one of:", ...this.#lines(inner))
    if (report.cause) lines.push("caused by:", ...this.#lines(report.cause))
    return lines
  }

  #frame(report: ErrorReport, stack: readonly StackLine[]): string[] | undefined {
    const site = this.#siteSpan(report)
    const found = site && !isInCallOf(site, stack) ? site : (stackSpan(stack) ?? site)
    if (!found) return undefined
    const { cell, span } = found
    const line = positionAt(cell.source, span.from).line + 1
    return [`${cellLabel(cell.name)}, line ${line}`, codeFrame(cell.source, span)]
  }

  /** The expression the engine names, when its cell is known. */
  #siteSpan(report: ErrorReport): Place | undefined {
    if (!report.site) return undefined
    const { module, from, to } = report.site
    const cell = this.#register.find(module)
    return cell ? { cell, span: { from, to } } : undefined
  }

  #stack(stack: string): StackLine[] {
    const lines: StackLine[] = []
    for (const text of stack.split("\n")) {
      const found = PLACE.exec(text)?.groups
      if (!found || this.#isInternal(found.url)) continue
      lines.push(this.#stackLine(found))
    }
    return lines
  }

  #stackLine({ function: name = "", url, line, column }: Record<string, string>): StackLine {
    const cell = this.#register.find(url)
    // Calls from rewritten text go through an object of ours, after which the engine of JavaScript names the frame.
    const written = name.startsWith("$d") ? "" : name
    if (!cell) return { function: name, place: `${url}:${line}:${column}` }
    const offset = cell.toSource({ line: Number(line) - 1, column: Number(column) - 1 })
    const at = positionAt(cell.source, offset)
    const place = `${cellLabel(url)}, line ${at.line + 1}, column ${at.column + 1}`
    return { function: written, place, cell, offset }
  }
}

interface Place {
  cell: PreparedCell
  span: Span
}

/** Whether the error came from deeper: the expression called a function of the user's, whose own line says more. */
function isInCallOf({ cell, span }: Place, stack: readonly StackLine[]): boolean {
  const inCells = stack.filter((line) => line.cell)
  const at = ({ offset = -1 }: StackLine): boolean => offset >= span.from && offset < span.to
  return inCells.findIndex((line) => line.cell === cell && at(line)) > 0
}

function stackSpan(stack: readonly StackLine[]): Place | undefined {
  const line = stack.find((item) => item.cell)
  if (!line?.cell || line.offset === undefined) return undefined
  return { cell: line.cell, span: wordAt(line.cell.source, line.offset) }
}
