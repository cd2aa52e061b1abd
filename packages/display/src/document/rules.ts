/** @file The derivative of each op as text and LaTeX, printed from the rule's own graph (D3.4). */
import { derivativeFormulas, type Op, type Tensor } from "@defnote/core"
import type { Rule } from "../payload.ts"
import { productText } from "./contraction.ts"
import { mathText } from "./math-text.ts"

/** What the printed formulas call the inputs, by their number. */
const LETTERS = [["x"], ["a", "b"], ["c", "a", "b"]] as const

/** A formula over letters as a template: `{g}`, `{y}`, `{0}`. */
function template(latex: string, letters: readonly string[]): string {
  const marked = latex
    .replace(/\\bar y/g, "⟦g⟧")
    .replace(/(?<![\\\w])([a-z])(?![\w])/g, (whole, c: string) => {
      const i = letters.indexOf(c)
      return i >= 0 ? `⟦${i}⟧` : c === "y" ? "⟦y⟧" : whole
    })
  return mathText(marked).replace(/⟦(\w)⟧/g, "{$1}")
}

/** One rule per differentiable input of the node's op. */
export function rulesOf(n: Tensor): Rule[] {
  const letters = LETTERS[n.inputs.length - 1] ?? []
  return derivativeFormulas(n).map(({ input, latex }) => ({
    id: ruleId(n.op, n, input),
    latex: `\\bar ${letters[input] ?? "x"} = ${latex}`,
    text: template(latex, letters),
    input,
  }))
}
export const ruleId = (op: Op, n: Tensor, input: number): string =>
  `${op.name}/${n.inputs.length}.${input}`

/**
 * The rule of a product of matrices, with the transposes that this derivative has; undefined where it
 * is no such product.
 *
 * @param forward the product
 * @param n the derivative by input `given`: a contraction of the cotangent with the other input
 */
export function productRule(forward: Tensor, n: Tensor, given: number): Rule | undefined {
  const { spec } = n.attrs
  if (typeof spec !== "string" || n.inputs.length !== 2) return undefined
  const other = 1 - given
  const at = n.inputs.indexOf(forward.inputs[other])
  if (at < 0) return undefined
  const write = (g: string, x: string, times: string, transposed: string) =>
    productText(spec, at === 0 ? [x, g] : [g, x], { times, transposed })
  const text = write("{g}", `{${other}}`, " · ", "ᵀ")
  const latex = write("\\bar y", LETTERS[1][other], " ", "^{\\top}")
  if (!text || !latex) return undefined
  const id = `${ruleId(forward.op, forward, given)}/${spec}`
  return { id, latex: `\\bar ${LETTERS[1][given]} = ${latex}`, text, input: given }
}

/** How the op is written, with `{0}`, `{1}` for its inputs. */
export function notationOf(op: Op, inputs: number): string | undefined {
  if (!op.latex) return undefined
  const printed = op.latex.print(...Array.from({ length: inputs }, (_, i) => `⟦${i}⟧`))
  return mathText(printed).replace(/⟦(\w)⟧/g, "{$1}")
}
