/** @file `Math.f(x)` inside `defn`: JavaScript's for numbers, the function of that meaning for tensors (D5.5). */
import { isFloat } from "../dtype.ts"
import { asTensor, type Operand } from "../ops/align.ts"
import * as ops from "../ops/table.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { type Explain, LanguageError } from "./access.ts"

/** Given as many operands as the call has; further ones are left out, as JavaScript does. */
type Build = (a: Operand, b: Operand, ...rest: Operand[]) => Tensor
/** Any number of operands, as JavaScript has it. */
const folded =
  (f: (a: Operand, b: Operand) => Tensor): Build =>
  (...x) =>
    x.reduce((a, b) => f(a, b)) as Tensor

/** JavaScript rounds halves up, the tensor function away from zero (S5): `Math.round` means one thing in one function. */
function roundUp(x: Operand): Tensor {
  const t = asTensor(x)
  if (!isFloat(t.dtype)) return t
  const below = ops.floor(t)
  return ops.where(ops.greaterEqual(ops.subtract(t, below), 0.5), ops.add(below, 1), below)
}
const hypotenuse: Build = (...x) => (x.length > 1 ? folded(ops.hypot)(...x) : ops.abs(x[0]))

/** Every function of `Math` that means something for tensors. */
const MEANINGS: Readonly<Record<string, Build>> = {
  ...{ abs: ops.abs, sign: ops.sign, sqrt: ops.sqrt, cbrt: ops.cbrt, hypot: hypotenuse },
  ...{ floor: ops.floor, ceil: ops.ceil, trunc: ops.trunc, round: roundUp },
  ...{ exp: ops.exp, expm1: ops.expm1, log: ops.log, log1p: ops.log1p, log2: ops.log2 },
  ...{ log10: ops.log10, pow: ops.power, max: folded(ops.maximum), min: folded(ops.minimum) },
  ...{ sin: ops.sin, cos: ops.cos, tan: ops.tan, asin: ops.asin, acos: ops.acos, atan: ops.atan },
  ...{ atan2: ops.atan2, sinh: ops.sinh, cosh: ops.cosh, tanh: ops.tanh },
  ...{ asinh: ops.asinh, acosh: ops.acosh, atanh: ops.atanh },
  fround: (x) => ops.asType(asTensor(x), "f32"),
  f16round: (x) => ops.asType(asTensor(x), "f16"),
}

/** The members of `Math`; `explain` gives the sentence of a diagnostic. */
export function mathematics(explain: Explain): Readonly<Record<string, unknown>> {
  const refuse = (code: string, name: string): never => {
    throw new LanguageError(code, explain(code, `Math.${name}`), { site: currentTrace()?.site })
  }
  const dispatched = (name: string, native: (...x: unknown[]) => unknown) => {
    const build = Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined
    return (...x: unknown[]): unknown => {
      if (name === "random" && currentTrace()) return refuse("D104", name)
      if (!x.some(isTensor)) return native(...x)
      return build ? build(...(x as [Operand, Operand])) : refuse("D111", name)
    }
  }
  const members = Object.getOwnPropertyNames(Math).map((name) => {
    const own = Math[name as "abs"] as unknown
    return [name, typeof own === "function" ? dispatched(name, own as never) : own] as const
  })
  return Object.freeze(Object.fromEntries(members))
}
