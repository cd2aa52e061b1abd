/** @file What the user wrote for a node and for its operands, from places in source and from names of inputs. */
import {
  isConstant,
  isParam,
  type Notes,
  type Program,
  type Site,
  type Tensor,
} from "@defnote/core"
import { inputName, parameterNames, variableOf } from "./names.ts"

/** The part of a program that names come from. */
export type Named = Pick<Program, "graph" | "inputPaths">
type AnyFunction = (...x: never[]) => unknown

const same = (a: Site | undefined, b: Site | undefined): boolean =>
  a !== undefined && a.module === b?.module && a.from === b.from && a.to === b.to

/** The text of a site on one line. */
export const textOfSite = (site: Site | undefined): string | undefined =>
  site?.module.text?.slice(site.from, site.to).replace(/\s+/g, " ")

/** Position of the bracket that closes or opens at `at`, walking by `step`. */
function partner(text: string, at: number, step: 1 | -1): number {
  let depth = 0
  for (let i = at; i >= 0 && i < text.length; i += step) {
    if ("([{".includes(text[i])) depth += step
    else if (")]}".includes(text[i])) depth -= step
    if (depth === 0) return i
  }
  return -1
}
/** Calls `see` with each character outside brackets and its position. */
function outside(text: string, see: (i: number) => void): void {
  for (let i = 0; i < text.length; i++) {
    if ("([{".includes(text[i])) {
      const end = partner(text, i, 1)
      if (end < 0) return
      i = end
    } else see(i)
  }
}
/** Parts between separators that stand outside brackets. */
function splitAt(text: string, separator: string): string[] {
  const cuts: number[] = []
  outside(text, (i) => {
    if (text.startsWith(separator, i)) cuts.push(i)
  })
  return [0, ...cuts.map((i) => i + separator.length)].map((from, k) =>
    text.slice(from, cuts[k] ?? text.length).trim(),
  )
}

/** Operators from the weakest to the strongest; the last of one strength binds last. */
const OPERATORS = [[" < ", " > ", " <= ", " >= "], [" + ", " - "], [" * ", " / ", " % "], [" ** "]]
/** Operands as they stand in the text of a call or of an operator: `a.f(b)`, `f(a, b)`, `a / b`. */
export function operandsIn(text: string): string[] {
  for (const group of OPERATORS) {
    let cut = -1
    outside(text, (i) => {
      if (group.some((o) => text.startsWith(o, i) && !text.startsWith(" ** ", i - 1))) cut = i
    })
    if (cut > 0) return [text.slice(0, cut), text.slice(cut).replace(/^ \S+ /, "")]
  }
  const open = text.endsWith(")") ? partner(text, text.length - 1, -1) : -1
  if (open <= 0) return []
  const args = splitAt(text.slice(open + 1, -1), ",").filter((a) => a)
  const method = /^(.+)\.[A-Za-z_$][\w$]*$/s.exec(text.slice(0, open))
  return method && method[1] !== "Math" ? [method[1], ...args] : args
}

/** Whether a text keeps together when something is written beside it. */
function holdsTogether(text: string): boolean {
  let whole = true
  outside(text, (i) => {
    if (/[\s+\-*/%?:<>=&|!,]/.test(text[i])) whole = false
  })
  return whole
}

const isNumber = (text: string | undefined): boolean => text !== "" && Number.isFinite(Number(text))

/** Texts of the nodes of one graph. */
export class Expressions {
  readonly #notes: Notes
  readonly #inputs = new Map<Tensor, string>()
  /** For the nodes of graphs inside: an equal parameter there is another value, and has no name. */
  readonly inside: Expressions
  constructor({ graph, inputPaths }: Named, original?: AnyFunction) {
    this.#notes = graph.table.notes
    const parameters = original ? parameterNames(original) : []
    graph.inputs.forEach((p, i) => {
      const name = inputName(inputPaths[i] ?? "", parameters)
      if (name) this.#inputs.set(p, name)
    })
    this.inside = graph.inputs.length
      ? new Expressions({ graph: { ...graph, inputs: [] }, inputPaths: [] })
      : this
  }
  /** Where a node is written; of a derivative node that has no place of its own, its forward node's. */
  siteOf(n: Tensor): Site | undefined {
    const own = this.#notes.sites.get(n)?.[0]
    const forward = this.#notes.dual.get(n)
    return own ?? (forward && forward !== n ? this.siteOf(forward) : undefined)
  }
  /** The expression of a node, or the name of an input; its op's name where neither is known. */
  of(n: Tensor): string {
    return this.#inputs.get(n) ?? textOfSite(this.siteOf(n)) ?? n.op.name
  }
  /** A short text for the value of a node: a variable, a parameter, a number, an expression. */
  #value(n: Tensor, around: Site | undefined): string | undefined {
    if (isParam(n)) return this.#inputs.get(n)
    if (isConstant(n)) return numberText(n)
    const sites = this.#notes.sites.get(n) ?? []
    for (const site of sites) {
      const name = variableOf(site)
      if (name && !same(site, around)) return name
    }
    const [site] = sites
    if (site && !same(site, around)) return textOfSite(site)
    // Made on the way, such as a broadcast: what it is made of.
    return n.inputs.length ? this.#value(n.inputs[0], around) : undefined
  }
  /** Operand `k` as the user wrote it; undefined where it is not known. */
  operand(n: Tensor, k: number): string | undefined {
    const site = this.siteOf(n)
    const x = n.inputs[k]
    return (x && this.#value(x, site)) ?? operandsIn(textOfSite(site) ?? "")[k]
  }
  /** Fills `{0}`, `{1}` and `{0.0}`, the operand of an operand; undefined where one of them is not known. */
  fill(template: string, n: Tensor): string | undefined {
    let known = true
    const text = template.replace(/\{(\d)(?:\.(\d))?\}/g, (all, k: string, inner?: string) => {
      const operand =
        inner === undefined
          ? this.operand(n, Number(k))
          : n.inputs[Number(k)] && this.operand(n.inputs[Number(k)], Number(inner))
      if (operand === undefined) known = false
      const whole =
        all === template || holdsTogether(operand ?? "") || (k > "0" && isNumber(operand))
      return whole ? String(operand) : `(${operand})`
    })
    return known ? text : undefined
  }
}

/** Digits that tell one f32 from every other. */
const DIGITS = 9
/** A constant as somebody may have written it: an f32 in as few digits as give it again. */
function numberText({ dtype, attrs: { value } }: Tensor): string {
  if (dtype !== "f32" || typeof value !== "number" || !Number.isFinite(value)) return String(value)
  let short = value
  for (let digits = 1; digits <= DIGITS; digits++) {
    short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) break
  }
  return String(short)
}
