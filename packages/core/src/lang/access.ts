/** @file Properties and elements: `x[i]`, assignments that tensors refuse (S13), and what must stay plain. */
import { DefnoteError } from "../errors.ts"
import * as ops from "../ops/table.ts"
import { snippet } from "../provenance.ts"
import { isTensor } from "../tensor.ts"
import { needNumber } from "../weak.ts"
import type { Places } from "./place.ts"

/** A construct that has no meaning for tensors; the code is the heading in docs/errors.md. */
export class LanguageError extends DefnoteError {
  readonly diagnostic: string
  constructor(
    diagnostic: string,
    message: string,
    details: ConstructorParameters<typeof DefnoteError>[1],
  ) {
    super(`${diagnostic}: ${message}`, { ...details, code: diagnostic })
    this.diagnostic = diagnostic
  }
}
/** The sentence for a code and the text of the expression that it concerns. */
export type Explain = (code: string, text: string | undefined) => string
// biome-ignore lint/suspicious/noExplicitAny: JavaScript's property access takes anything
type Any = any

export function access(places: Places, explain: Explain) {
  const refuse = (code: string, id: number): never => {
    const site = places.site(id)
    throw new LanguageError(code, explain(code, site && snippet(site)), { site })
  }
  const modify = (
    target: Any,
    key: Any,
    change: (old: unknown) => unknown,
    id: number,
    wantsOld?: boolean,
  ): unknown => {
    if (isTensor(target)) return refuse("D108", id)
    const old = target[key]
    const next = change(old)
    target[key] = next
    return wantsOld ? numeric(old) : next
  }
  const numeric = (x: unknown): unknown => (isTensor(x) || typeof x === "bigint" ? x : Number(x))
  const at = (target: Any, ...keysThenSite: unknown[]): unknown => {
    const id = keysThenSite.pop() as number
    if (isTensor(target)) {
      const [key] = keysThenSite
      if (typeof key === "string" || typeof key === "symbol") return target[key as never]
      places.moveTo(id)
      return ops.at(target, ...(keysThenSite as number[]))
    }
    if (keysThenSite.length > 1) return refuse("D109", id)
    const [key] = keysThenSite
    return target[isTensor(key) ? needNumber(key, "an array index") : (key as PropertyKey)]
  }
  return {
    at,
    maybeAt: (target: Any, key: () => unknown, id: number): unknown =>
      target === undefined || target === null ? undefined : at(target, key(), id),
    setAt: (target: Any, key: Any, value: unknown, id: number): unknown => {
      if (isTensor(target)) return refuse("D108", id)
      target[key] = value
      return value
    },
    deleteAt: (target: Any, key: Any, id: number): boolean =>
      isTensor(target) ? refuse("D108", id) : Reflect.deleteProperty(target, key),
    modify,
    numeric,
    first: <T>(old: T): T => old,
    plain: <T>(value: T, code: string, id: number): T =>
      isTensor(value) ? refuse(code, id) : value,
    site: (id: number): readonly [] => places.mark(id),
  }
}
