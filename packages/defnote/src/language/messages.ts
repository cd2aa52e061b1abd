/** @file Diagnostics of the server in the words of the kernel. */

import type { ServerRange } from "./document.ts"
import type { CellDiagnostic } from "./ports.ts"
import { sentenceFor } from "./words.ts"

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
      {
        range,
        message: inOurWords(message),
        code: `TS${code}`,
        severity: severity === ERROR ? "error" : "warning",
      },
    ]
  })
}

/** A tensor of any dtype, as the checker prints it. */
const ANY_TENSOR = /Tensor<(?:any|(?:"\w+" \| ){10,}"\w+")>/g
/** Where a type was declared: printed when both sides of an operator have the same name. */
const DECLARED_IN = /import\("[^"]*"\)\./g
/** Overloads were tried in turn; ours end with the most general one. */
const OVERLOADS =
  /^No overload matches this call\.\n\s+The last overload gave the following error\.\n\s+/

/**
 * The message in words about tensors (D5.1): operators are calls of generic functions in the text that is checked, and
 * nobody who wrote `x * names` has heard of them.
 */
export function inOurWords(message: string): string {
  const plain = message
    .replace(DECLARED_IN, "")
    .replace(ANY_TENSOR, "Tensor")
    .replace(OVERLOADS, "")
  return sentenceFor(plain) ?? plain
}
