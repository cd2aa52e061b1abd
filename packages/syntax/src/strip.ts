/** @file TypeScript to JavaScript, line by line: types go, enums and parameter properties become code. */
import { transform } from "sucrase"
import { diagnosticMessage, SyntaxDiagnosticError } from "./diagnostics.ts"
import { diagnosticsOf } from "./failures.ts"
import { children, isTypeOnly, type Node, type ParseOptions, parseStrict } from "./tree.ts"

/** How types are removed. */
export interface StripOptions extends ParseOptions {
  /**
   * Keep imports that this text does not use as values, as a cell must: later cells use them. `import type` goes in
   * either case. Default: false, as TypeScript does.
   */
  keepImports?: boolean
}

/**
 * The text without types, on the same lines, as JavaScript of 2022.
 *
 * @throws SyntaxDiagnosticError with D101 when the text is not TypeScript, and D112 for `namespace` with values, `using`,
 * `accessor`, decorators and `export import`, which are not lowered
 */
export function stripTypes(code: string, options: StripOptions = {}): string {
  if (SUSPECT.test(code)) refuseUnlowered(code, options)
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

/** Cheap, so that most texts are read once; the tree decides. */
const SUSPECT = /\b(?:namespace|module|using|accessor)\b|@|\bexport\s+import\b/

function refuseUnlowered(code: string, options: ParseOptions): void {
  const parsed = parseStrict(code, options)
  const found = "tree" in parsed ? unlowered(parsed.tree) : undefined
  if (!found) return
  const [n, detail] = found
  const message = diagnosticMessage("D112", detail)
  const diagnostic = { code: "D112", message, from: n.start, to: n.end, severity: "error" } as const
  throw new SyntaxDiagnosticError([diagnostic])
}

/** The first node that would have to be lowered, in words. */
function unlowered(n: Node): [Node, string] | undefined {
  if (n.declare || isTypeOnly(n)) return undefined
  if (n.type === "Decorator") return [n, "a decorator"]
  if (n.type === "ClassAccessorProperty") return [n, "`accessor`"]
  if (n.type === "VariableDeclaration" && /using/.test(n.kind)) return [n, `\`${n.kind}\``]
  if (n.declaration?.type === "TSImportEqualsDeclaration") return [n, "`export import`"]
  if (n.type === "TSModuleDeclaration" && n.body?.body.some(hasValue)) return [n, "`namespace`"]
  for (const c of children(n)) {
    const inner = unlowered(c)
    if (inner) return inner
  }
  return undefined
}

/** Whether a statement of a namespace leaves something at run time. */
function hasValue(s: Node): boolean {
  const statement = s.declaration ?? s
  return !statement.declare && !isTypeOnly(statement)
}
