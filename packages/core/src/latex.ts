/**
 * @file LaTeX of a graph, and of an op's derivative: the graph that its own rule builds, simplified and printed (D3.4),
 * or the formula that its declaration gives where that graph is an algorithm.
 */
import { postorder } from "./graph.ts"
import { make } from "./make.ts"
import type { Latex, Op } from "./op.ts"
import { freshParam, isConstant } from "./ops/source.ts"
import type { TensorType } from "./shape.ts"
import type { Attrs, Tensor } from "./tensor.ts"
import { InternTable, withTable } from "./trace.ts"

interface Printed {
  readonly level: number
  readonly text: string
}
const ATOM = 9
const PREFIX = 3
/** Formulas of more nodes than this are not for people; the graph is. */
const LIMIT = 60

/** Views that a formula leaves out: they only repeat elements, or give the same ones another shape. */
const isView = (n: Tensor): boolean =>
  n.op.family === "move" &&
  n.inputs.length === 1 &&
  n.op.linear === "each" &&
  n.size >= n.inputs[0].size &&
  !n.op.latex?.reorders

/** How strongly operand `k` must bind to stand without brackets. */
function needed({ level, operands }: Latex, k: number): number {
  const usual = level === ATOM ? 0 : level === PREFIX ? ATOM : level + Math.min(k, 1)
  return operands?.[k] ?? usual
}
const bracketed = (x: Printed, need: number): string => (x.level < need ? `(${x.text})` : x.text)

/** The formula of `root`, with `names` for what is known. Shared parts are printed where they are used. */
export function latexOf(root: Tensor, names: ReadonlyMap<Tensor, string>): string {
  const printed = new Map<Tensor, Printed>()
  for (const n of postorder([root], (n) => !names.has(n))) printed.set(n, print(n, names, printed))
  return (printed.get(root) as Printed).text
}
function print(
  n: Tensor,
  names: ReadonlyMap<Tensor, string>,
  printed: ReadonlyMap<Tensor, Printed>,
): Printed {
  const name = names.get(n)
  if (name !== undefined) return { level: ATOM, text: name }
  if (isConstant(n))
    return {
      level: Number(n.attrs.value) < 0 ? 1 : ATOM,
      text: String(Number(Number(n.attrs.value).toPrecision(6))),
    }
  const inputs = n.inputs.map((x) => printed.get(x) as Printed)
  if (isView(n) || isConversion(n)) return inputs[0]
  const latex = n.op.latex ?? {
    level: ATOM,
    print: (...x: string[]) => `\\operatorname{${n.op.name}}(${x.join(", ")})`,
  }
  if (latex.numberFirst && isConstant(n.inputs[1])) inputs.reverse()
  const text = latex.print(...inputs.map((x, k) => bracketed(x, needed(latex, k))))
  return { level: latex.level, text }
}
/** How many numbers, names and operations the formula of `root` is made of, each shared part once. */
export function formulaSize(root: Tensor, names: ReadonlyMap<Tensor, string>): number {
  const nodes = postorder([root], (n) => !names.has(n))
  return nodes.filter((n) => names.has(n) || !(isView(n) || isConversion(n))).length
}
/** A change of dtype means the same number. */
const isConversion = (n: Tensor): boolean =>
  n.op.family === "unary" &&
  n.inputs.length === 1 &&
  n.attrs.dtype !== undefined &&
  n.op.linear === "each"

/** What formulas call the inputs of an op, by their number. */
export const LETTERS: readonly (readonly string[])[] = [[], ["x"], ["a", "b"], ["c", "a", "b"]]

export interface DerivativeFormula {
  /** The input whose cotangent it gives. */
  readonly input: number
  /** The right-hand side, over the inputs' letters, the output `y` and its cotangent `\bar y`. */
  readonly latex: string
  /** The index on the left side, of a formula that is written entry by entry. */
  readonly at?: string
}

/** The derivative of an op at operands of these types, in adjoint form; nothing for an op without gradient. */
export function derivativeOf(
  op: Op,
  types: readonly TensorType[],
  attrs: Attrs = {},
): DerivativeFormula[] {
  const rule = op.vjp
  const letters = LETTERS[types.length]
  if ("flat" in rule || !letters?.length) return []
  return withTable(new InternTable(), () => {
    const inputs = types.map(freshParam)
    const y = make(op, inputs, attrs)
    // A normal form may have made another node; its rule is another rule.
    if (y.op !== op) return []
    const formula = op.formula?.(y)
    if (formula)
      return [{ input: 0, latex: formula.latex(letters[0], "y", "\\bar y"), at: formula.at }]
    if (y.types.length > 1) return []
    const g = freshParam(y.type)
    const names = new Map<Tensor, string>([
      ...inputs.map((x, i) => [x, letters[i]] as const),
      [y, "y"],
      [g, "\\bar y"],
    ])
    return rule([g], y).flatMap((bar, input) =>
      bar && postorder([bar], (n) => !names.has(n)).length <= LIMIT
        ? [{ input, latex: latexOf(bar, names) }]
        : [],
    )
  })
}

/** {@link derivativeOf} for a node. */
export const derivativeFormulas = (n: Tensor): DerivativeFormula[] =>
  derivativeOf(
    n.op,
    n.inputs.map((x) => x.type),
    n.attrs,
  )
