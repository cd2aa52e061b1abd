/** @file How ops are written in LaTeX: binding strengths and the usual forms. */
import type { Latex } from "../op.ts"

/** An infix sign that binds like a sum. */
export const sum = (sign: string): Latex => ({ level: 1, print: (a, b) => `${a} ${sign} ${b}` })
/** An infix sign that binds like a product. */
export const product = (sign: string): Latex => ({ level: 2, print: (a, b) => `${a} ${sign} ${b}` })
/** A prefix: `\ln x`. */
export const prefix = (name: string): Latex => ({ level: 3, print: (x) => `${name} ${x}` })
/** A prefix of a word that LaTeX has no command for. */
export const word = (name: string): Latex => prefix(`\\operatorname{${name}}`)
/** A base with what stands at its upper right, which needs no brackets. */
export const raised = (print: Latex["print"], operands: readonly number[] = [9, 0]): Latex => ({
  level: 8,
  operands,
  print,
})
/** A function of several arguments, or a form with its own brackets. */
export const atom = (print: Latex["print"]): Latex => ({ level: 9, print })
/** A name with its arguments in brackets. */
export const called = (name: string): Latex =>
  atom((...x) => `\\operatorname{${name}}(${x.join(", ")})`)
/** A relation in Iverson brackets: 1 where it holds. */
export const relation = (sign: string): Latex => atom((a, b) => `[${a} ${sign} ${b}]`)
