/** @file The types text: operators become generic calls, everything else stays for TypeScript's own analysis. */
import { accumulatorsIn, beginsAsNumber } from "./accumulators.ts"
import type { Diagnostic } from "./diagnostics.ts"
import type { EntryOptions } from "./entries.ts"
import type { Segment } from "./map.ts"
import { BINARY } from "./operators.ts"
import { Rewriter } from "./rewriter.ts"
import {
  bare,
  children,
  isFunction,
  type Node,
  type ParseOptions,
  parseForChecking,
} from "./tree.ts"

/** A rewritten text. */
export interface Rewriting {
  code: string
  segments: readonly Segment[]
  /** Source offsets of operators and calls, `[from, to, ...]`; empty in the types text. */
  sites: readonly number[]
  diagnostics: readonly Diagnostic[]
  /** Whether there is a function of the language in it. */
  used: boolean
  /** The name under which the text calls the library: `$d`, or another one when the source uses `$d`. */
  library: string
}

/** How a text is read. */
export type RewriteOptions = EntryOptions & ParseOptions

/**
 * The text that TypeScript checks. Never throws: incomplete text is repaired, and text that cannot be repaired, or that
 * holds nothing of the language, comes back as it is. The embedder imports `library` as `$d` from `defnote/lang`.
 */
export function rewriteTypes(source: string, options: RewriteOptions = {}): Rewriting {
  const mentions = ["defn", ...(options.known ?? [])].some((name) => source.includes(name))
  const parsed = mentions ? parseForChecking(source, options) : undefined
  if (!parsed) return verbatim(source, [])
  const rewriter = new TypesRewriter({ ...parsed, source }, options)
  const result = rewriter.result()
  if (!result.used) return verbatim(source, result.diagnostics)
  if (parsed.failure) rewriter.reportFailure(parsed.failure.message, parsed.failure.from)
  return result
}

function verbatim(source: string, diagnostics: readonly Diagnostic[]): Rewriting {
  const { length } = source
  const segments = length > 0 ? [{ generated: 0, length, source: 0, sourceLength: length }] : []
  return { code: source, segments, sites: [], diagnostics, used: false, library: "$d" }
}

class TypesRewriter extends Rewriter {
  private readonly discarded = new Set<Node>()
  /** Names of variables that begin as a number and may become a tensor, in the function that is written. */
  private accumulators: ReadonlySet<string> = new Set()

  result(): Rewriting {
    this.run()
    const { used, library, diagnostics } = this
    return {
      code: this.out.code,
      segments: this.out.segments,
      sites: [],
      diagnostics,
      used,
      library,
    }
  }

  reportFailure(message: string, from: number): void {
    this.diagnostics.push({ code: "D101", message, from, to: from + 1, severity: "error" })
  }

  protected entry(f: Node): void {
    this.used = true
    this.accumulators = accumulatorsIn(f)
    this.copyChildren(f, this.expression)
  }

  protected plainly(_n: Node, _name: string | undefined, _depth: number, copy: () => void): void {
    copy()
  }

  protected siteArgument(): void {}

  readonly expression: (n: Node) => void = (n) => {
    if (isFunction(n)) return this.copyChildren(n, this.expression)
    if (this.common(n)) return
    if (n.type === "VariableDeclarator" && this.accumulates(n)) return this.accumulator(n)
    if (n.type === "ExpressionStatement") this.discarded.add(n.expression)
    if (n.type === "ForStatement" && n.update) this.discarded.add(n.update)
    if (n.type === "ConditionalExpression") return this.conditional(n)
    if (n.type === "UpdateExpression") return this.update(n)
    if (n.type === "AssignmentExpression" && BINARY[n.operator.slice(0, -1)]) {
      return this.compound(n)
    }
    const isIndex = n.type === "MemberExpression" && n.computed
    if (isIndex && n.property.type === "SequenceExpression") return this.index(n)
    this.copyChildren(n, this.expression)
  }

  protected override equality(operator: string): string | undefined {
    return super.equality(operator)?.replace("looseE", "e").replace("looseN", "n")
  }

  private accumulates(n: Node): boolean {
    return beginsAsNumber(n) && this.accumulators.has(n.id.name)
  }
  /** `total = 0` as `total: any = 0`: never a false error, where a narrower type would give some. */
  private accumulator(n: Node): void {
    this.out.copy(n.start, n.id.end)
    this.out.own(": any")
    this.out.copy(n.id.end, n.end)
  }

  private index(n: Node): void {
    this.call("at", n.property.start, n.property.start, [n.object, ...n.property.expressions])
  }

  /** The second condition keeps narrowing inside of the branches; it is not mapped, so errors are not doubled. */
  private conditional(n: Node): void {
    const [from, to] = this.operator(n.test, n.consequent, "?")
    const value = () => {
      this.out.mute(() => this.expression(n.test))
      this.out.own(" ? ")
      this.expression(n.consequent)
      this.out.own(" : ")
      this.expression(n.alternate)
    }
    this.call("select", from, to, [n.test, value])
  }

  /** `h += e`: `h = $d.add(h, e)`. Both are mapped: a wrong operand is an error at the second. */
  private compound(n: Node): void {
    const symbol = n.operator.slice(0, -1)
    const [from] = this.operator(n.left, n.right, n.operator)
    this.target(n.left)
    this.out.own(" = ")
    const again = () => this.expression(n.left)
    this.call(BINARY[symbol]!, from, from + symbol.length, [again, n.right])
  }

  private update(n: Node) {
    const name = n.operator === "++" ? "increment" : "decrement"
    const [from, to] = n.prefix ? [n.start, n.start + 2] : [n.end - 2, n.end]
    const again = () => this.expression(n.argument)
    const assignment = () => {
      this.target(n.argument)
      this.out.own(" = ")
      this.call(name, from, to, [again])
    }
    if (this.discarded.has(n)) return assignment()
    if (!n.prefix) return this.call("first", n.argument.end, n.argument.end, [again, assignment])
    this.out.own("(")
    assignment()
    this.out.own(")")
  }

  /** What is assigned to stays as it is written; only the expressions inside of it are rewritten. */
  private target(n: Node): void {
    const inside = children(n).length > 0 && bare(n).type !== "Identifier"
    if (inside) this.copyChildren(n, this.expression)
    else this.out.copy(n.start, n.end)
  }
}
