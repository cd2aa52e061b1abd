/** @file How statements leave: jumps, early ends, and what keeps a statement from becoming an arrow function. */
import type { DiagnosticCode } from "./diagnostics.ts"
import type { Range } from "./scopes.ts"
import { type Absent, children, isFunction, isLoop, type Node } from "./tree.ts"

/** Why a statement cannot depend on a tensor. `at`: the place that an error names. */
export interface Obstacle {
  code: DiagnosticCode
  at: Range
  detail: string
}

/** The statements of a body, with or without braces. */
export const statements = (n: Node | Absent): Node[] =>
  !n ? [] : n.type === "BlockStatement" ? n.body : [n]

/** The jumps that leave `n`: `return` always, `break` and `continue` when their loop or switch is outside. */
export function exits(n: Node | Absent, inLoop = false, inSwitch = false): Node[] {
  if (!n || isFunction(n)) return []
  if (n.type === "ReturnStatement") return [n]
  if (n.type === "ContinueStatement") return n.label || !inLoop ? [n] : []
  if (n.type === "BreakStatement") return n.label || !(inLoop || inSwitch) ? [n] : []
  const loops = inLoop || isLoop(n)
  const switches = inSwitch || n.type === "SwitchStatement"
  return children(n).flatMap((c) => exits(c, loops, switches))
}

export const returns = (n: Node | Absent): boolean =>
  exits(n).some((x) => x.type === "ReturnStatement")

/** Whether control never comes out at the end. */
export function ends(n: Node | Absent): boolean {
  const last = statements(n).at(-1)
  if (!last) return false
  if (last.type === "BlockStatement") return ends(last)
  if (last.type === "IfStatement") return ends(last.consequent) && ends(last.alternate)
  return /^(Return|Throw|Break|Continue)Statement$/.test(last.type)
}

/** What cannot move into an arrow function at all: such a statement stays JavaScript. */
export function hardObstacle(n: Node | Absent): Obstacle | undefined {
  if (!n || isFunction(n)) return undefined
  const own = hardObstacleAt(n)
  if (own) return own
  for (const c of children(n)) {
    const inner = hardObstacle(c)
    if (inner) return inner
  }
  return undefined
}

const BARRIER: Readonly<Record<string, string>> = {
  SwitchStatement: "switch",
  TryStatement: "try",
  ForInStatement: "for...in",
  LabeledStatement: "a label",
}

function hardObstacleAt(n: Node): Obstacle | undefined {
  const found = (code: DiagnosticCode, detail: string) => ({ code, at: n, detail })
  if (n.type === "AwaitExpression") return found("D201", "`await`")
  if (n.type === "YieldExpression") return found("D201", "`yield`")
  if (n.type === "ForOfStatement" && n.await) return found("D201", "`for await`")
  if (n.type === "VariableDeclaration" && !/^(let|const)$/.test(n.kind)) {
    return found("D211", `\`${n.kind}\``)
  }
  if (/^(Break|Continue)Statement$/.test(n.type) && n.label) return found("D203", "")
  if (BARRIER[n.type] && exits(n).length > 0) {
    return found("D202", `a jump out of \`${BARRIER[n.type]}\``)
  }
  const hasLeavingBlock =
    n.type === "BlockStatement" &&
    n.body.some((s: Node) => s.type === "BlockStatement" && exits(s).length > 0)
  return hasLeavingBlock ? found("D204", "a jump out of a bare block") : undefined
}

/** The first `throw` or `try`, which may move but not depend on a tensor. */
export function findFailing(n: Node | Absent): Obstacle | undefined {
  if (!n || isFunction(n)) return undefined
  const code = FAILING[n.type]
  if (code) return { code, at: keywordOf(n), detail: "" }
  for (const c of children(n)) {
    const inner = findFailing(c)
    if (inner) return inner
  }
  return undefined
}

const FAILING: Readonly<Record<string, DiagnosticCode>> = {
  ThrowStatement: "D207",
  TryStatement: "D214",
}

/** The word that a statement begins with. */
export const keywordOf = (s: Node): Range => {
  const word = s.type.replace(/(Statement|Declaration)$/, "").toLowerCase()
  return { start: s.start, end: s.start + word.length }
}
