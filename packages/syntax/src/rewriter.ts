/** @file What both texts share: the walk outside of `defn`, calls of `$d`, operators. It knows no statements. */
import { type Diagnostic, type DiagnosticCode, diagnosticMessage } from "./diagnostics.ts"
import { Emitter } from "./emit.ts"
import { Entries, type EntryOptions } from "./entries.ts"
import { BINARY, COMPARE, EQUALITY, isChain, isLiteral, narrows } from "./operators.ts"
import { Names, type Range } from "./scopes.ts"
import { bare, children, hasDirective, isFunction, isTypeOnly, type Node } from "./tree.ts"

/** A parsed text, with the way back to the original when it was repaired. */
export interface Parsed {
  tree: Node
  text: string
  /** What the user wrote; the same as `text` unless that was repaired. */
  source: string
  back(offset: number): number
}

type Emit = () => void

/** Rewrites the functions of the language inside of one text; subclasses say how. */
export abstract class Rewriter {
  readonly out: Emitter
  readonly names: Names
  readonly diagnostics: Diagnostic[] = []
  readonly library: string
  used = false
  protected readonly text: string
  private readonly tree: Node
  private readonly back: (offset: number) => number
  private readonly entries: Entries
  private functions = 0

  constructor({ tree, text, source, back }: Parsed, options: EntryOptions, library = "$d") {
    this.tree = tree
    this.text = text
    this.back = back
    this.out = new Emitter(text, source, back)
    this.names = new Names(tree)
    this.entries = new Entries(this.names, options)
    this.library = this.fresh(library)
  }

  /** A node inside of the language. */
  abstract readonly expression: (n: Node) => void
  /** A function of the language found outside of it. `name`: the variable that it initialises. */
  protected abstract entry(f: Node, name: string | undefined): void
  /** A node outside of the language: `copy` emits it. `depth`: how many functions are around it. */
  protected abstract plainly(n: Node, name: string | undefined, depth: number, copy: Emit): void
  /** What follows the operands of an operator: its site, in the runtime text. */
  protected abstract siteArgument(n: Node): void

  /** A name that the text does not use. */
  fresh(base: string): string {
    let name = base
    for (let i = 1; mentions(this.text, name); i++) name = `${base}${i}`
    return name
  }

  /** A diagnostic at a node (or range) of the parsed text. */
  report(code: DiagnosticCode, at: Range, severity: "error" | "warning", detail?: string): void {
    const [from, to] = this.sourceRange(at)
    if (this.diagnostics.some((d) => d.code === code && d.from === from)) return
    this.diagnostics.push({ code, message: diagnosticMessage(code, detail), from, to, severity })
  }

  sourceRange({ start, end }: Range): [number, number] {
    return [this.back(start), this.back(end)]
  }

  protected run(): void {
    this.out.copy(0, this.tree.start)
    this.outside(this.tree, undefined)
    this.out.copy(this.tree.end, this.text.length)
  }

  /** Copies a node, handing its children to `visit`. */
  copyChildren(node: Node, visit: (n: Node) => void): void {
    let at = node.start
    for (const c of children(node)) {
      if (c.start < at) continue
      this.out.copy(at, c.start)
      visit(c)
      at = c.end
    }
    this.out.copy(at, node.end)
  }

  // ---- outside of the language: copied, until a function of the language is met

  private outside(node: Node, name: string | undefined) {
    if (isFunction(node) && hasDirective(node)) return this.entry(node, name)
    if (node.type === "ReturnStatement" && this.functions === 0) this.report("D102", node, "error")
    const unwritten = this.entries.unwritten(node)
    if (unwritten) this.report("D105", unwritten, "warning", unwritten.name)
    const f = this.entries.functionOf(node)
    const inner = nameFor(node, name)
    const depth = isFunction(node) || node.type === "StaticBlock" ? 1 : 0
    this.plainly(node, name, this.functions, () => {
      this.functions += depth
      this.copyChildren(node, (c) => {
        if (f && bare(c) === f) this.around(c, f, () => this.entry(f, name))
        else this.outside(c, inner)
      })
      this.functions -= depth
    })
  }

  /** Copies the parentheses and casts between `outer` and `inner`. */
  private around(outer: Node, inner: Node, emit: Emit) {
    if (outer === inner) return emit()
    this.copyChildren(outer, (c) =>
      bare(c) === inner ? this.around(c, inner, emit) : this.out.copy(c.start, c.end),
    )
  }

  // ---- inside of the language

  /** `$d.name(...args)`; `from` to `to` is the operator that the name stands for. `n`: whose site it is. */
  call(name: string, from: number, to: number, args: readonly (Node | Emit)[], n?: Node): void {
    this.out.own(`${this.library}.`)
    this.out.token(name, from, to)
    this.out.own("(")
    this.list(args)
    if (n) this.siteArgument(n)
    this.out.own(")")
  }

  protected list(args: readonly (Node | Emit)[]): void {
    args.forEach((a, i) => {
      if (i > 0) this.out.own(", ")
      if (typeof a === "function") a()
      else this.argument(a)
    })
  }

  /** An expression as one argument: a comma operator needs parentheses. */
  argument(n: Node): void {
    const isSequence = n.type === "SequenceExpression"
    if (isSequence) this.out.own("(")
    this.expression(n)
    if (isSequence) this.out.own(")")
  }

  /** Where an operator stands between its operands. */
  operator(left: Node, right: Node, symbol: string): [from: number, to: number] {
    const gap = this.text.slice(left.end, right.start)
    const at = left.end + blankComments(gap).indexOf(symbol)
    return at >= left.end ? [at, at + symbol.length] : [left.end, left.end]
  }

  /** Types stay as they are; operators become calls. True when the node was emitted. */
  protected common(n: Node): boolean {
    if (isTypeOnly(n)) this.out.copy(n.start, n.end)
    else if (n.type === "BinaryExpression") return this.binary(n)
    else if (n.type === "UnaryExpression") return this.unary(n)
    else return this.math(n)
    return true
  }

  private binary(n: Node): boolean {
    if (isChain(n)) return this.chain(n)
    const isNarrowing = narrows(n.left) || narrows(n.right)
    const name = BINARY[n.operator] ?? (isNarrowing ? undefined : this.equality(n.operator))
    if (!name) return false
    const [from, to] = this.operator(n.left, n.right, n.operator)
    this.call(name, from, to, [n.left, n.right], n)
    return true
  }

  protected equality(operator: string): string | undefined {
    return EQUALITY[operator]
  }

  private unary(n: Node): boolean {
    const name = n.operator === "-" ? "negate" : n.operator === "~" ? "bitwiseNot" : undefined
    if (!name || (name === "negate" && isLiteral(n.argument))) return false
    this.call(name, n.start, n.start + 1, [n.argument], n)
    return true
  }

  /** `0 < x < 1` means `0 < x && x < 1`. */
  private chain(n: Node): boolean {
    const operands: Node[] = []
    const operators: string[] = []
    let left = n
    while (left.type === "BinaryExpression" && COMPARE.has(left.operator)) {
      operators.unshift(BINARY[left.operator]!)
      operands.unshift(left.right)
      left = left.left
    }
    operands.unshift(left)
    const values = () => {
      this.out.own("[")
      this.list(operands)
      this.out.own("]")
    }
    const names = () => this.out.own(JSON.stringify(operators))
    this.call("chain", left.end, left.end, [names, values], n)
    return true
  }

  /** The functions of the global `Math`. */
  private math(n: Node): boolean {
    const isMath =
      n.type === "MemberExpression" && !n.computed && this.names.isGlobal(n.object, "Math")
    if (!isMath || !/^[a-z]/.test(n.property.name)) return false
    if (n.property.name === "random") this.report("D104", n, "warning")
    this.out.own(`${this.library}.`)
    this.out.copy(n.start, n.end)
    return true
  }
}

/** Whether a name that begins with `$` stands in the text as a whole word. */
const mentions = (text: string, name: string): boolean =>
  text.includes(name) && new RegExp(`(?<![\\w$])\\${name}(?![\\w$])`).test(text)

/** The text with its comments replaced by as many spaces. */
export const blankComments = (text: string): string =>
  text.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))

/** The variable that a node initialises, for the nodes inside of it. */
function nameFor(node: Node, outer: string | undefined): string | undefined {
  if (node.type === "VariableDeclarator") return node.id.name
  if (node.type === "AssignmentExpression") return bare(node.left).name
  if (/^(Object|Class)Property$/.test(node.type)) return node.computed ? undefined : node.key.name
  const passes = node.type === "CallExpression" || bare(node) !== node
  return passes ? outer : undefined
}
