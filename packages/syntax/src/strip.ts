/** @file TypeScript to JavaScript, line by line: types go, enums and parameter properties become code. */
import { transform } from "sucrase"
import { firstDecorator, withoutDecorator } from "./decorators.ts"
import { diagnosticMessage, SyntaxDiagnosticError } from "./diagnostics.ts"
import { diagnosticsOf } from "./failures.ts"
import { lower } from "./lowering.ts"
import { unlowerable } from "./lowering_using.ts"
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
 * @throws SyntaxDiagnosticError with D101 when the text is not TypeScript, and D112 for `accessor`, decorators and
 * `export import`, which are not lowered, and for `using` where no block can be made around it
 */
export function stripTypes(code: string, options: StripOptions = {}): string {
  const lowered = SUSPECT.test(code) ? lowerSuspect(code, options) : code
  try {
    return transform(lowered, {
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

/** Namespaces and resources as JavaScript of 2022; the rest is refused. Text that does not parse is left to the stripper. */
function lowerSuspect(code: string, options: ParseOptions): string {
  const parsed = parseStrict(code, options)
  if ("failures" in parsed) return code
  const found = unlowered(parsed.tree)
  if (!found) return lower(code, parsed.tree)
  const [n, detail] = found
  const [, owner, inside] = (n.type === "Decorator" && firstDecorator(parsed.tree)) || []
  const instead = owner && withoutDecorator(code, n, owner, inside)
  const message = diagnosticMessage("D112", detail, instead)
  const diagnostic = { code: "D112", message, from: n.start, to: n.end, severity: "error" } as const
  throw new SyntaxDiagnosticError([diagnostic])
}

/** The first node that is not lowered, in words. */
function unlowered(n: Node): [Node, string] | undefined {
  if (n.declare || isTypeOnly(n)) return undefined
  if (n.type === "Decorator") return [n, "a decorator"]
  if (n.type === "ClassAccessorProperty") return [n, "`accessor`"]
  if (n.declaration?.type === "TSImportEqualsDeclaration") return [n, "`export import`"]
  const resource = unlowerable(n)
  if (resource) return resource
  for (const c of children(n)) {
    const inner = unlowered(c)
    if (inner) return inner
  }
  return undefined
}
