/**
 * @file Plain functions, classes and objects with methods, which the language may call: registered with the variables
 * they use from outside (C14). It does not look inside of the language.
 */
import { isGlobalName } from "./globals.ts"
import type { Names } from "./scopes.ts"
import { bare, children, isFunction, type Node } from "./tree.ts"

/** The name of the function that registers, before it is made unlike every other name of the text. */
export const REGISTER = "$c"
/** Whether a name is that of a registering function: it is there wherever rewritten text is. */
export const isRegister = (name: string): boolean => /^\$c(_\w+|\d+)?$/.test(name)

/**
 * Declares the registering function. It needs no library: plain cells run before one is loaded. A wrapped function no
 * longer gets the name of its variable from JavaScript, so it is given here.
 */
export const registerDeclaration = (name: string): string =>
  `const ${name} = (f, c, n) => { (globalThis[Symbol.for("defnote.captures/1")] ??= new WeakMap()).set(f, c); ` +
  `if (n && !f.name) Object.defineProperty(f, "name", { value: n, configurable: true }); return f }; `

/** How a node is registered: as an expression around it, or as a statement after it. */
export type Registration = "around" | "after"

/** Finds what is worth registering. */
export class Helpers {
  private readonly names: Names
  /** Functions that a call or `new` gets on the spot, inside of functions: registering each would cost at every turn. */
  private readonly passing = new Set<Node>()

  constructor(names: Names) {
    this.names = names
  }

  /** A node is about to be visited, `depth` functions deep. */
  enter(n: Node, depth: number): void {
    if (!/^(Optional)?CallExpression$|^NewExpression$/.test(n.type)) return
    this.passing.add(bare(n.callee))
    if (depth > 0) for (const a of n.arguments) this.passing.add(bare(a))
  }

  /** How to register a node, and the names that it uses; undefined when it uses none or is not of the kinds. */
  registration(n: Node): { how: Registration; captures: readonly string[] } | undefined {
    const how = this.passing.has(n) ? undefined : kindOf(n)
    if (!how) return undefined
    const parts = n.type === "ObjectExpression" ? n.properties.filter(isFunction) : [n]
    const names = new Set<string>(parts.flatMap((p: Node) => this.names.freeNames(p)))
    const captures = [...names].filter((name) => !isGlobalName(name))
    return captures.length > 0 ? { how, captures } : undefined
  }
}

function kindOf(n: Node): Registration | undefined {
  switch (n.type) {
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "ClassExpression":
      return "around"
    case "ObjectExpression":
      return n.properties.some(isFunction) ? "around" : undefined
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return n.id && !n.declare ? "after" : undefined
    default:
      return undefined
  }
}

/**
 * The object of the values that a function captures now: `{ w, b }`. A name that the text asks for with `typeof` may
 * not exist.
 */
export function capturesText(f: Node, captures: readonly string[]): string {
  if (captures.length === 0) return "{}"
  const asked = new Set(askedFor(f))
  const entry = (name: string) =>
    asked.has(name) ? `${name}: typeof ${name} === "undefined" ? undefined : ${name}` : name
  return `{ ${captures.map(entry).join(", ")} }`
}

function askedFor(n: Node): string[] {
  const isTypeof = n.type === "UnaryExpression" && n.operator === "typeof"
  const own = isTypeof && n.argument.type === "Identifier" ? [n.argument.name] : []
  return [...own, ...children(n).flatMap(askedFor)]
}
