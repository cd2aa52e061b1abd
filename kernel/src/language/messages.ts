/** @file Diagnostics of the server in the words of the kernel. */
import type { CellDiagnostic } from "../host/ports.ts"
import type { ServerRange } from "./document.ts"

/** A diagnostic of the language server protocol. */
export interface ServerDiagnostic {
  range: ServerRange
  severity?: number
  code?: number | string
  message: string
}

/** A diagnostic whose range is still that of the document. */
export type LocatedDiagnostic = Pick<CellDiagnostic, "severity" | "code" | "message"> & {
  range: ServerRange
}

const ERROR = 1
const WARNING = 2

/** Errors and warnings; hints, such as unused names, are left out: the next cell may use them. */
export function readDiagnostics(items: readonly ServerDiagnostic[]): LocatedDiagnostic[] {
  return items.flatMap(({ range, severity = ERROR, code, message }) => {
    if (severity !== ERROR && severity !== WARNING) return []
    return [
      { range, message, code: `TS${code}`, severity: severity === ERROR ? "error" : "warning" },
    ]
  })
}
