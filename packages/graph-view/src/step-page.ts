/** @file What one step shows: its rule, the tensors that take part, one entry written out, the sum over uses. */
import {
  entryName,
  formatNumber,
  type Term,
  type TraceDoc,
  type TraceNumbers,
  type TraceStep,
  termsOf,
} from "@defnote/display"
import { element } from "./dom.ts"
import { differenceMark, differenceNotes } from "./step-difference.ts"
import { type FormulaColours, indexLatex, numbersLatex, ruleLatex } from "./step-math.ts"
import { type MatrixOptions, matrix } from "./step-matrix.ts"
import type { PageTheme } from "./theme.ts"
import type { Translate } from "./view.ts"

/** What a page needs beyond its step. */
export interface PageContext {
  readonly doc: TraceDoc
  readonly numbers: TraceNumbers
  readonly theme: PageTheme
  readonly translate: Translate
  /** Puts a typeset formula, or its text, into a new element. */
  readonly formula: (latex: string, text: string) => HTMLElement
  readonly entry: number
  readonly pick: (at: number) => void
  /** The rule is not shown before somebody asks for it. */
  readonly hidesRule: boolean
  /** An entry that is still to be predicted. */
  readonly isHidden: (entry: number) => boolean
}

/** Products that are written out before the middle is left out. */
const TERMS = 8

export const coloursOf = (theme: PageTheme): FormulaColours => ({
  forward: theme.colours.fwd,
  backward: theme.colours.bwd,
})

/** The parts of a page, top to bottom. */
export function pageOf(step: TraceStep, context: PageContext): HTMLElement[] {
  const terms = termsOf(step, context.entry, context.numbers)
  const hidden = context.isHidden(context.entry)
  const parts = [
    ruleLine(step, context),
    figures(step, terms, context),
    hidden ? null : entryLines(step, terms, context),
    hidden ? null : usesStrip(step, context),
  ]
  return parts.filter((part) => part !== null)
}

function ruleLine(step: TraceStep, context: PageContext): HTMLElement {
  const { doc, theme, formula, hidesRule, translate: t } = context
  const colours = coloursOf(theme)
  const row = element("div", "dn-step-rule", {}, element("span", "dn-mute", {}, t("rule")))
  const parts = ruleLatex(doc, step, colours)
  // Where nothing is typeset the text says it all.
  const formulas = parts.map((latex, i) => formula(latex, i === parts.length - 1 ? step.text : ""))
  if (hidesRule) row.append(element("span", "dn-mute", {}, t("hidden; the second hint shows it")))
  else {
    row.append(...(parts.length ? formulas : [formula("", step.text)]))
    const index = indexLatex(step, colours)
    if (index) row.append(formula(index, ""))
  }
  if (step.inside) row.append(element("span", "dn-mute", {}, step.inside))
  const box = element("div", "dn-step-top", {}, row)
  if (step.phase !== "fwd") box.append(legend(doc, step, t))
  return box
}
function legend(doc: TraceDoc, step: TraceStep, t: Translate): HTMLElement {
  const loss = doc.steps.find((s) => s.value === doc.loss)?.label ?? "loss"
  const name = step.label.replace(/^∂/, "")
  return element(
    "p",
    "dn-mute",
    {},
    t("%1 stands for ∂%2/∂%3.", step.label, loss, name),
    " ",
    element("span", "dn-fwd", {}, t("Blue")),
    ` ${t("was computed forward,")} `,
    element("span", "dn-bwd", {}, t("orange")),
    ` ${t("came up from below.")}`,
  )
}

const lit = (
  terms: readonly Term[] | undefined,
  side: "leftAt" | "rightAt",
): Set<number> | undefined =>
  terms && new Set(terms.map((term) => term[side]).filter((at) => at >= 0))

/** Tensors with signs between them: factors, then the result. */
function figures(
  step: TraceStep,
  terms: readonly Term[] | undefined,
  context: PageContext,
): HTMLElement {
  const row = element("div", "dn-step-figures")
  const parts = step.back ? backwardFigures(step, terms) : forwardFigures(step, terms)
  const { doc, numbers, theme, translate: t, entry, pick, isHidden } = context
  const show = (part: Figure, more: Partial<MatrixOptions> = {}): HTMLElement =>
    matrix(
      {
        name: part.name,
        role: part.role,
        shape: doc.values[part.value].shape,
        values: numbers.of(part.value),
        summary: doc.values[part.value].summary,
        transposed: part.transposed,
        lit: part.lit,
        ...more,
      },
      theme,
      t,
    )
  const sign = (text: string): HTMLElement =>
    element("span", "dn-step-sign", { "aria-hidden": true }, text)
  // A sign stays with what follows it when the line is full.
  parts.forEach((part, i) => {
    const factor = show(part)
    row.append(i ? element("div", "dn-step-factor", {}, sign(part.sign), factor) : factor)
  })
  const result = {
    name: step.label,
    role: step.phase === "fwd" ? "fwd" : "bwd",
    value: step.value,
  } as const
  const figure = show({ ...result, sign: "" }, { chosen: entry, pick, hidden: isHidden })
  figure.classList.add("dn-step-result")
  row.append(parts.length ? element("div", "dn-step-factor", {}, sign("="), figure) : figure)
  return row
}

interface Figure {
  readonly name: string
  readonly role: "fwd" | "bwd"
  readonly value: number
  /** What stands before it. */
  readonly sign: string
  readonly transposed?: boolean
  readonly lit?: ReadonlySet<number>
}

function forwardFigures(step: TraceStep, terms: readonly Term[] | undefined): Figure[] {
  const sign = signOf(step)
  return step.operands.map((value, i) => ({
    name: step.names[i],
    role: "fwd",
    value,
    sign,
    lit: terms && lit(terms, i === 0 ? "leftAt" : "rightAt"),
  }))
}

/** What stands between two operands where the rule says it, else a comma. */
function signOf({ spec, latex = "" }: TraceStep): string {
  if (spec) return "·"
  const infix =
    /^⟦0⟧ (\S+) ⟦1⟧$/.exec(latex)?.[1] ?? (/^\\frac\{⟦0⟧\}\{⟦1⟧\}$/.test(latex) ? "/" : "")
  return SIGNS[infix] ?? ","
}
const SIGNS: Readonly<Record<string, string>> = { "\\,": "×", "+": "+", "-": "−", "/": "÷" }

function backwardFigures(step: TraceStep, terms: readonly Term[] | undefined): Figure[] {
  const back = step.back as NonNullable<TraceStep["back"]>
  const { jacobian } = back
  const output = step.names[step.names.length - 1]
  const upstream: Figure = {
    name: `∂${output}`,
    role: "bwd",
    value: back.upstream,
    sign: "×",
    lit: lit(terms, "leftAt"),
  }
  if (jacobian.kind === "diagonal" && jacobian.value !== undefined) {
    const name = `∂${output}/∂${step.names[back.input]}`
    const local: Figure = {
      name,
      role: "fwd",
      value: jacobian.value,
      sign: "×",
      lit: lit(terms, "rightAt"),
    }
    return [upstream, local]
  }
  if (jacobian.kind !== "contraction" || !jacobian.spec) return [upstream]
  const other = 1 - back.input
  const factor: Figure = {
    name: step.names[other],
    role: "fwd",
    value: step.operands[other],
    sign: "·",
    lit: lit(terms, "rightAt"),
  }
  return inOrder(jacobian.spec, back.input, { ...upstream, sign: "·" }, factor, isTurned(step))
}

/** The upstream factor stands on the right, as in `xᵀ · ∂t`. */
function isTurned({ back }: TraceStep): boolean {
  const { kind, spec } = back?.jacobian ?? {}
  if (!back || kind !== "contraction" || !spec) return false
  const labels = spec.split(/,|->/)
  const [first] = labels[back.input]
  return first !== undefined && !labels[2].includes(first)
}

/** Factors of a product of matrices in its order, turned as the rule turns them. */
function inOrder(
  spec: string,
  input: number,
  upstream: Figure,
  factor: Figure,
  turned: boolean,
): Figure[] {
  const labels = spec.split(/,|->/)
  const target = labels[input]
  const pair = [
    { figure: upstream, axes: labels[2] },
    { figure: factor, axes: labels[1 - input] },
  ]
  if (turned) pair.reverse()
  return pair.map(({ figure, axes }, i) => {
    const outer = i === 0 ? target[0] : target.at(-1)
    const stands = i === 0 ? axes[0] : axes.at(-1)
    const transposed = axes.length === 2 && target.length === 2 && stands !== outer
    return { ...figure, transposed }
  })
}

/** One entry: the rule with its numbers, then every product, then the sum and the finite difference. */
function entryLines(
  step: TraceStep,
  terms: readonly Term[] | undefined,
  context: PageContext,
): HTMLElement {
  const { doc, numbers, theme, entry, formula, translate: t } = context
  const values = numbers.of(step.value)
  const shape = doc.values[step.value].shape
  const box = element("div", "dn-step-entry dn-code")
  if (!values) return box
  const name = element("strong", "", {}, `${entryName(step.label, entry, shape)} =`)
  const at = (slot: string): number | undefined => numberAt(step, slot, entry, numbers)
  const substituted = numbersLatex(step, coloursOf(theme), at)
  const line = element("div", "dn-step-line-1", {}, name, " ")
  if (substituted) line.append(formula(substituted, ""), " = ")
  else if (terms?.length) line.append(...products(terms, step), " = ")
  line.append(element("strong", "", {}, formatNumber(values[entry])))
  box.append(line)
  if (step.back) {
    if (substituted && terms?.length)
      box.append(
        element(
          "div",
          "dn-step-line-2",
          {},
          t("upstream × local"),
          " = ",
          ...products(terms, step),
        ),
      )
    else if (!terms && step.back.jacobian.why)
      box.append(
        element(
          "p",
          "dn-mute",
          {},
          t("Its terms are not written out: %1.", step.back.jacobian.why),
        ),
      )
    if (step.back.uses === 1) {
      line.append(" ", ...differenceMark(step, context))
      box.append(...differenceNotes(step, context))
    }
  }
  return box
}

/** The right-hand side of the chosen entry with its numbers, and without what they come to. */
export function writtenOut(step: TraceStep, context: PageContext): readonly (Node | string)[] {
  const { numbers, theme, entry, formula, translate: t } = context
  const at = (slot: string): number | undefined => numberAt(step, slot, entry, numbers)
  const substituted = numbersLatex(step, coloursOf(theme), at)
  if (substituted) return [formula(substituted, "")]
  const terms = termsOf(step, entry, numbers)
  if (terms?.length) return products(terms, step)
  return [
    terms
      ? t("nothing goes back to this entry.")
      : t("its numbers are too many to be written out."),
  ]
}

/** The number of an entry in one slot of the rule; a scalar stands for every entry. */
function numberAt(
  step: TraceStep,
  slot: string,
  at: number,
  numbers: TraceNumbers,
): number | undefined {
  const part = "abcdef".indexOf(slot)
  const value =
    slot === "g"
      ? step.back?.upstream
      : slot === "y"
        ? (step.back?.output ?? step.value)
        : part >= 0
          ? step.parts?.[part]
          : step.operands[Number(slot)]
  const all = numbers.of(value)
  return all?.[all.length === 1 ? 0 : at]
}

function products(terms: readonly Term[], step: TraceStep): (HTMLElement | string)[] {
  const signed = (v: number): string => (v < 0 ? `(${formatNumber(v)})` : formatNumber(v))
  const left = step.back ? "dn-bwd" : "dn-fwd"
  const one = (term: Term): (HTMLElement | string)[] => {
    const factors = [
      element("span", left, {}, signed(term.left)),
      "·",
      element("span", "dn-fwd", {}, signed(term.right)),
    ]
    return isTurned(step) ? factors.reverse() : factors
  }
  const cut = terms.length > TERMS
  const shown = cut ? [...terms.slice(0, TERMS - 2), ...terms.slice(-1)] : terms
  return shown.flatMap((term, i) => {
    const gap = cut && i === TERMS - 2 ? [` + … ${terms.length - TERMS + 1} more …`] : []
    return [...gap, i ? " + " : "", ...one(term)]
  })
}

/** The sum over the uses of a value, written out; null for a single use. */
function usesStrip(step: TraceStep, context: PageContext): HTMLElement | null {
  const { back } = step
  if (!back || back.uses < 2) return null
  const { doc, numbers, entry, translate: t } = context
  const name = step.label.replace(/^∂/, "")
  const shape = doc.values[step.value].shape
  const parts = back.terms.map((v) => numbers.of(v)?.[entry])
  const total = numbers.of(back.sum)?.[entry]
  if (total === undefined || parts.some((p) => p === undefined)) return null
  const sum = parts.flatMap((p, i) => [
    i ? " + " : "",
    element(
      "span",
      "dn-bwd",
      {},
      (p as number) < 0 ? `(${formatNumber(p as number)})` : formatNumber(p as number),
    ),
  ])
  const missing = back.uses - back.use
  const line = element(
    "div",
    "dn-code",
    {},
    element("strong", "", {}, `${entryName(step.label, entry, shape)} = `),
    ...sum,
    " = ",
    element("strong", "", {}, formatNumber(total)),
    missing
      ? ` ${missing === 1 ? t("so far; 1 use is to come") : t("so far; %1 uses are to come", missing)}`
      : "",
    " ",
    ...(missing ? [] : differenceMark(step, context)),
  )
  return element(
    "div",
    "dn-step-uses",
    {},
    element("h4", "", {}, t("Why a sum? %1 is used %2 times", name, back.uses)),
    element(
      "p",
      "dn-mute",
      {},
      t("Each use sends back its share, and the shares add up. This is use %1.", back.use),
    ),
    line,
    ...(missing ? [] : differenceNotes(step, context)),
  )
}
