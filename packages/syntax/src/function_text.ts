/** @file Reads the text of a function (`fn.toString()`), for `defn` where nothing rewrote the source. */
import { diagnosticMessage, SyntaxDiagnosticError } from "./diagnostics.ts"
import { isGlobalName } from "./globals.ts"
import { isRegister } from "./helpers.ts"
import { RuntimeRewriter } from "./runtime.ts"
import { Names } from "./scopes.ts"
import { bare, isFunction, type Node, parseStrict } from "./tree.ts"

/**
 * The parts for `new Function(library, ...free, code)($d, ...values)`, which gives the rewritten function.
 * Sites are offsets into the text that was passed.
 */
export interface FunctionText {
  /** `return (...)`. */
  code: string
  /** The name of the parameter that gets `$d`. */
  library: string
  /** Names used and not declared in the function; JavaScript's own globals are left out. */
  free: readonly string[]
  sites: readonly number[]
  /** The name of the function, when its text has one. */
  name?: string
}

/** Inserted by esbuild and tools built on it; it only names functions. */
const NAMING = "__name"
/** What tools put around functions and what changes nothing that they compute. */
const isInserted = (name: string): boolean => name === NAMING || isRegister(name)

/**
 * Rewrites the text of a function.
 *
 * @throws SyntaxDiagnosticError with D103 for native, bound and class text, for text that is not JavaScript, and for
 * minified text that uses names from outside, since those no longer have the names of the source
 */
export function parseFunction(text: string): FunctionText {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) refuse(text, "it is native or bound")
  const { f, source, offset } = read(text)
  const outer = new Names(source.tree).freeNames(f).filter((n) => !isGlobalName(n))
  const free = outer.filter((n) => !isInserted(n))
  if (free.length > 0 && looksMinified(text)) refuse(text, "it is minified")
  const back = (o: number) => Math.max(0, Math.min(text.length, o - offset))
  const rewriter = new RuntimeRewriter({ ...source, source: source.text, back }, {})
  const value = asExpression(f, rewriter.functionText(f))
  const { library, sites } = rewriter
  const inserted = outer.filter(isInserted).map((name) => `const ${name} = (f) => f; `)
  return {
    code: `${inserted.join("")}return ${value}`,
    library,
    free,
    sites,
    name: f.id?.name ?? f.key?.name,
  }
}

/** A method is reached through the object literal that holds it. */
function asExpression(f: Node, code: string): string {
  return f.type === "ObjectMethod" ? `Object.values({ ${code} })[0]` : `(${code})`
}

function refuse(text: string, detail: string): never {
  const message = diagnosticMessage("D103", detail)
  throw new SyntaxDiagnosticError([
    { code: "D103", message, from: 0, to: text.length, severity: "error" },
  ])
}

interface Read {
  f: Node
  source: { tree: Node; text: string }
  offset: number
}

/** A function is an expression in parentheses, or a method, which only an object literal can hold. */
function read(text: string): Read {
  for (const [open, close] of [
    ["(", ")"],
    ["({", "})"],
  ] as const) {
    const wrapped = open + text + close
    const parsed = parseStrict(wrapped)
    if ("failures" in parsed) continue
    const f = functionIn(parsed.tree)
    if (f) return { f, source: { tree: parsed.tree, text: wrapped }, offset: open.length }
  }
  return refuse(text, "it is not the text of a function")
}

function functionIn(tree: Node): Node | undefined {
  const value = tree.body[0]?.type === "ExpressionStatement" && bare(tree.body[0].expression)
  if (!value) return undefined
  const f = value.type === "ObjectExpression" ? value.properties[0] : value
  const isAccessor = f?.kind === "get" || f?.kind === "set"
  return f && isFunction(f) && !isAccessor ? f : undefined
}

/** Minifiers leave no space that is not needed, and short names. */
function looksMinified(text: string): boolean {
  const code = text.replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1/g, "''")
  const needless = code.match(/\s[^\w$\s]|[^\w$\s]\s/g)?.length ?? 0
  const names = code.match(/[A-Za-z_$][\w$]*/g) ?? []
  const short = names.filter((name) => name.length <= 2).length
  return needless === 0 && names.length > 1 && short * 2 >= names.length
}
