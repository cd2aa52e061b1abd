/**
 * @file The effect behind `{checks: true}` (S6): looks at values while the program runs and refuses some. Also the check of
 * computed indices, which must be made where the call says what an index outside means.
 */
import { CheckError } from "../errors.ts"
import { make } from "../make.ts"
import type { Op, Values } from "../op.ts"
import { snippet } from "../provenance.ts"
import { formatSite, type Site } from "../source.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { declare } from "./declare.ts"
import { nextSerial } from "./effect.ts"

/** What a check refuses: gives the message for values that it finds, else nothing. */
export type Refuse = (values: readonly Values[], node: Tensor) => string | undefined

let serial = 0
/** Where a check stands and what it looks for; an attribute of the effect, told from others by its number. */
export class Check {
  readonly id = serial++
  readonly op: string
  readonly site: Site | undefined
  /** The node whose value is looked at. */
  readonly node: Tensor | undefined
  readonly #refuse: Refuse
  constructor(op: string, site: Site | undefined, node: Tensor | undefined, refuse: Refuse) {
    this.op = op
    this.site = site
    this.node = node
    this.#refuse = refuse
  }
  /** @throws CheckError */
  look(values: readonly Values[], node: Tensor): void {
    const message = this.#refuse(values, node)
    if (message === undefined) return
    const { op, site } = this
    const text = site && snippet(site)
    const place = text ? `\n  in ${text} at ${formatSite(site)}` : ""
    throw new CheckError(`${op}: ${message}${place}`, { op, site, node: this.node })
  }
  toJSON(): string {
    return this.op
  }
}
export const checkOp: Op = declare({
  name: "check",
  family: "effect",
  effect: true,
  type: ([t]) => [t],
  vjp: { flat: "an effect is not on the data path" },
  evaluate: (x, n) => {
    ;(n.attrs.check as Check).look(x, n)
    return [x[0]]
  },
})
export const checkNode = (inputs: readonly Tensor[], check: Check): Tensor =>
  make(checkOp, inputs, { check, serial: nextSerial() })

/** The index of position `at` in a shape, as `[1, 2]`. */
export function indexText(at: number, shape: readonly number[]): string {
  const index: number[] = []
  for (const size of [...shape].reverse()) {
    index.unshift(at % size)
    at = Math.floor(at / size)
  }
  return `[${index.join(", ")}]`
}
/**
 * With `{checks: true}`, refuses elements of `index` outside 0 to the limit, which is a limit for each position of the last
 * axis, or one for all.
 */
export function checkIndices(op: string, index: Tensor, limits: readonly number[]): void {
  const trace = currentTrace()
  if (!trace?.asked.checks || index.size === 0) return
  const refuse: Refuse = ([values], { inputs: [{ shape }] }) => {
    for (let k = 0; k < values.length; k++) {
      const [i, limit] = [Number(values[k]), limits[k % limits.length]]
      if (i >= 0 && i <= limit) continue
      const where = shape.length ? `the index at ${indexText(k, shape)}` : "the index"
      return `${where} is ${i}; checks allow 0 to ${limit} here`
    }
    return undefined
  }
  checkNode([index], new Check(op, trace.site, undefined, refuse))
}
