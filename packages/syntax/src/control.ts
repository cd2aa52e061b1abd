/** @file Statements of the runtime text: branches and bodies become arrow functions over the real variables. */
import {
  ends,
  exits,
  findFailing,
  hardObstacle,
  keywordOf,
  type Obstacle,
  returns,
} from "./jumps.ts"
import { Loops } from "./loops.ts"
import type { RuntimeRewriter } from "./runtime.ts"
import { type Absent, isLoop, type Node } from "./tree.ts"

/** The flags of the loop around: set by jumps, read by guards. `value`: what `return` in it gives. */
export interface LoopFlags {
  stop: string
  skip: string
  returns: string
  value: string
}

/** A continuation: how it is called at the end of a branch, and which statements it runs. */
interface After {
  call: string
  nodes: readonly Node[]
}

/**
 * How the statements being emitted leave: natively, or by setting the flags of a loop. `after` follows the last one.
 * `native`: inside of JavaScript that is not lowered, where jumps stay.
 */
interface Context {
  loop?: LoopFlags
  native?: boolean
  after?: After
}

/** How many falling-through `if` may be nested before the warning D212. */
const FALL_LIMIT = 6

/** Lowers the statements for a {@link RuntimeRewriter}. A plain condition stays exactly JavaScript. */
export class Control {
  private context: Context = {}
  private continuations = 0
  private falling = 0
  private readonly loops: Loops
  private readonly rewriter: RuntimeRewriter

  constructor(rewriter: RuntimeRewriter) {
    this.rewriter = rewriter
    this.loops = new Loops(rewriter, this)
  }

  get flags(): LoopFlags | undefined {
    return this.context.loop
  }

  private get out() {
    return this.rewriter.out
  }

  functionBody(block: Node): void {
    this.within({}, () => this.block(block))
  }

  /** A block with its braces. */
  block(n: Node): void {
    const first = n.directives?.at(-1)?.end ?? n.start + 1
    this.out.copy(n.start, first)
    this.within({ ...this.context, after: undefined }, () => {
      this.out.copy(this.list(n.body, first), n.end)
    })
  }

  /** A statement outside of a list. True when it was emitted here. */
  statement(n: Node): boolean {
    if (n.type === "EmptyStatement") return false
    this.within({ ...this.context, after: undefined }, () => this.flow(n, []))
    return true
  }

  within(context: Context, body: () => void): void {
    const saved = this.context
    this.context = context
    body()
    this.context = saved
  }

  /** Statements from offset `at`; returns the offset up to which the source is done. Lines stay where they are. */
  list(list: readonly Node[], at: number): number {
    for (let i = 0; i < list.length; i++) {
      const s = list[i]!
      this.out.copy(at, s.start)
      this.out.pad(s.start)
      at = s.end
      if (this.flow(s, list.slice(i + 1))) return list.at(-1)!.end
      this.semicolon()
    }
    if (this.context.after) this.out.own(` ${this.context.after.call}`)
    return at
  }

  /** The statements of a body, without its braces. */
  inner(n: Node): void {
    if (n.type !== "BlockStatement") {
      this.out.own(" ")
      this.list([n], n.start)
      return
    }
    this.out.copy(this.list(n.body, n.start + 1), n.end - 1)
  }

  /** `, get, set` of the variables that the nodes may assign, and of the flags; false when there are none. */
  state(nodes: readonly (Node | Absent)[], flags: readonly string[], at: number): boolean {
    const present = nodes.filter((n) => n != null)
    const names = this.rewriter.names.assignedIn(present, at)
    const all = [...names, ...flags].join(", ")
    const list = this.rewriter.fresh("$$")
    this.out.own(all ? `, () => [${all}], (${list}) => { [${all}] = ${list}; }` : "")
    return all !== ""
  }

  semicolon(): void {
    if (!/[;{}]\s*$/.test(this.out.code.slice(-200))) this.out.own(";")
  }

  /** A condition; behind `plain` when something under it cannot depend on a tensor. */
  condition(test: Node | (() => void), obstacle: Obstacle | undefined) {
    if (obstacle) this.rewriter.plain(test, obstacle.code, obstacle.at)
    else if (typeof test === "function") test()
    else this.rewriter.argument(test)
  }

  /** What may move into arrow functions, but not depend on a tensor. `at`: where the state is read. */
  softObstacle(nodes: readonly (Node | Absent)[], at: number): Obstacle | undefined {
    const present = nodes.filter((n) => n != null)
    const failing = present.map(findFailing).find(Boolean)
    return failing ?? this.rewriter.mutation(present) ?? this.hidden(present, at)
  }

  private hidden(nodes: readonly Node[], at: number): Obstacle | undefined {
    const binding = this.rewriter.names.hiddenIn(nodes, at)
    if (!binding) return undefined
    return { code: "D213", at: { start: at, end: at + 1 }, detail: `\`${binding.name}\`` }
  }

  /** Emits a statement; true when it took the rest of the list with it. */
  private flow(s: Node, rest: readonly Node[]): boolean {
    const { loop } = this.context
    if (loop && /^(Return|Break|Continue)Statement$/.test(s.type)) {
      this.jump(s, loop)
      return true
    }
    if (s.type === "IfStatement" || (isLoop(s) && s.type !== "ForInStatement")) {
      const why = this.obstacle(s, rest)
      if (!why) return s.type === "IfStatement" ? this.if(s, rest) : this.loops.emit(s, rest)
      this.native(s, why)
    } else if (s.type === "BlockStatement" && exits(s).length > 0) this.leavingBlock(s)
    else if (JAVASCRIPT.test(s.type)) this.javascript(s)
    else {
      if (s.type === "ExpressionStatement") this.rewriter.discarded.add(s.expression)
      this.rewriter.copyChildren(s, this.rewriter.expression)
    }
    return false
  }

  /** Why a statement must stay JavaScript: something in it, in what moves with it, or around it. */
  private obstacle(s: Node, rest: readonly Node[]): Obstacle | undefined {
    const inside = hardObstacle(s)
    const leaves = exits(s).length > 0
    if (inside || !leaves) return inside
    if (this.context.native) return { code: "D204", at: s, detail: "this jump" }
    if (this.context.loop) return undefined
    return rest.map(hardObstacle).find(Boolean) ?? this.usedBefore(rest)
  }

  /** A declaration in the rest that earlier code uses would no longer be visible there. */
  private usedBefore(rest: readonly Node[]): Obstacle | undefined {
    const start = rest[0]?.start ?? 0
    for (const s of rest) {
      if (!/Declaration$/.test(s.type)) continue
      const bindings = this.rewriter.names.declaredBy(s)
      const early = bindings.find((b) => b.references.some((r) => r.start < start))
      if (early) return { code: "D210", at: s, detail: `the declaration of \`${early.name}\`` }
    }
    return undefined
  }

  private leavingBlock(s: Node): void {
    const obstacle = { code: "D204", at: s, detail: "a jump out of a bare block" } as const
    if (!this.context.native) this.rewriter.warn(obstacle, undefined)
    this.within({ native: true }, () => this.block(s))
  }

  private javascript(s: Node): void {
    if (s.type === "TryStatement") this.rewriter.report("D205", keywordOf(s), "warning")
    this.within({ native: true }, () =>
      this.rewriter.copyChildren(s, (c) => {
        const isSwitch = s.type === "SwitchStatement" && c === s.discriminant
        if (isSwitch) this.rewriter.plain(c, "D206", c)
        else if (c.type === "SwitchCase") this.case(c)
        else if (s.type === "LabeledStatement" && isLoop(c)) {
          this.native(c, hardObstacle(c) ?? { code: "D203", at: c, detail: "" }, true)
        } else this.rewriter.expression(c)
      }),
    )
  }

  private case(n: Node): void {
    this.rewriter.copyChildren(n, (c) => {
      const isTest = c === n.test && !/Literal$/.test(c.type)
      if (isTest) this.rewriter.plain(c, "D206", c)
      else this.rewriter.expression(c)
    })
  }

  /** Stays JavaScript; a tensor condition is an error at run time. A label alone is no reason to warn. */
  private native(s: Node, why: Obstacle, isQuiet = false): void {
    const { rewriter } = this
    if (!isQuiet) rewriter.warn(why, s.test ?? undefined)
    this.within({ native: true }, () =>
      rewriter.copyChildren(s, (c) => {
        if (c === s.test) rewriter.plain(c, why.code, why.at)
        else if (s.type === "ForOfStatement" && c === s.right) this.rows(c)
        else {
          if (c === s.update) rewriter.discarded.add(c)
          rewriter.expression(c)
        }
      }),
    )
  }

  private rows(iterable: Node): void {
    this.rewriter.call("rows", iterable.start, iterable.start, [iterable], iterable)
  }

  // ---- if

  private if(s: Node, rest: readonly Node[]): boolean {
    const leaves = exits(s).length > 0
    if (leaves && !this.context.loop) return this.leavingIf(s, rest)
    const flags = leaves ? this.flagsOf([s]) : []
    this.openIf("if", s, this.softObstacle([s.consequent, s.alternate], s.start))
    this.branch(s.consequent)
    this.out.own(", ")
    if (s.alternate) this.branch(s.alternate)
    else this.out.own("() => {}")
    this.state([s.consequent, s.alternate], flags, s.start)
    this.out.own(");")
    return leaves ? this.guardRest(rest, s.end) : false
  }

  private openIf(name: string, s: Node, obstacle: Obstacle | undefined): void {
    const site = this.rewriter.site(s.test)
    this.out.own(`${this.rewriter.library}.`)
    this.out.token(name, s.start, s.start + "if".length)
    this.out.own("(")
    this.condition(s.test, obstacle)
    this.out.own(`, ${site}, `)
  }

  private branch(n: Node): void {
    this.out.own("() => {")
    this.within({ ...this.context, after: undefined }, () => this.inner(n))
    this.out.own(" }")
  }

  /** `return` in a branch: the rest of the list belongs to the branches that fall through. */
  private leavingIf(s: Node, rest: readonly Node[]): boolean {
    const isInline = ends(s.consequent) && !s.alternate
    const falls = [s.consequent, s.alternate].some((b) => !ends(b))
    const hasContinuation = !isInline && falls && rest.length > 0
    const name = hasContinuation ? this.rewriter.fresh(`$k${this.continuations++}`) : ""
    const moved = this.moved(rest)
    const after = name ? { call: `return ${name}();`, nodes: moved } : this.context.after
    this.out.own(name ? `return ((${name}) => ` : "return ")
    this.openIf("cond", s, this.softObstacle([s.consequent, s.alternate, ...moved], s.start))
    this.leavingBranch(s.consequent, after)
    this.out.own(", ")
    if (isInline) this.rest("() => {", rest, s.end)
    else this.leavingBranch(s.alternate, after)
    if (!this.state([s.consequent, s.alternate, ...moved], [], s.start)) {
      this.out.own(", () => [], () => {}")
    }
    this.out.own(")")
    if (name) this.continuation(s, rest)
    this.out.own(";")
    return true
  }

  /** What runs after a statement that may leave the function: the rest of its list, and the continuation around. */
  moved(rest: readonly Node[]): readonly Node[] {
    return [...rest, ...(this.context.after?.nodes ?? [])]
  }

  /** One branch; where it falls through it ends with the continuation. */
  private leavingBranch(n: Node | Absent, after: After | undefined): void {
    this.out.own("() => {")
    this.within({ after: ends(n) ? undefined : after }, () => {
      if (n) this.inner(n)
      else this.list([], 0)
    })
    this.out.own(" }")
  }

  /** `(($k0) => $d.cond(...))(() => { rest })`: once, after the branches that call it, on its own lines. */
  private continuation(s: Node, rest: readonly Node[]): void {
    this.falling++
    if (this.falling === FALL_LIMIT + 1) {
      this.rewriter.report("D212", keywordOf(s), "warning", `more than ${FALL_LIMIT}`)
    }
    this.out.own(")(")
    this.rest("() => {", rest, s.end)
    this.out.own(")")
    this.falling--
  }

  /** The rest of a list as the body of a function. */
  rest(open: string, rest: readonly Node[], at: number): void {
    this.out.own(open)
    this.within({ after: this.context.after }, () => this.list(rest, at))
    this.out.own(" }")
  }

  // ---- jumps in loops

  /** The flags that statements may set. */
  flagsOf(nodes: readonly Node[]): string[] {
    const { loop } = this.context
    if (!loop || nodes.every((n) => exits(n).length === 0)) return []
    const back = nodes.some(returns)
    return [loop.stop, loop.skip, ...(back ? [loop.returns, loop.value] : [])]
  }

  /** After a statement that may have left the turn of the loop, the rest runs only where it has not. */
  guardRest(rest: readonly Node[], at: number, returned = false): boolean {
    const { loop } = this.context
    if (!loop || rest.length === 0) return false
    const withReturn = returned || rest.some(returns)
    const flags = [loop.stop, loop.skip, ...(withReturn ? [loop.returns] : [])]
    const { library } = this.rewriter
    const test = () => this.out.own(`${library}.none(${flags.join(", ")})`)
    this.out.own(` ${library}.if(`)
    this.condition(test, this.softObstacle(rest, rest[0]!.start))
    this.out.own(", -1, () => {")
    this.list(rest, at)
    this.out.own(" }, () => {}")
    this.state(rest, this.flagsOf(rest), rest[0]!.start)
    this.out.own(");")
    return true
  }

  private jump(s: Node, loop: LoopFlags): void {
    if (s.type === "ReturnStatement") {
      this.out.own(`${loop.value} = `)
      if (s.argument) this.rewriter.expression(s.argument)
      else this.out.own("undefined")
      this.out.own(`; ${loop.returns} = true; ${loop.stop} = true;`)
      return
    }
    const isBreak = s.type === "BreakStatement"
    const length = (isBreak ? "break" : "continue").length
    this.out.token(isBreak ? loop.stop : loop.skip, s.start, s.start + length)
    this.out.own(" = true;")
  }
}

const JAVASCRIPT = /^(SwitchStatement|ForInStatement|TryStatement|LabeledStatement)$/
