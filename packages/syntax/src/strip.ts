/** @file TypeScript to JavaScript, line by line: types go, enums and parameter properties become code. */
import { transform } from "sucrase"
import { SyntaxDiagnosticError } from "./diagnostics.ts"
import { diagnosticsOf } from "./failures.ts"
import type { ParseOptions } from "./tree.ts"

/** How types are removed. */
export interface StripOptions extends ParseOptions {
  /**
   * Keep imports that this text does not use as values, as a cell must: later cells use them. `import type` goes in
   * either case. Default: false, as TypeScript does.
   */
  keepImports?: boolean
}

/**
 * The text without types, on the same lines. What is newer than ES2022 stays as it is written.
 *
 * @throws SyntaxDiagnosticError with D101 when the text is not TypeScript
 */
export function stripTypes(code: string, options: StripOptions = {}): string {
  try {
    return transform(code, {
      transforms: options.jsx ? ["typescript", "jsx"] : ["typescript"],
      jsxRuntime: "preserve",
      disableESTransforms: true,
      keepUnusedImports: options.keepImports ?? false,
    }).code
  } catch (error) {
    const { message, pos } = error as { message: string; pos?: number }
    const text = message.replace(/ \(\d+:\d+\)$/, "")
    throw new SyntaxDiagnosticError(
      diagnosticsOf([{ message: text, from: pos ?? 0, reason: "" }], code),
    )
  }
}
