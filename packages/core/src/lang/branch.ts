/** @file `if`, `?:`, `&&`, `||` and comparison chains under tensor conditions (D5.3). */

import { flatten } from "../container.ts"
import { ShapeError } from "../errors.ts"
import { graphOf, inline, postorder, traceGraph, transplant, typesOf } from "../graph.ts"
import { align, commonShape, commonType, type Operand } from "../ops/align.ts"
import { condNodes, makeCond } from "../ops/control.ts"
import { broadcastTo } from "../ops/move.ts"
import { isConstant } from "../ops/source.ts"
import * as ops from "../ops/table.ts"
import { asType } from "../ops/type.ts"
import { formatType, type Shape, sameShape } from "../shape.ts"
import { StaticNeeded } from "../static-needed.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { numbersBehind } from "../weak.ts"
import { merge, toType } from "./merge.ts"
import type { Places } from "./place.ts"

export type Get = () => readonly unknown[]
export type SetTo = (state: readonly unknown[]) => void

/** A traced number decides a branch: it becomes static, and the branch is JavaScript's (S3). */
export function asCondition(c: Tensor, what: string): Tensor {
  if (numbersBehind(c)) throw new StaticNeeded(c, what)
  return c.dtype === "bool" ? c : asType(c, "bool")
}

interface Branch {
  readonly result: unknown
  readonly state: readonly unknown[]
  readonly graph: ReturnType<typeof traceGraph>
}
/** Traces one branch on its own; what it made is only reached through its graph. */
function traceBranch(run: () => unknown, get: Get): Branch {
  let result: unknown
  let state: readonly unknown[] = []
  const graph = traceGraph([], () => {
    result = run()
    state = get()
    return flatten([result, state])
  })
  return { result, state, graph }
}
/**
 * A conditional node over the result and the state of both branches: only one runs.
 * @returns the merged result; the merged state is set
 */
function scalarBranch(
  c: Tensor,
  what: string,
  then: () => unknown,
  otherwise: () => unknown,
  get: Get = () => [],
  set: SetTo = () => {},
): unknown {
  const before = get()
  const yes = traceBranch(then, get)
  set(before)
  const no = traceBranch(otherwise, get)
  set(before)
  const { pairs, fill } = merge([yes.result, yes.state], [no.result, no.state], what)
  const side = (k: 0 | 1, branch: Branch) => (): Tensor[] => {
    const replayed = inline(branch.graph.graph, branch.graph.captured)
    const inner = new Map(
      flatten([branch.result, branch.state]).map((x, i) => [x, replayed[i]] as const),
    )
    return pairs.map(({ values, type }) => {
      const x = values[k]
      return toType(isTensor(x) ? (inner.get(x) ?? x) : x, type)
    })
  }
  const merged = fill(condNodes(c, side(0, yes), side(1, no))) as [unknown, readonly unknown[]]
  set(merged[1])
  return merged[0]
}

/** Element-wise nodes of shape `shape`, down to what is not element-wise: that part can be chosen lane by lane. */
const isLane = (n: Tensor, shape: Shape): boolean =>
  (n.op.family === "unary" ||
    n.op.family === "binary" ||
    n.op.family === "compare" ||
    n.op.family === "select") &&
  sameShape(n.shape, shape)

/**
 * The element-wise choice of two values. Its gradient chooses cotangents per lane (C7), so what the untaken branch
 * computes element by element cannot poison the result; what stands before the first other op is an operand.
 */
function lanes(c: Tensor, then: Operand, otherwise: Operand): Tensor {
  const dtype = commonType("?:", [then, otherwise], (d) => d)
  const shape = commonShape("?:", [c, then, otherwise])
  const [a, b] = align("?:", [then, otherwise], () => dtype).map((x) => broadcastTo(x, shape))
  const inside = postorder([a, b], (n) => isLane(n, shape))
  const operands = inside.filter((n) => !isLane(n, shape) && !isConstant(n))
  const branch = (y: Tensor) =>
    graphOf(typesOf(operands), (...p) => {
      const become = transplant([y], new Map(operands.map((x, i) => [x, p[i]])))
      return [become.get(y) as Tensor]
    })
  if (!operands.length || !operands.every((x) => sameShape(x.shape, shape)))
    return ops.where(c, a, b)
  return makeCond(broadcastTo(c, shape), operands, branch(a), branch(b))[0]
}

type Relation = "less" | "lessEqual" | "greater" | "greaterEqual"
const relation =
  (build: (a: Operand, b: Operand) => Tensor, native: (a: number, b: number) => boolean) =>
  (a: unknown, b: unknown): Tensor | boolean =>
    isTensor(a) || isTensor(b)
      ? build(a as Operand, b as Operand)
      : native(a as number, b as number)
const RELATIONS: Record<Relation, (a: unknown, b: unknown) => Tensor | boolean> = {
  less: relation(ops.less, (a, b) => a < b),
  lessEqual: relation(ops.lessEqual, (a, b) => a <= b),
  greater: relation(ops.greater, (a, b) => a > b),
  greaterEqual: relation(ops.greaterEqual, (a, b) => a >= b),
}

function scalarCondition(places: Places, c: Tensor, id: number): Tensor {
  if (c.rank === 0) return asCondition(c, "if")
  throw new ShapeError(`if: the condition is ${formatType(c.type)}; it must be a scalar`, {
    site: places.site(id),
    remedy:
      "Use `condition ? a : b` for a choice per element, or reduce it with .any() or .all(). Whether a tensor is there: `x !== undefined`.",
  })
}
/** `?:` on a tensor of any rank: both sides are computed, each pair of values is chosen lane by lane. */
function choose(
  places: Places,
  c: Tensor,
  id: number,
  then: () => unknown,
  otherwise: () => unknown,
): unknown {
  const [a, b] = [then(), otherwise()]
  places.moveTo(id)
  const { pairs, fill } = merge([a], [b], "?:")
  const chosen = pairs.map(({ values: [x, y] }) =>
    lanes(asType(c, "bool"), x as Operand, y as Operand),
  )
  return (fill(chosen) as [unknown])[0]
}
/** True where no flag is: plain flags decide at once. */
function none(flags: readonly unknown[]): unknown {
  if (flags.some((f) => !isTensor(f) && f)) return false
  const traced = flags.filter(isTensor)
  return traced.length ? ops.logicalNot(traced.reduce((a, b) => ops.logicalOr(a, b))) : true
}
function chain(names: readonly Relation[], values: readonly unknown[]): unknown {
  const parts: unknown[] = names.map((name, i) => RELATIONS[name](values[i], values[i + 1]))
  return parts.reduce((a, b) =>
    isTensor(a) || isTensor(b) ? ops.logicalAnd(a as Operand, b as Operand) : a && b,
  )
}

/** The conditions of `$d`; the order of their arguments is the rewriter's. */
export function branches(places: Places) {
  const joined = (
    join: (a: Tensor, b: Operand) => Tensor,
    a: Tensor,
    b: () => unknown,
    id: number,
  ): Tensor => {
    const other = b() as Operand
    places.moveTo(id)
    return join(a, other)
  }
  return {
    if(
      c: unknown,
      id: number,
      then: () => void,
      otherwise: () => void,
      get?: Get,
      set?: SetTo,
    ): void {
      if (isTensor(c)) {
        places.moveTo(id)
        scalarBranch(scalarCondition(places, c, id), "if", then, otherwise, get, set)
      } else if (c) then()
      else otherwise()
    },
    cond(
      c: unknown,
      id: number,
      then: () => unknown,
      otherwise: () => unknown,
      get?: Get,
      set?: SetTo,
    ): unknown {
      if (!isTensor(c)) return c ? then() : otherwise()
      places.moveTo(id)
      if (!get && c.rank) return choose(places, c, id, then, otherwise)
      return scalarBranch(
        scalarCondition(places, c, id),
        get ? "if" : "?:",
        then,
        otherwise,
        get,
        set,
      )
    },
    and: (a: unknown, b: () => unknown, id: number): unknown =>
      isTensor(a) ? joined(ops.logicalAnd, a, b, id) : a && b(),
    or: (a: unknown, b: () => unknown, id: number): unknown =>
      isTensor(a) ? joined(ops.logicalOr, a, b, id) : a || b(),
    none: (...flags: unknown[]): unknown => none(flags),
    chain(names: readonly Relation[], values: readonly unknown[], id: number): unknown {
      places.moveTo(id)
      return chain(names, values)
    },
  }
}
