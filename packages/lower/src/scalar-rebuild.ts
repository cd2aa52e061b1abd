/** @file Generic walks over scalar expressions: rebuilding one over other arguments, order, dependencies. */
import { scalarInstructions as s } from "@defnote/core"

export type Scalar = s.Scalar

type Build = (...args: Scalar[]) => Scalar
const BUILD: Partial<Record<s.Instruction, Build>> = {
  add: s.add,
  sub: s.sub,
  mul: s.mul,
  div: s.div,
  fma: s.fma,
  neg: s.neg,
  abs: s.abs,
  min: s.min,
  max: s.max,
  floor: s.floor,
  ceil: s.ceil,
  trunc: s.trunc,
  roundEven: s.roundEven,
  sqrt: s.sqrt,
  quotient: s.quotient,
  remainder: s.remainder,
  mulHigh: s.mulHigh,
  and: s.and,
  or: s.or,
  xor: s.xor,
  not: s.not,
  shiftLeft: s.shiftLeft,
  shiftRight: s.shiftRight,
  countLeadingZeros: s.countLeadingZeros,
  popCount: s.popCount,
  less: s.less,
  lessEqual: s.lessEqual,
  equal: s.equal,
  select: s.select,
}

/** The same instruction of other arguments; `e` itself when they are its own. */
export function rebuildScalar(e: Scalar, args: readonly Scalar[]): Scalar {
  if (args.every((a, i) => a === e.args[i])) return e
  if (e.op === "load") return s.load(e.dtype, Number(e.value), args[0])
  if (e.op === "bitcast") return s.bitcast(args[0], e.dtype)
  if (e.op === "convert") return s.convert(args[0], e.dtype)
  const build = BUILD[e.op]
  if (!build) throw new Error(`internal: the instruction ${e.op} cannot be rebuilt`)
  return build(...args)
}

/** The expressions that `roots` need, arguments first, each once; not below those that `enter` refuses. Iterative. */
export function order(
  roots: readonly Scalar[],
  enter: (e: Scalar) => boolean = () => true,
): Scalar[] {
  const seen = new Set<Scalar>()
  const out: Scalar[] = []
  const stack: [Scalar, number][] = []
  const push = (e: Scalar): void => {
    if (seen.has(e) || !enter(e)) return
    seen.add(e)
    stack.push([e, 0])
  }
  for (const root of roots) {
    push(root)
    while (stack.length) {
      const top = stack[stack.length - 1]
      const next = top[0].args[top[1]++]
      if (next) push(next)
      else {
        out.push(top[0])
        stack.pop()
      }
    }
  }
  return out
}

/** Replaces leaves: what `replace` gives for an expression stands in its place. */
export function replaceScalars(root: Scalar, replace: (e: Scalar) => Scalar | undefined): Scalar {
  const done = new Map<Scalar, Scalar>()
  for (const e of order([root])) {
    done.set(
      e,
      replace(e) ??
        rebuildScalar(
          e,
          e.args.map((a) => done.get(a) as Scalar),
        ),
    )
  }
  return done.get(root) as Scalar
}

/** Whether two small expressions are the same, also when the table of expressions was renewed between them. */
export function sameScalar(a: Scalar, b: Scalar): boolean {
  if (a === b) return true
  if (a.op !== b.op || a.dtype !== b.dtype || !Object.is(a.value, b.value)) return false
  return a.args.length === b.args.length && a.args.every((x, i) => sameScalar(x, b.args[i]))
}
