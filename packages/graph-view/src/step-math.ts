/** @file The formulas of a step as LaTeX: names and numbers put into its template, coloured by role. Knows no DOM. */
import { floatOf, formatNumber, type TraceDoc, type TraceStep } from "@defnote/display"

/** Colours of the two directions, as the typesetter takes them: `#rrggbb`. */
export interface FormulaColours {
  readonly forward: string
  readonly backward: string
}

const SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉"
const SPECIAL = /[\\{}$&#^_%~]/g
const ESCAPED: Record<string, string> = { "\\": "\\backslash ", "^": "\\wedge ", "~": "\\sim " }

/** A name of the program: `t₁` and `w1` have an index, `b′` a prime, a word is upright. */
export function nameLatex(name: string): string {
  const match = /^([A-Za-z])(\d*|[₀-₉]*)(′*)$/.exec(name)
  if (match) {
    const index = match[2].replace(/[₀-₉]/g, (c) => String(SUBSCRIPT.indexOf(c)))
    return `${match[1]}${index ? `_{${index}}` : ""}${"'".repeat(match[3].length)}`
  }
  if (isNumber(name)) return numberLatex(floatOf(Number(name.replaceAll("−", "-"))))
  const primes = /′*$/.exec(name)?.[0].length ?? 0
  const safe = name.slice(0, name.length - primes).replace(SPECIAL, (c) => ESCAPED[c] ?? `\\${c}`)
  return `\\mathrm{${safe}}${"'".repeat(primes)}`
}
const isNumber = (name: string): boolean => /^−?[\d.]+(e−?\d+)?$/.test(name)

/** A number to three digits; a negative one in brackets, since it stands in a product. */
export function numberLatex(value: number): string {
  const text = formatNumber(value)
  if (!Number.isFinite(value)) return `\\mathrm{${text.replace("−", "-")}}`
  const plain = text.replaceAll("−", "-").replace(/e(-?\d+)$/, " \\times 10^{$1}")
  return value < 0 ? `(${plain})` : plain
}

const colour = (hex: string, latex: string): string => `{\\color{${hex}} ${latex}}`

/** What the placeholders of a template become. */
export type Slots = (slot: string) => string
/** A name that has an index already stands in brackets before another one. */
const fillSlots = (template: string, slots: Slots): string =>
  template.replace(/⟦(.)⟧(_?)/g, (_, slot: string, index: string) => indexed(slots(slot), index))
const indexed = (latex: string, index: string): string =>
  index && latex.includes("_") ? `(${latex})_` : `${latex}${index}`
/** Names may stand side by side, before a number there is a sign. */
const withSigns = (template: string, { names }: TraceStep): string =>
  template.replace(/\\, (?=(\d)|⟦(\d)⟧)/g, (space, digit: string, slot: string) =>
    digit || isNumber(names[Number(slot)] ?? "") ? "\\cdot " : space,
  )

/** Names in their colours: values blue, cotangents orange. */
function namesOf(step: TraceStep, colours: FormulaColours, result: string): Slots {
  const output = step.names[step.names.length - 1]
  return (slot) => {
    if (slot === "=") return result
    if (slot === "g") return colour(colours.backward, `\\partial ${nameLatex(output)}`)
    const name = slot === "y" ? output : (step.names[Number(slot)] ?? "?")
    return colour(colours.forward, nameLatex(name))
  }
}

/** `∂w` of a backward step, the output's name of a forward one. */
function resultOf(step: TraceStep, colours: FormulaColours): string {
  const { back, names } = step
  const name = nameLatex(names[back ? back.input : names.length - 1] ?? "?")
  return step.phase === "fwd"
    ? colour(colours.forward, name)
    : colour(colours.backward, `\\partial ${name}`)
}

/** The rule in parts that may stand below each other: of a backward step `T = X W`, then `⟹ ∂W = Xᵀ ∂T`; none where it has none. */
export function ruleLatex(doc: TraceDoc, step: TraceStep, colours: FormulaColours): string[] {
  if (!step.latex) return []
  const own = equation(step, colours)
  const forward = step.back && doc.steps.find((s) => !s.back && s.value === step.back?.output)
  return forward?.latex ? [equation(forward, colours), `\\Longrightarrow\\; ${own}`] : [own]
}
function equation(step: TraceStep, colours: FormulaColours): string {
  const result = resultOf(step, colours)
  const left = step.entry ? fillSlots(`⟦=⟧_{${step.entry}}`, () => result) : result
  const right = fillSlots(withSigns(step.latex ?? "", step), namesOf(step, colours, result))
  return `${left} = ${right}`
}

/** The rule entry by entry, `∂W_{ij} = Σ_n X_{ni} ∂T_{nj}`; "" where the step has none. */
export function indexLatex(step: TraceStep, colours: FormulaColours): string {
  if (!step.index) return ""
  return fillSlots(step.index, namesOf(step, colours, resultOf(step, colours)))
}

/** The rule with the numbers of one entry; "" where entries do not stand for themselves. */
export function numbersLatex(
  step: TraceStep,
  colours: FormulaColours,
  numbers: (slot: string) => number | undefined,
): string {
  const formula = step.written ?? (step.elementwise ? step.latex : undefined)
  if (!formula) return ""
  let known = true
  // Names may stand side by side, numbers need a sign between them.
  const template = formula.replaceAll("\\,", "\\cdot")
  const latex = fillSlots(template, (slot) => {
    const value = numbers(slot)
    if (value === undefined) known = false
    const hue = slot === "g" ? colours.backward : colours.forward
    return colour(hue, numberLatex(value ?? Number.NaN))
  })
  return known ? latex : ""
}
