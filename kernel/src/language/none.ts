/** @file The language service when there is none: every answer is "no checker". */
import type { Language } from "../host/ports.ts"

/** A language service that knows nothing. */
export function noLanguage(): Language {
  const nothing = () => Promise.resolve(undefined)
  return {
    check: nothing,
    commit() {},
    reset() {},
    complete: nothing,
    hover: nothing,
    signature: nothing,
    drafts: nothing,
    takeLoss: () => false,
    stop: () => Promise.resolve(),
  }
}
