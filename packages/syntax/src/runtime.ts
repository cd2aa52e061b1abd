/** @file The runtime text: every operator, index, call and condition dispatches on its value, with its site. */

import { Assignments } from "./assignments.ts"
import { Control } from "./control.ts"
import { type DiagnosticCode, SyntaxDiagnosticError } from "./diagnostics.ts"
import { DISPATCH_ABI } from "./dispatch.ts"
import { diagnosticsOf } from "./failures.ts"
import { isGlobalName } from "./globals.ts"
import { capturesText, Helpers, REGISTER, registerDeclaration } from "./helpers.ts"
import type { Obstacle } from "./jumps.ts"
import { findMutation } from "./mutations.ts"
import { evidentlyPlain, isLiteral, LOGICAL, REFUSED } from "./operators.ts"
import { blankComments, type Parsed, Rewriter } from "./rewriter.ts"
import type { Range } from "./scopes.ts"
import { assigns, bare, children, isFunction, type Node, parseStrict, suspends } from "./tree.ts"
import type { RewriteOptions, Rewriting } from "./types.ts"

/** How a text is made runnable. */
export interface RuntimeOptions extends RewriteOptions {
  /** The module's name for `$lib.module`: `cell_3`, or a path. */
  name: string
  /** The specifier from which `$lib` is imported; without it `$lib` is a global. */
  library?: string
  /** What `$d` is called; texts that share one global scope need names of their own. Default: `$d`. */
  dispatch?: string
}

/**
 * The text that runs; TypeScript's types still stand in it. When the language is used, line 1 begins with
 * `const $d = $lib.module(name, sites, abi);` (no line is added).
 *
 * @throws SyntaxDiagnosticError when the text cannot be parsed, or has a `return` outside of functions
 */
export function rewriteRuntime(source: string, options: RuntimeOptions): Rewriting {
  const parsed = parseStrict(source, options)
  if ("failures" in parsed) throw new SyntaxDiagnosticError(diagnosticsOf(parsed.failures, source))
  const file = { tree: parsed.tree, text: source, source, back: (offset: number) => offset }
  const rewriter = new RuntimeRewriter(file, options)
  const result = rewriter.result(options)
  if (result.diagnostics.some((d) => d.severity === "error")) {
    throw new SyntaxDiagnosticError(result.diagnostics)
  }
  return result
}

export class RuntimeRewriter extends Rewriter {
  readonly sites: number[] = []
  /** Expressions whose value is not used. */
  readonly discarded = new Set<Node>()
  /** Members that must stay members: assigned, deleted, or called with `this`. */
  readonly kept = new Set<Node>()
  private readonly control = new Control(this)
  private readonly assignments = new Assignments(this)
  private readonly helpers: Helpers
  /** The name of the function that registers plain functions, once one was. */
  private register: string | undefined
  private outermost: Range = { start: 0, end: 0 }

  constructor(file: Parsed, options: RewriteOptions & Pick<RuntimeOptions, "dispatch">) {
    super(file, options, options.dispatch)
    this.helpers = new Helpers(this.names)
  }

  result(options: RuntimeOptions): Rewriting {
    this.run()
    const { used, library, sites, diagnostics } = this
    const registering = this.register ? registerDeclaration(this.register) : ""
    const head = (used ? this.head(options) : "") + registering
    // a hash-bang must stay first; what follows it on line 2 adds no line
    const at = /^#!.*\n/.exec(this.text)?.[0].length ?? 0
    const code = this.out.code.slice(0, at) + head + this.out.code.slice(at)
    const segments = this.out.segments.flatMap((s) => shift(s, at, head.length))
    return { code, segments, sites, diagnostics, used, library }
  }

  /** One function literal: the text of an expression, without line 1. */
  functionText(f: Node): string {
    this.outermost = f
    this.expression(f)
    return this.out.code
  }

  private head({ name, library }: RuntimeOptions): string {
    const from = library ? `import { $lib } from ${JSON.stringify(library)}; ` : ""
    const sites = `[${this.sites.join(",")}]`
    const module = `$lib.module(${JSON.stringify(name)}, ${sites}, ${DISPATCH_ABI})`
    return `${from}const ${this.library} = ${module}; `
  }

  /** The id of a range of the source. */
  site(range: Range): number {
    this.sites.push(...this.sourceRange(range))
    return this.sites.length / 2 - 1
  }

  protected siteArgument(n: Node): void {
    this.out.own(`, ${this.site(n)}`)
  }

  // ---- functions of the language

  protected entry(f: Node, name: string | undefined) {
    this.used = true
    this.outermost = f
    const isMethod = /Method$/.test(f.type)
    const isDeclaration = f.type === "FunctionDeclaration"
    if (!isMethod && !isDeclaration) this.out.own(`${this.library}.fn(`)
    this.expression(f)
    if (isMethod) return
    if (isDeclaration && f.id)
      this.out.own(` ${this.library}.fn(${f.id.name}, ${this.origin(f, f.id.name)});`)
    if (!isDeclaration) this.out.own(`, ${this.origin(f, f.id?.name ?? name)})`)
  }

  /** The captures, the range and the name of a function. */
  private origin(f: Node, name: string | undefined): string {
    const captures = this.names.freeNames(f).filter((n) => !isGlobalName(n))
    const label = name ? `, ${JSON.stringify(name)}` : ""
    return `() => (${capturesText(f, captures)}), [${this.sourceRange(f).join(", ")}]${label}`
  }

  // ---- functions outside of the language

  protected plainly(n: Node, name: string | undefined, depth: number, copy: () => void): void {
    this.helpers.enter(n, depth)
    const found = this.helpers.registration(n)
    if (!found) return copy()
    this.register ??= this.fresh(REGISTER + this.library.slice("$d".length))
    const captures = `() => (${capturesText(n, found.captures)})`
    const label = name && n.type !== "ObjectExpression" ? `, ${JSON.stringify(name)}` : ""
    if (found.how === "around") this.out.own(`${this.register}(`)
    copy()
    if (found.how === "around") this.out.own(`, ${captures}${label})`)
    else this.out.own(` void ${this.register}(${n.id.name}, ${captures});`)
  }

  private function(f: Node): void {
    this.copyChildren(f, (c) => {
      if (c === f.body && c.type === "BlockStatement") this.control.functionBody(c)
      else this.expression(c)
    })
    this.out.pad(f.end)
  }

  // ---- conditions

  /** `$d.plain(value, "D206", site)`: an error when the value is a tensor. */
  plain(value: Node | (() => void), code: DiagnosticCode, at: Range): void {
    const emit = typeof value === "function" ? value : () => this.argument(value)
    this.out.own(`${this.library}.plain(`)
    emit()
    this.out.own(`, "${code}", ${this.site(at)})`)
  }

  thunk(n: Node): void {
    const needsParentheses = this.text[n.start] === "{"
    this.out.own(needsParentheses ? "() => (" : "() => ")
    this.expression(n)
    if (needsParentheses) this.out.own(")")
  }

  /** A pattern or place that is assigned. */
  target(n: Node): void {
    this.assignments.keep(n)
    this.expression(n)
  }

  /** Warns of an obstacle, unless the condition is evidently no tensor. */
  warn({ code, at, detail }: Obstacle, test: Node | undefined): void {
    const isQuiet = /^D(207|208|213|214)$/.test(code) || (test && evidentlyPlain(test))
    if (!isQuiet) this.report(code, at, "warning", detail)
  }

  mutation(nodes: readonly Node[]): Obstacle | undefined {
    return findMutation(this.names, nodes, this.outermost)
  }

  /** Why parts of an expression cannot be evaluated for a tensor condition. */
  private expressionObstacle(parts: readonly Node[], symbol: string): Obstacle | undefined {
    const waits = parts.find(suspends)
    if (waits) return { code: "D201", at: waits, detail: "`await` or `yield`" }
    const assigning = parts.find(assigns)
    if (assigning) return { code: "D106", at: assigning, detail: symbol }
    return this.mutation(parts)
  }

  private conditional(n: Node) {
    const obstacle = this.expressionObstacle([n.consequent, n.alternate], "?:")
    if (obstacle) return this.native(n, n.test, obstacle)
    const thunks = [n.consequent, n.alternate].map((b) => () => this.thunk(b))
    const site = () => this.out.own(`${this.site(n)}`)
    const [from, to] = this.operator(n.test, n.consequent, "?")
    this.out.own(`${this.library}.`)
    this.out.token("cond", from, to)
    this.out.own("(")
    this.list([n.test, site, ...thunks])
    this.out.own(")")
  }

  private logical(n: Node) {
    const obstacle = this.expressionObstacle([n.right], n.operator)
    if (obstacle) return this.native(n, n.left, obstacle)
    const [from, to] = this.operator(n.left, n.right, n.operator)
    this.call(LOGICAL[n.operator]!, from, to, [n.left, () => this.thunk(n.right)], n)
  }

  /** Stays JavaScript behind `plain`. */
  private native(n: Node, test: Node, obstacle: Obstacle): void {
    this.warn(obstacle, test)
    this.copyChildren(n, (c) =>
      c === test ? this.plain(c, obstacle.code, obstacle.at) : this.expression(c),
    )
  }

  // ---- expressions

  readonly expression: (n: Node) => void = (n) => {
    if (isFunction(n)) return this.function(n)
    if (n.type === "MemberExpression" && this.kept.has(n))
      return this.copyChildren(n, this.expression)
    if (this.common(n)) return
    switch (n.type) {
      case "BinaryExpression":
        return REFUSED.has(n.operator) ? this.refused(n, [n.left, n.right]) : this.asWritten(n)
      case "UnaryExpression":
        return this.unaryRest(n)
      case "UpdateExpression":
        return this.assignments.update(n)
      case "AssignmentExpression":
        return this.assignments.assignment(n)
      case "TaggedTemplateExpression":
        this.kept.add(bare(n.tag))
        break
      case "ForOfStatement":
      case "ForInStatement":
        this.assignments.keep(n.left)
        break
      case "LogicalExpression":
        if (LOGICAL[n.operator]) return this.logical(n)
        break
      case "ConditionalExpression":
        return this.conditional(n)
      case "MemberExpression":
        if (this.isIndex(n)) return this.index(n)
        break
      case "OptionalMemberExpression":
        return this.optionalMember(n)
      case "CallExpression":
      case "OptionalCallExpression":
        return this.invoke(n)
      case "ExpressionStatement":
        this.discarded.add(n.expression)
        break
      case "BlockStatement":
        return this.control.block(n)
    }
    if (/Statement$/.test(n.type) && this.control.statement(n)) return
    this.copyChildren(n, this.expression)
  }

  private asWritten(n: Node): void {
    this.copyChildren(n, this.expression)
  }

  private unaryRest(n: Node) {
    if (n.operator === "!") return this.call("not", n.start, n.start + 1, [n.argument], n)
    if (n.operator === "+") return this.refused(n, [n.argument])
    if (n.operator === "delete") return this.assignments.remove(n)
    this.copyChildren(n, this.expression)
  }

  /** D110: the operands must be plain. */
  private refused(n: Node, operands: readonly Node[]): void {
    this.copyChildren(n, (c) => {
      const guarded = operands.includes(c) && !isLiteral(c) && c.type !== "PrivateName"
      if (guarded) this.plain(c, "D110", n)
      else this.expression(c)
    })
  }

  /** `x[i]`, but not `o["name"]`, which no tensor has. */
  isIndex(n: Node): boolean {
    const isName = n.property.type === "StringLiteral"
    return n.computed && !isName && n.object.type !== "Super" && !this.kept.has(n)
  }

  private index(n: Node) {
    const { property } = n
    const keys = property.type === "SequenceExpression" ? property.expressions : [property]
    this.call("at", property.start, property.start, [n.object, ...keys], n)
  }

  /** In `a?.b[i].c` the index becomes a call that gives undefined for nothing; so `.c` becomes `?.c`. */
  private optionalMember(n: Node) {
    const object = bare(n.object)
    if (this.isIndex(n)) {
      if (suspends(n.property)) return this.native(n, n.object, { code: "D109", at: n, detail: "" })
      const { start } = n.property
      return this.call("maybeAt", start, start, [n.object, () => this.thunk(n.property)], n)
    }
    const followsIndex = object.type === "OptionalMemberExpression" && this.isIndex(object)
    if (!followsIndex || n.optional) return this.copyChildren(n, this.expression)
    this.expression(n.object)
    this.out.own(n.computed ? "?." : "?")
    this.out.copy(n.object.end, n.property.start)
    this.expression(n.property)
    this.out.copy(n.property.end, n.end)
  }

  /** The call itself does not change: the spread adds no argument and is evaluated last. */
  private invoke(n: Node) {
    const callee = bare(n.callee)
    if (/^(Optional)?MemberExpression$/.test(callee.type) && callee.computed) this.kept.add(callee)
    if (callee.type === "Super" || callee.type === "Import") {
      return this.copyChildren(n, this.expression)
    }
    let at = n.start
    for (const c of children(n)) {
      this.out.copy(at, c.start)
      this.expression(c)
      at = c.end
    }
    const tail = blankComments(this.text.slice(at, n.end - 1))
    const comma = n.arguments.length > 0 && !tail.trimEnd().endsWith(",") ? ", " : ""
    this.out.copy(at, n.end - 1)
    this.out.own(`${comma}...${this.library}.site(${this.site(n)})`)
    this.out.copy(n.end - 1, n.end)
  }
}

interface Placed {
  generated: number
  length: number
  source: number
  sourceLength: number
}

/** A segment after `added` characters were put in at `at`; one that spans the place is cut. */
function shift(s: Placed, at: number, added: number): Placed[] {
  if (s.generated >= at) return [{ ...s, generated: s.generated + added }]
  const head = at - s.generated
  if (head >= s.length) return [s]
  const tail = { generated: at + added, length: s.length - head, source: s.source + head }
  return [
    { ...s, length: head, sourceLength: head },
    { ...tail, sourceLength: tail.length },
  ]
}
