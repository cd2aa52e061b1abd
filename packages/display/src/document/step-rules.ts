/** @file The rule of one step as LaTeX and text templates: `⟦0⟧`, `⟦1⟧` are the operands, `⟦y⟧` the output, `⟦g⟧` its cotangent. */
import { formulaSize, latexOf, type Tensor } from "@defnote/core"
import type { LocalRule } from "@defnote/inspect"
import { productText } from "./contraction.ts"
import { mathText } from "./math-text.ts"

/** Right-hand side of a step in both spellings; `text` is for `fill`, with braces. */
export interface StepRule {
  readonly latex: string
  readonly text: string
  /** The rule was too large to be printed: it is written as the transposed Jacobian. */
  readonly general?: boolean
  /** The index on the left side of a rule that is written entry by entry. */
  readonly entry?: string
}

/** Formulas of more nodes are not for people. */
const LIMIT = 24
const slot = (name: string | number): string => `⟦${name}⟧`
const braces = (text: string): string => text.replace(/⟦(\w)⟧/g, "{$1}")
/** Names of the values that an entry takes as numbers; more are not for people. */
const PARTS = [..."abcdef"]

/** What the operation computes. */
export function forwardRule(n: Tensor): StepRule {
  const operands = n.inputs.map((_, i) => slot(i))
  const product = productOf(n, operands)
  if (product) return product
  const print = n.op.latex?.print ?? called(n.op.name)
  const latex = print(...operands)
  return { latex, text: braces(mathText(latex)) }
}
const called =
  (name: string) =>
  (...x: string[]): string =>
    `\\operatorname{${name}}(${x.join(", ")})`

/** What the operation sends to its operand `at`: printed from the graph that its own rule built. */
export function backwardRule(n: Tensor, rule: LocalRule, at: number): StepRule | undefined {
  const bar = rule.bars[at]
  if (!bar) return undefined
  const names = slotsOf(rule)
  const known = bar.inputs.map((x) => names.get(x))
  const product = known.every((x) => x !== undefined) ? productOf(bar, known) : undefined
  if (product) return product
  const formula = rule.cotangents.length === 1 ? n.op.formula?.(n) : undefined
  if (formula) {
    const latex = formula.latex(slot(0), slot("y"), slot("g"))
    return { latex, text: braces(mathText(latex)), entry: formula.at }
  }
  const several = rule.cotangents.length > 1 || rule.outputs.length > 1
  if (several || formulaSize(bar, names) > LIMIT) return general(n, at)
  const latex = latexOf(bar, names)
  return { latex, text: braces(mathText(latex)) }
}

const slotsOf = (rule: LocalRule): Map<Tensor, string> =>
  new Map<Tensor, string>([
    ...rule.inputs.map((x, i) => [x, slot(i)] as const),
    ...rule.outputs.slice(0, 1).map((y) => [y, slot("y")] as const),
    ...rule.cotangents.slice(0, 1).map((g) => [g, slot("g")] as const),
  ])

/** The formula of one entry over {@link PARTS}: what the rule sums or moves on the way is a number there. */
export function writtenRule(
  rule: LocalRule,
  at: number,
  parts: readonly Tensor[],
): string | undefined {
  const bar = rule.bars[at]
  if (!bar || !parts.length || parts.length > PARTS.length || rule.cotangents.length > 1)
    return undefined
  const names = slotsOf(rule)
  parts.forEach((n, i) => names.set(n, slot(PARTS[i])))
  return formulaSize(bar, names) > LIMIT ? undefined : latexOf(bar, names)
}

/** True of every rule: the transposed Jacobian, applied to the cotangent. */
function general(n: Tensor, at: number): StepRule {
  const by = n.inputs.length > 1 ? `_{${slot(at)}}` : ""
  return {
    latex: `J${by}(\\operatorname{${n.op.name}})^{\\top} \\, ${slot("g")}`,
    text: `Jᵀ(${n.op.name}) · {g}`,
    general: true,
  }
}

function productOf(n: Tensor, operands: readonly string[]): StepRule | undefined {
  const { spec } = n.attrs
  if (typeof spec !== "string" || operands.length !== 2) return undefined
  const pair = [operands[0], operands[1]] as const
  const latex = productText(spec, pair, { times: " \\, ", transposed: "^{\\top}" })
  const text = productText(spec, pair, { times: " · ", transposed: "ᵀ" })
  return latex && text ? { latex, text: braces(text) } : undefined
}

const RESULT = ["i", "j", "k", "l"]
const SUMMED = ["n", "m", "p", "q"]

/** A contraction entry by entry: `⟦=⟧_{ij} = \sum_n ⟦0⟧_{in} ⟦1⟧_{nj}`. */
export function indexForm(
  spec: string,
  of: number | "y",
  operands: readonly (number | "g")[],
): string | undefined {
  const [inputs, output] = spec.split("->")
  const labels = [...inputs.split(","), output]
  const at = (which: number | "y" | "g"): string =>
    labels[typeof which === "number" ? which : 2] ?? ""
  const free = [...at(of)]
  const summed = [...new Set(operands.flatMap((x) => [...at(x)]))].filter((c) => !free.includes(c))
  if (free.length > RESULT.length || summed.length > SUMMED.length) return undefined
  const letter = new Map([
    ...free.map((c, i) => [c, RESULT[i]] as const),
    ...summed.map((c, i) => [c, SUMMED[i]] as const),
  ])
  const indexed = (name: string, which: number | "y" | "g"): string => {
    const index = [...at(which)].map((c) => letter.get(c)).join("")
    return index ? `${slot(name)}_{${index}}` : slot(name)
  }
  const sum = summed.length ? `\\sum_{${summed.map((c) => letter.get(c)).join("")}} ` : ""
  const factors = operands.map((x) => indexed(String(x), x)).join(" \\, ")
  return `${indexed("=", of)} = ${sum}${factors}`
}
