/** @file Lowers a cell to a script: static imports, exports, redeclarations. TypeScript types stay in it. */
import { type ParserOptions, parse } from "@babel/parser"
import { applyEdits, type Edit, type Edited } from "./edits.ts"

/** How a name of an earlier cell lives in the global scope of the runtime. */
export type NameKind = "var" | "lexical"

/** A lowered cell. */
export interface Lowered extends Edited {
  /** Whether the last statement is an expression: its value is the result of the cell. */
  showResult: boolean
  /** The kinds of the names this cell declares. */
  kinds: Map<string, NameKind>
  /** Exported name to local name. */
  exports: Map<string, string>
  /** The modules it imports or requires by a literal name. */
  specifiers: string[]
}

/** The cell does not parse. Offsets are those of the lowered text. */
export class CellSyntaxError extends Error {
  override readonly name = "SyntaxError"
  readonly from: number
  constructor(message: string, from: number) {
    super(message)
    this.from = from
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the syntax tree is walked generically
type Tree = any

const OPTIONS: ParserOptions = {
  sourceType: "module",
  plugins: ["typescript"],
  allowNewTargetOutsideFunction: true,
  allowUndeclaredExports: true,
}

/**
 * Lowers a cell. The number of lines stays.
 *
 * @param known names of earlier cells: V8 lets a script redeclare a name only with its kind. So a
 *   declaration takes the kind its name has, and `const` becomes `let` (the type checker still
 *   reports an assignment to a constant)
 * @throws CellSyntaxError
 */
export function lowerCell(source: string, known: ReadonlyMap<string, NameKind>): Lowered {
  const program = parseCell(source)
  const pass = new LoweringPass(source, known)
  for (const statement of program.body) pass.statement(statement)
  pass.expressions(program)
  const last = program.body.filter((node: Tree) => node.type !== "EmptyStatement").at(-1)
  return {
    ...applyEdits(source, pass.edits),
    showResult: last ? last.type === "ExpressionStatement" : program.directives.length > 0,
    kinds: pass.kinds,
    exports: pass.exports,
    specifiers: pass.specifiers,
  }
}

function parseCell(source: string): Tree {
  try {
    return parse(source, OPTIONS).program
  } catch (error) {
    const { message, pos } = error as Error & { pos?: number }
    if (pos === undefined) throw error
    throw new CellSyntaxError(message.replace(/\s*\(\d+:\d+\)$/u, ""), pos)
  }
}

class LoweringPass {
  readonly edits: Edit[] = []
  readonly kinds = new Map<string, NameKind>()
  readonly specifiers: string[] = []
  readonly exports = new Map<string, string>()
  readonly #source: string
  readonly #known: ReadonlyMap<string, NameKind>

  constructor(source: string, known: ReadonlyMap<string, NameKind>) {
    this.#source = source
    this.#known = known
  }

  /** A statement of the top level. */
  statement(node: Tree) {
    switch (node.type) {
      case "ImportDeclaration":
        return this.#import(node)
      case "TSImportEqualsDeclaration":
        return this.#importEquals(node)
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        return this.#export(node)
      case "ExportAllDeclaration":
      case "TSExportAssignment":
      case "TSNamespaceExportDeclaration":
        return this.#replace(node, "")
      default:
        return this.#declaration(node)
    }
  }

  /** Dynamic imports, `import.meta` and literal `require`s anywhere. */
  expressions(node: Tree) {
    if (!node || typeof node.type !== "string") return
    if (node.type === "ImportExpression" || node.callee?.type === "Import") {
      this.edits.push({ from: node.start, to: node.start + "import".length, text: "__import" })
      this.#specifier(node.source ?? node.arguments[0])
    } else if (node.type === "MetaProperty" && node.meta.name === "import") {
      this.#replace(node, "__meta")
    } else if (node.type === "CallExpression" && node.callee.name === "require") {
      this.#specifier(node.arguments[0])
    }
    for (const key in node) {
      const child = node[key]
      if (Array.isArray(child)) for (const item of child) this.expressions(item)
      else if (child && typeof child === "object") this.expressions(child)
    }
  }

  #import(node: Tree) {
    if (node.importKind === "type") return this.#replace(node, "")
    this.#specifier(node.source)
    const values = node.specifiers.filter((item: Tree) => item.importKind !== "type")
    const call = `await __import(${this.#text(node.source)}${this.#attributes(node)});`
    if (values.length === 0) {
      return this.#replace(node, node.specifiers.length === 0 ? call : "")
    }
    const names: string[] = values.map((item: Tree) => item.local.name)
    const keyword = this.#declare(names, "lexical") === "var" ? "var" : "let"
    const namespace = values.find((item: Tree) => item.type === "ImportNamespaceSpecifier")
    const others = values.filter((item: Tree) => item !== namespace)
    const whole = namespace ? `${keyword} ${namespace.local.name} = ${call}` : ""
    const from = namespace ? `${namespace.local.name};` : call
    const parts = others.length ? `${keyword} { ${others.map(binding).join(", ")} } = ${from}` : ""
    this.#replace(node, [whole, parts].filter(Boolean).join(" "))
  }

  #attributes(node: Tree): string {
    const list: Tree[] = node.attributes ?? []
    if (list.length === 0) return ""
    const fields = list.map((item) => `${this.#text(item.key)}: ${this.#text(item.value)}`)
    return `, { with: { ${fields.join(", ")} } }`
  }

  #importEquals(node: Tree) {
    if (node.importKind === "type") return this.#replace(node, "")
    if (node.moduleReference.type !== "TSExternalModuleReference") return
    this.#specifier(node.moduleReference.expression)
    const keyword = this.#declare([node.id.name], "lexical") === "var" ? "var" : "let"
    const name = this.#text(node.moduleReference.expression)
    this.#replace(node, `${keyword} ${node.id.name} = require(${name});`)
  }

  #export(node: Tree) {
    const inner = node.declaration
    if (!inner) {
      const own = node.source ? [] : node.specifiers
      for (const { local, exported } of own) this.exports.set(exported.name, local.name)
      return this.#replace(node, "")
    }
    const before = new Set(this.kinds.keys())
    this.edits.push({ from: node.start, to: inner.start, text: "" })
    this.#declaration(inner)
    const names = [...this.kinds.keys()].filter((name) => !before.has(name))
    for (const name of names) this.exports.set(this.#exportedName(node, name), name)
  }

  #exportedName(node: Tree, name: string): string {
    return node.type === "ExportDefaultDeclaration" ? "default" : name
  }

  #declaration(node: Tree) {
    if (node.declare === true) return
    switch (node.type) {
      case "VariableDeclaration":
        return this.#variables(node)
      case "FunctionDeclaration":
        return this.#function(node)
      case "ClassDeclaration":
        return this.#class(node)
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
        if (node.id?.name) this.#declare([node.id.name], "var")
    }
  }

  #variables(node: Tree): void {
    const names = node.declarations.flatMap((item: Tree) => patternNames(item.id))
    const own: NameKind = node.kind === "var" ? "var" : "lexical"
    const keyword = this.#declare(names, own) === "var" ? "var" : "let"
    // Resources are lowered when the types go; they need the scope of their block.
    if (keyword === node.kind || /using$/u.test(node.kind)) return
    const text = keyword.padEnd(node.kind.length)
    this.edits.push({ from: node.start, to: node.start + node.kind.length, text })
  }

  #function(node: Tree): void {
    if (!node.id || this.#declare([node.id.name], "var") === "var") return
    this.#assign(node, `let ${node.id.name} = `)
  }

  #class(node: Tree): void {
    if (!node.id || this.#declare([node.id.name], "lexical") === "lexical") return
    this.#assign(node, `var ${node.id.name} = `)
  }

  #assign(node: Tree, prefix: string): void {
    this.edits.push({ from: node.start, to: node.start, text: prefix })
    this.edits.push({ from: node.end, to: node.end, text: ";" })
  }

  /** The kind to declare names with: that of an earlier cell, else the wanted one. */
  #declare(names: readonly string[], wanted: NameKind): NameKind {
    const earlier = names.map((name) => this.#known.get(name)).find((kind) => kind !== undefined)
    const kind = earlier ?? wanted
    for (const name of names) this.kinds.set(name, kind)
    return kind
  }

  #specifier(node: Tree): void {
    if (node?.type === "StringLiteral") this.specifiers.push(node.value)
  }

  #replace(node: Tree, text: string): void {
    this.edits.push({ from: node.start, to: node.end, text })
  }

  #text(node: Tree): string {
    return this.#source.slice(node.start, node.end)
  }
}

function binding(item: Tree): string {
  const local = item.local.name
  if (item.type === "ImportDefaultSpecifier") return `default: ${local}`
  const imported = item.imported.name ?? JSON.stringify(item.imported.value)
  return imported === local ? local : `${imported}: ${local}`
}

function patternNames(node: Tree): string[] {
  switch (node?.type) {
    case "Identifier":
      return [node.name]
    case "ObjectPattern":
      return node.properties.flatMap((item: Tree) => patternNames(item.value ?? item.argument))
    case "ArrayPattern":
      return node.elements.flatMap(patternNames)
    case "AssignmentPattern":
      return patternNames(node.left)
    case "RestElement":
      return patternNames(node.argument)
    default:
      return []
  }
}
