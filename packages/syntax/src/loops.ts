/** @file Loops of the runtime text: `while`, `do`, `for`, `for...of`, with flags for their jumps. */
import type { Control, LoopFlags } from "./control.ts"
import { exits, type Obstacle, returns } from "./jumps.ts"
import { evidentlyPlain } from "./operators.ts"
import type { RuntimeRewriter } from "./runtime.ts"
import { type Absent, assigns, identifiers, type Node } from "./tree.ts"

/** One loop being emitted. */
interface Plan {
  s: Node
  flags: LoopFlags
  /** A jump in the body leaves a turn. */
  jumps: boolean
  /** A `return` in the body leaves the function. */
  back: boolean
  /** `let` in the head of a `for`: the loop has its own scope. */
  scoped: boolean
  /** Variables of the head that closures capture: a copy per turn. */
  copies: string[]
  /** The update assigns outer variables: after a `break` it must not run. */
  guardedUpdate: boolean
  obstacle: Obstacle | undefined
}

/** Emits loops for {@link Control}. */
export class Loops {
  private count = 0
  private readonly rewriter: RuntimeRewriter
  private readonly control: Control

  constructor(rewriter: RuntimeRewriter, control: Control) {
    this.rewriter = rewriter
    this.control = control
  }

  private get out() {
    return this.rewriter.out
  }

  /** True when the loop took the rest of the list with it. */
  emit(s: Node, rest: readonly Node[]): boolean {
    const outer = this.control.flags
    const plan = this.plan(s, outer)
    this.warn(plan)
    if (plan.scoped) this.out.own("{ ")
    this.declareFlags(plan, outer)
    this.head(plan)
    this.open(plan)
    this.body(plan)
    this.loopState(plan)
    this.tail(plan)
    this.out.own(");")
    if (!plan.back) {
      if (plan.scoped) this.out.own(" }")
      return false
    }
    return outer ? this.afterInner(plan, rest) : this.afterOuter(plan, rest)
  }

  private plan(s: Node, outer: LoopFlags | undefined): Plan {
    const id = this.count++
    const { rewriter } = this
    const jumps = exits(s.body).length > 0
    const head = s.type === "ForStatement" ? s.init : undefined
    const scoped = head?.type === "VariableDeclaration"
    const flags = {
      stop: rewriter.fresh(`$b${id}`),
      skip: rewriter.fresh(`$c${id}`),
      returns: outer?.returns ?? rewriter.fresh(`$r${id}`),
      value: outer?.value ?? rewriter.fresh(`$v${id}`),
    }
    return {
      s,
      flags,
      jumps,
      back: returns(s.body),
      scoped,
      copies: scoped ? this.copies(s) : [],
      guardedUpdate: jumps && this.updatesOuter(s),
      obstacle: this.control.softObstacle([s.body, s.update, s.test], stateOffset(s)),
    }
  }

  /** Variables of the head that closures in the body capture get a copy per turn, as in JavaScript. */
  private copies(s: Node): string[] {
    const { names } = this.rewriter
    const ids: Node[] = s.init.declarations.flatMap((d: Node) => identifiers(d.id))
    const captured = ids.filter((id) => names.isCaptured(id, s.body))
    const assigned = new Set(names.assignedIn([s.body], s.body.start))
    for (const id of captured) {
      if (assigned.has(id.name)) this.rewriter.report("D209", id, "warning", id.name)
    }
    return captured.map((id) => id.name).filter((name) => !assigned.has(name))
  }

  private updatesOuter(s: Node): boolean {
    if (!s.update) return false
    const { names } = this.rewriter
    const own = new Set(names.assignedIn([s], s.start))
    return names.assignedIn([s.update], s.body.start).some((name) => own.has(name))
  }

  private warn({ s }: Plan): void {
    const changes = assigns(s.test) && !evidentlyPlain(s.test)
    if (changes) this.rewriter.report("D107", s.test, "warning")
  }

  private declareFlags({ flags, jumps, back }: Plan, outer: LoopFlags | undefined): void {
    const names = jumps ? [`${flags.stop} = false`] : []
    if (back && !outer) names.push(`${flags.returns} = false`, flags.value)
    if (names.length > 0) this.out.own(`let ${names.join(", ")}; `)
  }

  private head({ s }: Plan): void {
    const init = s.type === "ForStatement" ? s.init : undefined
    if (!init) return
    this.rewriter.discarded.add(init)
    this.rewriter.expression(init)
    this.out.own("; ")
  }

  private open({ s, obstacle, copies }: Plan) {
    const keyword = KEYWORD[s.type]!
    const isOf = s.type === "ForOfStatement"
    const isEndless = s.type === "ForStatement" && (!s.test || isTrue(s.test))
    const name = isOf ? "forOf" : isEndless ? "forever" : keyword
    const site = this.rewriter.site(s.test ?? s.right ?? { start: s.start, end: s.start + 3 })
    this.out.own(`${this.rewriter.library}.`)
    this.out.token(name, s.start, s.start + keyword.length)
    this.out.own(`(${site}, `)
    if (isOf) return this.openOf(s, obstacle)
    if (s.type === "DoWhileStatement") this.out.early(() => this.test(s.test, obstacle))
    else if (s.test) this.test(s.test, obstacle)
    else this.out.own("() => true")
    this.out.own(`, (${copies.join(", ")}) => {`)
  }

  private test(test: Node, obstacle: Obstacle | undefined) {
    const own: Obstacle = { code: "D107", at: test, detail: "" }
    const why = assigns(test) ? own : obstacle
    if (!why) return this.rewriter.thunk(test)
    this.out.own("() => ")
    this.control.condition(test, why)
  }

  /** A body that cannot be traced once for all slices gets them one by one. */
  private openOf(s: Node, obstacle: Obstacle | undefined) {
    const item = this.rewriter.fresh("$e")
    const { right, left } = s
    if (obstacle) this.rewriter.call("rows", right.start, right.start, [right], right)
    else this.rewriter.argument(right)
    this.out.own(", (")
    const declares = left.type === "VariableDeclaration"
    if (declares) this.rewriter.expression(left.declarations[0].id)
    else this.out.own(item)
    this.out.own(") => {")
    if (declares) return
    this.out.own(" ")
    this.rewriter.target(left)
    this.out.own(` = ${item};`)
  }

  private body({ s, flags, jumps }: Plan): void {
    if (jumps) this.out.own(` let ${flags.skip} = false;`)
    const context = jumps ? { loop: flags } : {}
    this.control.within(context, () => this.control.inner(s.body))
    this.out.own(" }")
  }

  /** The update; one that assigns outer variables must not run after a `break` that depends on a tensor. */
  private update({ s, flags, back, guardedUpdate }: Plan): void {
    this.rewriter.discarded.add(s.update)
    this.out.own("() => { ")
    if (guardedUpdate) {
      const { library } = this.rewriter
      const stops = back ? `${flags.stop}, ${flags.returns}` : flags.stop
      this.out.own(`${library}.if(${library}.none(${stops}), -1, () => { `)
    }
    this.rewriter.expression(s.update)
    this.out.own("; }")
    if (!guardedUpdate) return
    this.out.own(", () => {}")
    this.control.state([s.update], [], stateOffset(s))
    this.out.own("); }")
  }

  private loopState({ s, flags, jumps, back }: Plan): void {
    const names = jumps ? [flags.stop] : []
    if (back) names.push(flags.returns, flags.value)
    const isOf = s.type === "ForOfStatement"
    const assignsHead = isOf && s.left.type !== "VariableDeclaration"
    const parts: (Node | Absent)[] = assignsHead ? [s] : [s.body, s.update, s.test]
    if (!this.control.state(parts, names, stateOffset(s))) this.out.own(", undefined, undefined")
  }

  /** `stop`, `update` and `each`, as far as there are any. */
  private tail(plan: Plan): void {
    const { s, flags, jumps, back, copies, obstacle } = plan
    if (!jumps && !s.update && copies.length === 0) return
    this.out.own(", ")
    if (jumps) {
      const { library } = this.rewriter
      const stop = back ? `${library}.or(${flags.stop}, () => ${flags.returns}, -1)` : flags.stop
      this.out.own("() => ")
      this.control.condition(() => this.out.own(stop), obstacle)
    } else this.out.own("undefined")
    if (!s.update && copies.length === 0) return
    this.out.own(", ")
    if (s.update) this.update(plan)
    else this.out.own("undefined")
    if (copies.length > 0) this.out.own(`, () => [${copies.join(", ")}]`)
  }

  /** A `return` inside of an inner loop: the outer one guards what follows. */
  private afterInner({ s, scoped }: Plan, rest: readonly Node[]): boolean {
    if (scoped) this.out.own(" }")
    return this.control.guardRest(rest, s.end, true)
  }

  /** `return $d.cond(returned, site, () => value, () => { rest })`. */
  private afterOuter({ s, flags, scoped }: Plan, rest: readonly Node[]): boolean {
    const { library } = this.rewriter
    const returned = () => this.out.own(flags.returns)
    this.out.own(` return ${library}.cond(`)
    const moved = this.control.moved(rest)
    this.control.condition(returned, this.control.softObstacle(moved, s.start))
    this.out.own(`, ${this.rewriter.site(s)}, () => ${flags.value}, `)
    this.control.rest("() => {", rest, s.end)
    if (!this.control.state(moved, [], s.start)) this.out.own(", () => [], () => {}")
    this.out.own(scoped ? "); }" : ");")
    return true
  }
}

const isTrue = (test: Node): boolean => test.type === "BooleanLiteral" && test.value
/** Where the state of a loop is read: inside of the scope of its head. */
const stateOffset = (s: Node): number => (s.type === "ForOfStatement" ? s.start : s.body.start)

const KEYWORD: Readonly<Record<string, string>> = {
  WhileStatement: "while",
  DoWhileStatement: "do",
  ForStatement: "for",
  ForOfStatement: "for",
}
