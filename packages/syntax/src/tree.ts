/** @file The syntax tree: parsing, and questions about nodes that need no scopes and know nothing of what is emitted. */
import { type ParserOptions, parse as parseBabel } from "@babel/parser"
import { parseTolerant, type Repaired, type RepairLimits } from "./repair.ts"

/** A node of Babel's tree with `createParenthesizedExpressions`. `start` and `end` are UTF-16 offsets. */
export interface Node {
  type: string
  start: number
  end: number
  // biome-ignore lint/suspicious/noExplicitAny: Babel has 250 node types; each is read by its `type` first
  [field: string]: any
}

/** An absent part of a node. */
export type Absent = null | undefined

/** A failure of the parser, with Babel's reason (`UnterminatedTemplate`, `UnexpectedToken`, ...). */
export interface ParseFailure {
  message: string
  from: number
  reason: string
}

/** How text is read. */
export interface ParseOptions {
  /** As in `.tsx` files. */
  jsx?: boolean
  /** The bounds of repairing incomplete text; default: 40 rounds, 200 milliseconds. */
  repair?: RepairLimits
}

const PLUGINS: NonNullable<ParserOptions["plugins"]> = [
  "typescript",
  "decorators",
  "decoratorAutoAccessors",
]

function read(text: string, { jsx }: ParseOptions, recover: boolean) {
  return parseBabel(text, {
    sourceType: "module",
    errorRecovery: recover,
    createParenthesizedExpressions: true,
    attachComment: false,
    allowReturnOutsideFunction: true,
    allowUndeclaredExports: true,
    plugins: jsx ? [...PLUGINS, "jsx"] : PLUGINS,
  })
}

/** The tree of text that is going to run: every error counts, recoverable ones too. */
export function parseStrict(
  text: string,
  options: ParseOptions = {},
): { tree: Node } | { failures: ParseFailure[] } {
  try {
    const file = read(text, options, true)
    const errors = (file.errors ?? []) as unknown as Thrown[]
    return errors.length > 0 ? { failures: errors.map(failure) } : { tree: file.program as Node }
  } catch (error) {
    return { failures: [failure(error as Thrown)] }
  }
}

/** The tree of text that may hold mistakes which the parser can get over; undefined where it cannot. */
export function parseLoosely(text: string, options: ParseOptions = {}): Node | undefined {
  try {
    return read(text, options, true).program as Node
  } catch {
    return undefined
  }
}

interface Thrown {
  message: string
  pos?: number
  reasonCode?: string
}

function failure(error: Thrown): ParseFailure {
  const message = error.message.replace(/ \(\d+:\d+\)$/, "")
  return { message, from: error.pos ?? 0, reason: error.reasonCode ?? "" }
}

/**
 * The tree of `text` for checking and completion. Incomplete text gives the tree of a repaired text, whose offsets
 * `back` maps to `text`, and `failure`; undefined when no repair is found in time.
 */
export function parseForChecking(
  text: string,
  options: ParseOptions = {},
): (Repaired<Node> & { failure?: ParseFailure }) | undefined {
  let first: ParseFailure | undefined
  const attempt = (candidate: string) => {
    try {
      return { tree: read(candidate, options, true).program as Node, at: candidate.length }
    } catch (error) {
      first ??= failure(error as Thrown)
      return { at: (error as Thrown).pos ?? candidate.length }
    }
  }
  const repaired = parseTolerant<Node>(text, attempt, options.repair)
  return repaired && { ...repaired, failure: first }
}

const NOT_CHILDREN = new Set(["type", "loc", "extra", "errors", "comments", "tokens"])
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === "string"

/** The child nodes in the order of the text. A shorthand property counts once. */
export function children(node: Node): Node[] {
  const found: Node[] = []
  for (const field in node) {
    if (NOT_CHILDREN.has(field) || (field === "key" && node.shorthand)) continue
    const value = node[field]
    if (Array.isArray(value)) for (const item of value) isNode(item) && found.push(item)
    else if (isNode(value)) found.push(value)
  }
  return found.sort((a, b) => a.start - b.start)
}

const FUNCTION =
  /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration|ObjectMethod|ClassMethod|ClassPrivateMethod)$/
const CAST =
  /^(Parenthesized|TSAs|TSSatisfies|TSNonNull|TSInstantiation)Expression$|^TSTypeAssertion$/
const RUNS =
  /^TS(AsExpression|SatisfiesExpression|NonNullExpression|TypeAssertion|InstantiationExpression|EnumDeclaration|EnumBody|EnumMember|ModuleDeclaration|ModuleBlock|ParameterProperty|ExportAssignment|ImportEqualsDeclaration)$/

export const isFunction = (n: Node): boolean => FUNCTION.test(n.type)
export const isLoop = (n: Node): boolean =>
  /^(While|DoWhile|For|ForIn|ForOf)Statement$/.test(n.type)
/** TypeScript that leaves nothing at run time. */
export const isTypeOnly = (n: Node): boolean => n.type.startsWith("TS") && !RUNS.test(n.type)

/** The expression without parentheses, casts and `!`. */
export function bare(n: Node): Node {
  while (CAST.test(n.type)) n = n.expression
  return n
}

/** Whether some node inside satisfies `test`. Nested functions are tested themselves but not entered. */
export function contains(node: Node | Absent, test: (n: Node) => boolean): boolean {
  if (!node) return false
  return test(node) || (!isFunction(node) && children(node).some((c) => contains(c, test)))
}

/** Whether evaluating the node may wait or yield. */
export const suspends = (n: Node | Absent): boolean =>
  contains(
    n,
    (x) => /^(Await|Yield)Expression$/.test(x.type) || (x.type === "ForOfStatement" && x.await),
  )

/** Whether evaluating the node assigns a variable or a property, outside of nested functions. */
export const assigns = (n: Node | Absent): boolean =>
  contains(n, (x) => x.type === "AssignmentExpression" || x.type === "UpdateExpression")

/** The identifiers that a pattern binds or assigns. */
export function identifiers(pattern: Node | Absent): Node[] {
  if (!pattern) return []
  const p = bare(pattern)
  switch (p.type) {
    case "Identifier":
      return [p]
    case "TSParameterProperty":
      return identifiers(p.parameter)
    case "AssignmentPattern":
      return identifiers(p.left)
    case "RestElement":
      return identifiers(p.argument)
    case "ArrayPattern":
      return p.elements.flatMap(identifiers)
    case "ObjectPattern":
      return p.properties.flatMap((q: Node) => identifiers(q.value ?? q))
    default:
      return []
  }
}

/** Whether a function has the directive `"use defn"`. */
export const hasDirective = (f: Node): boolean =>
  f.body?.directives?.some((d: Node) => d.value.value === "use defn") ?? false
