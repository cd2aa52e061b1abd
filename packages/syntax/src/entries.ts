/** @file Finds the functions that are written in the language: passed to `defn`, or with the directive "use defn". */
import type { Binding, Names } from "./scopes.ts"
import { type Absent, bare, hasDirective, isFunction, type Node } from "./tree.ts"

/** Where `defn` comes from, besides imports in the text itself. */
export interface EntryOptions {
  /** Module specifiers that export `defn`. Default: `["defnote"]`. */
  sources?: readonly string[]
  /** Names of the environment that mean `defn`, from earlier cells. Default: `["defn"]`. */
  known?: readonly string[]
  /** Names of the environment that mean the namespace of the library, from earlier cells. Default: none. */
  namespaces?: readonly string[]
}

/** Answers which calls are calls of the library's `defn`, by binding and not by name. */
export class Entries {
  private readonly names: Names
  private readonly sources: ReadonlySet<string>
  private readonly known: ReadonlySet<string>
  private readonly namespaces: ReadonlySet<string>

  constructor(names: Names, options: EntryOptions = {}) {
    this.names = names
    this.sources = new Set(options.sources ?? ["defnote"])
    this.known = new Set(options.known ?? ["defn"])
    this.namespaces = new Set(options.namespaces ?? [])
  }

  /** The function literal that a call passes to `defn`. */
  functionOf(n: Node): Node | undefined {
    if (n.type !== "CallExpression" || !n.arguments[0] || !this.isDefn(n.callee)) return undefined
    const first = bare(n.arguments[0])
    return isFunction(first) ? first : undefined
  }

  /** The identifier that a call passes to `defn`, when it means a function of the same text without directive. */
  unwritten(n: Node): Node | undefined {
    const first = n.type === "CallExpression" && n.arguments[0] && bare(n.arguments[0])
    if (first?.type !== "Identifier" || !this.isDefn(n.callee)) return undefined
    const value = this.names.bindingOf(first)?.value
    const body = value && bare(value)
    return body && isFunction(body) && !hasDirective(body) ? first : undefined
  }

  private isDefn(callee: Node): boolean {
    const c = bare(callee)
    if (c.type === "Identifier") {
      const binding = this.names.bindingOf(c)
      return binding ? this.imports(binding, "defn") : this.known.has(c.name)
    }
    if (c.type !== "MemberExpression" || c.computed || c.property.name !== "defn") return false
    const space = bare(c.object)
    if (space.type !== "Identifier") return false
    const binding = this.names.bindingOf(space)
    return binding ? this.imports(binding, "*") : this.namespaces.has(space.name)
  }

  /** Whether a binding is the export `name` of the library; `*`: the library itself. */
  private imports(binding: Binding, name: "defn" | "*"): boolean {
    const { declaration } = binding
    if (declaration.type === "VariableDeclaration") return this.loads(binding, name)
    if (!/^Import\w*Specifier$/.test(declaration.type)) return false
    if (!this.sources.has(declaration.parent.source.value)) return false
    if (declaration.type !== "ImportSpecifier") return name === "*"
    return name === "defn" && (declaration.imported.name ?? declaration.imported.value) === "defn"
  }

  /** `const { defn: d } = require("defnote")`, `const nx = await import("defnote")`. */
  private loads(binding: Binding, name: "defn" | "*"): boolean {
    for (const d of binding.declaration.declarations) {
      if (!this.isLoad(d.init)) continue
      if (d.id.type === "Identifier" && name === "*" && d.id.start === binding.start) return true
      if (d.id.type !== "ObjectPattern" || name === "*") continue
      const isOurs = (p: Node) => p.key?.name === "defn" && p.value.start === binding.start
      if (d.id.properties.some(isOurs)) return true
    }
    return false
  }

  private isLoad(init: Node | null): boolean {
    const specifier = loadedModule(init)
    return specifier !== undefined && this.sources.has(specifier)
  }
}

/** The module that `await import("m")` or `require("m")` loads. */
export function loadedModule(init: Node | Absent): string | undefined {
  const value = init && bare(init)
  const call = value?.type === "AwaitExpression" ? bare(value.argument) : value
  if (call?.type === "ImportExpression") return call.source.value
  const isLoad = call?.type === "CallExpression" && /^(require|import)$/i.test(nameOf(call))
  return isLoad ? call.arguments[0]?.value : undefined
}

const nameOf = (call: Node): string => call.callee.name ?? call.callee.type
