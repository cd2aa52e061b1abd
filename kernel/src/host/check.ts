/** @file What type findings do to a cell: stop it, or warn (D7.3). */

import type { PreparedCell } from "../cells/prepare.ts"
import { positionAt } from "../cells/syntax.ts"
import { codeFrame, paint } from "./frame.ts"
import type { CellDiagnostic } from "./ports.ts"
import { cellLabel } from "./register.ts"
import type { TypeCheck } from "./settings.ts"
import type { JupyterError } from "./traceback.ts"

/** Findings shown for one cell. */
const SHOWN = 10

/** The findings that keep a cell from running under a setting. */
export function blocking(
  diagnostics: readonly CellDiagnostic[],
  setting: TypeCheck,
): CellDiagnostic[] {
  if (setting === "warn" || setting === "off") return []
  const errors = diagnostics.filter((item) => item.severity === "error")
  return setting === "block" ? errors : errors.filter((item) => item.insideDefn)
}

/** The error of a cell that was not run. */
export function refusal(cell: Located, found: readonly Finding[]): JupyterError {
  const [first] = found
  const traceback = found.slice(0, SHOWN).flatMap((item) => describe(cell, item))
  if (found.length > SHOWN) traceback.push(`${found.length - SHOWN} more`)
  const ename = first.code.startsWith("TS") ? "TypeCheckError" : "SyntaxError"
  return { ename, evalue: sentence(first), traceback }
}

/** The text of warnings for stderr. */
export function warningText(cell: Located, found: readonly Finding[]): string {
  const lines = found.slice(0, SHOWN).flatMap((item) => describe(cell, item))
  if (found.length > SHOWN) lines.push(`${found.length - SHOWN} more`)
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`
}

/** What a description needs of a cell. */
export type Located = Pick<PreparedCell, "name" | "source">

/** A finding of the type checker or the rewriter. */
export type Finding = Pick<CellDiagnostic, "code" | "message" | "from" | "to">

function describe(cell: Located, found: Finding): string[] {
  const at = positionAt(cell.source, found.from)
  const place = `${cellLabel(cell.name)}, line ${at.line + 1}, column ${at.column + 1}`
  return [`${paint.strong(found.code)}: ${found.message}`, place, codeFrame(cell.source, found)]
}

function sentence({ code, message }: Finding): string {
  return code === "SyntaxError" ? message : `${code}: ${message}`
}
