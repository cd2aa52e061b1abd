/** @file What a cell declares, imports and uses, so that a kernel can link cells. It does not know how. */
import { SyntaxDiagnosticError } from "./diagnostics.ts"
import { loadedModule } from "./entries.ts"
import { diagnosticsOf } from "./failures.ts"
import { isGlobalName } from "./globals.ts"
import { type Binding, type BindingKind, Names, type Scope } from "./scopes.ts"
import { bare, children, isFunction, type Node, parseForChecking, parseStrict } from "./tree.ts"

/** A name that a cell declares at its top level. */
export interface Declared {
  name: string
  kind: Exclude<BindingKind, "parameter" | "using"> | "using"
  /** The range of the name where it is declared. */
  from: number
  to: number
  /** The range of the whole statement, `export` included. */
  statement: readonly [from: number, to: number]
}

/** One name of an import statement. */
export interface ImportedName {
  local: string
  /** The export; `default`, or `*` for a namespace. */
  imported: string
  typeOnly: boolean
}

/** One static import of a cell, `import x = require("m")` included. */
export interface Import {
  from: number
  to: number
  specifier: string
  text: string
  typeOnly: boolean
  names: readonly ImportedName[]
}

/** The names that a variable declaration takes from a module. */
export type Load = Pick<Import, "specifier" | "names">

/** What a cell is made of; offsets are those of its text. */
export interface CellAnalysis {
  declared: readonly Declared[]
  /** Names used and not declared in the cell, in types too; JavaScript's own globals are left out. */
  references: readonly string[]
  /** The same as `references`, only those used in types and nowhere else. */
  typeReferences: readonly string[]
  imports: readonly Import[]
  /** What variables of the top level get from modules: `const { a: b } = await import("m")`, `require` too. */
  loads: readonly Load[]
  /** The expression whose value is the result of the cell: the last statement, without its semicolon. */
  lastExpression?: readonly [from: number, to: number]
  hasTopLevelAwait: boolean
}

/**
 * Analyses the text of a cell. Incomplete text is repaired where possible, so that completion can ask too.
 *
 * @throws SyntaxDiagnosticError when the text cannot be read even so
 */
export function analyseCell(source: string): CellAnalysis {
  const strict = parseStrict(source)
  if ("tree" in strict) return analyse(strict.tree, source, (offset) => offset)
  const repaired = parseForChecking(source)
  if (!repaired) throw new SyntaxDiagnosticError(diagnosticsOf(strict.failures, source))
  return analyse(repaired.tree, source, repaired.back)
}

type Back = (offset: number) => number

function analyse(tree: Node, source: string, back: Back): CellAnalysis {
  const names = new Names(tree)
  const free = names.references.filter((r) => !r.binding && !isGlobalName(r.name))
  const values = new Set(free.filter((r) => !r.inType).map((r) => r.name))
  const references = [...new Set(free.map((r) => r.name))]
  return {
    declared: declaredIn(names.root, tree, back),
    references,
    typeReferences: references.filter((name) => !values.has(name)),
    imports: tree.body.flatMap((s: Node) => importOf(s, source, back)),
    loads: tree.body.flatMap(loadsOf),
    lastExpression: lastExpression(tree, back),
    hasTopLevelAwait: tree.body.some(awaits),
  }
}

function declaredIn(root: Scope, tree: Node, back: Back): Declared[] {
  const bindings = [...root.bindings.values()].sort((a, b) => a.start - b.start)
  return bindings.map((b) => {
    const statement = tree.body.find((s: Node) => s.start <= b.start && b.start < s.end) as Node
    const range = [back(statement.start), back(statement.end)] as const
    return { name: b.name, kind: kindOf(b), ...nameRange(b, back), statement: range }
  })
}

const kindOf = (b: Binding) => b.kind as Declared["kind"]
const nameRange = (b: Binding, back: Back) => ({
  from: back(b.start),
  to: back(b.start + b.name.length),
})

function importOf(s: Node, source: string, back: Back): Import[] {
  const from = back(s.start)
  const to = back(s.end)
  const text = source.slice(from, to)
  if (s.type === "ImportDeclaration") {
    const typeOnly = s.importKind === "type"
    const names = s.specifiers.map((x: Node) => importedName(x, typeOnly))
    return [{ from, to, text, specifier: s.source.value, typeOnly, names }]
  }
  if (s.type !== "TSImportEqualsDeclaration") return []
  if (s.moduleReference.type !== "TSExternalModuleReference") return []
  const typeOnly = s.importKind === "type"
  const names = [{ local: s.id.name, imported: "export=", typeOnly }]
  return [{ from, to, text, specifier: s.moduleReference.expression.value, typeOnly, names }]
}

function importedName(s: Node, typeOnly: boolean): ImportedName {
  const local = s.local.name
  if (s.type === "ImportDefaultSpecifier") return { local, imported: "default", typeOnly }
  if (s.type === "ImportNamespaceSpecifier") return { local, imported: "*", typeOnly }
  const imported = s.imported.name ?? s.imported.value
  return { local, imported, typeOnly: typeOnly || s.importKind === "type" }
}

function loadsOf(statement: Node): Load[] {
  const s = statement.declaration ?? statement
  if (s.type !== "VariableDeclaration") return []
  return s.declarations.flatMap((d: Node) => {
    const specifier = loadedModule(d.init)
    return specifier === undefined ? [] : [{ specifier, names: loadedNames(d.id) }]
  })
}

function loadedNames(target: Node): ImportedName[] {
  const typeOnly = false
  if (target.type === "Identifier") return [{ local: target.name, imported: "*", typeOnly }]
  return (target.properties ?? []).flatMap((p: Node) => {
    const isName = p.type === "ObjectProperty" && !p.computed && p.value.type === "Identifier"
    return isName ? [{ local: p.value.name, imported: p.key.name ?? p.key.value, typeOnly }] : []
  })
}

function lastExpression(tree: Node, back: Back): readonly [number, number] | undefined {
  const last = tree.body.findLast((s: Node) => s.type !== "EmptyStatement")
  if (last?.type !== "ExpressionStatement") return undefined
  const { start, end } = last.expression
  return [back(start), back(end)]
}

/** Whether a statement waits outside of functions. Class bodies count: their computed keys and heritage run. */
function awaits(n: Node): boolean {
  if (n.type === "AwaitExpression" || (n.type === "ForOfStatement" && n.await)) return true
  if (n.type === "VariableDeclaration" && n.kind === "await using") return true
  if (isFunction(bare(n))) return false
  return children(n).some(awaits)
}
