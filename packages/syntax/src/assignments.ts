/** @file Assignments of the runtime text: `x = `, `x += `, `x++`, `o[k] = `, `delete o[k]`. */
import { BINARY, LOGICAL } from "./operators.ts"
import type { RuntimeRewriter } from "./runtime.ts"
import { bare, type Node, suspends } from "./tree.ts"

type Emit = () => void

/** Rewrites assignments for a {@link RuntimeRewriter}. */
export class Assignments {
  private readonly rewriter: RuntimeRewriter

  constructor(rewriter: RuntimeRewriter) {
    this.rewriter = rewriter
  }

  private get out() {
    return this.rewriter.out
  }

  /** Members that are written to stay members. */
  keep(pattern: Node): void {
    const p = bare(pattern)
    if (p.type === "MemberExpression") this.rewriter.kept.add(p)
    const parts: (Node | null)[] =
      p.elements ??
      p.properties ??
      [p.left, p.argument].filter((part) => PATTERN.test(p.type) && part)
    for (const part of parts) if (part) this.keep(part.value ?? part)
  }

  assignment(n: Node) {
    const symbol = n.operator.slice(0, -1)
    const target = bare(n.left)
    const isIndex = target.type === "MemberExpression" && this.rewriter.isIndex(target)
    if (symbol === "" && isIndex) return this.setAt(n, target)
    if (BINARY[symbol] || LOGICAL[symbol] || (symbol === "??" && isIndex)) {
      return this.compound(n, target, symbol)
    }
    this.keep(n.left)
    this.rewriter.copyChildren(n, this.rewriter.expression)
  }

  update(n: Node) {
    const name = n.operator === "++" ? "increment" : "decrement"
    const [from, to] = n.prefix ? [n.start, n.start + 2] : [n.end - 2, n.end]
    const change = (old: Emit) => this.rewriter.call(name, from, to, [old], n)
    const isDiscarded = this.rewriter.discarded.has(n)
    const target = bare(n.argument)
    if (this.needsModify(target)) return this.modify(n, target, change, !n.prefix && !isDiscarded)
    const assign = () => this.again(n.argument, change)
    if (isDiscarded) return assign()
    if (!n.prefix) {
      this.out.own(`${this.rewriter.library}.first(${this.rewriter.library}.numeric(`)
      this.out.mute(() => this.target(n.argument))
      this.out.own("), ")
    } else this.out.own("(")
    assign()
    this.out.own(")")
  }

  /** `delete o[k]`. */
  remove(n: Node) {
    const target = bare(n.argument)
    if (target.type !== "MemberExpression" || !this.rewriter.isIndex(target)) {
      this.keep(n.argument)
      return this.rewriter.copyChildren(n, this.rewriter.expression)
    }
    this.rewriter.call("deleteAt", n.start, n.start, [target.object, target.property], n)
  }

  /** `o[k] = v`. */
  private setAt(n: Node, target: Node): void {
    const { start } = target.property
    this.rewriter.call("setAt", start, start, [target.object, target.property, n.right], n)
  }

  private compound(n: Node, target: Node, symbol: string) {
    const { rewriter } = this
    const waits = suspends(n.right) || suspends(target)
    const isModify = this.needsModify(target)
    if (waits && (isModify || !BINARY[symbol])) return this.native(n, target, symbol)
    const [from] = rewriter.operator(n.left, n.right, n.operator)
    const right = LOGICAL[symbol] ? () => rewriter.thunk(n.right) : n.right
    const change = (old: Emit) => {
      const name = BINARY[symbol] ?? LOGICAL[symbol]
      if (name) return rewriter.call(name, from, from + symbol.length, [old, right], n)
      old()
      this.out.own(" ?? (")
      rewriter.expression(n.right)
      this.out.own(")")
    }
    if (isModify) this.modify(n, target, change, false)
    else this.again(n.left, change)
  }

  /** Waiting keeps it JavaScript: `o[k] += await e` with plain values, `h ||= await e` with a plain `h`. */
  private native(n: Node, target: Node, symbol: string) {
    const { rewriter, out } = this
    rewriter.warn({ code: "D201", at: n, detail: "`await` or `yield`" }, undefined)
    this.keep(target)
    if (BINARY[symbol] || symbol === "??" || !isSimple(target)) {
      return rewriter.copyChildren(n, (c) =>
        c === n.right && BINARY[symbol] ? rewriter.plain(c, "D201", n) : rewriter.expression(c),
      )
    }
    out.own("(")
    rewriter.plain(() => out.mute(() => this.target(n.left)), "D201", n)
    out.own(` ${symbol} (`)
    this.target(n.left)
    out.own(" = ")
    rewriter.expression(n.right)
    out.own("))")
  }

  /** `target = change(target)`. */
  private again(target: Node, change: (old: Emit) => void): void {
    this.target(target)
    this.out.own(" = ")
    change(() => this.out.mute(() => this.target(target)))
  }

  /** A target that may be written twice: an identifier, or `this.a.b`. */
  private target(n: Node): void {
    this.keep(n)
    if (bare(n).type === "MemberExpression") this.rewriter.copyChildren(n, this.rewriter.expression)
    else this.out.copy(n.start, n.end)
  }

  private needsModify(target: Node): boolean {
    return target.type === "MemberExpression" && !isSimple(target)
  }

  /** `$d.modify(o, k, (old) => change(old), site)`: object and key are evaluated once. */
  private modify(n: Node, target: Node, change: (old: Emit) => void, wantsOld: boolean) {
    const { rewriter, out } = this
    const old = rewriter.fresh("$old")
    const changes = () => {
      out.own(`(${old}) => `)
      change(() => out.own(old))
    }
    if (target.property.type === "PrivateName") return this.modifyPrivate(target, changes, wantsOld)
    const key = target.computed
      ? target.property
      : () => out.own(JSON.stringify(target.property.name))
    const { start } = target.property
    const site = () => out.own(`${rewriter.site(n)}${wantsOld ? ", true" : ""}`)
    rewriter.call("modify", start, start, [target.object, key, changes, site])
  }

  /** `f().#n += 1`: a private name is no key, so a function of the object does it. */
  private modifyPrivate(target: Node, changes: Emit, wantsOld: boolean): void {
    const { rewriter, out } = this
    const o = rewriter.fresh("$o")
    const field = `${o}.#${target.property.id.name}`
    out.own(`((${o}) => `)
    out.own(wantsOld ? `${rewriter.library}.first(${rewriter.library}.numeric(${field}), ` : "")
    out.own(`${field} = (`)
    changes()
    out.own(`)(${field})${wantsOld ? ")" : ""})(`)
    rewriter.argument(target.object)
    out.own(")")
  }
}

const PATTERN = /^(AssignmentPattern|RestElement)$/

/** A variable, or a property of one: it may be written twice. */
function isSimple(n: Node): boolean {
  const object = n.type === "MemberExpression" && !n.computed ? bare(n.object) : n
  return /^(Identifier|ThisExpression|Super)$/.test(object.type)
}
