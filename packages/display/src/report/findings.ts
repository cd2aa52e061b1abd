/** @file What is wrong with a run that was inspected. */
import type { Finding, GraphLike, Trouble } from "../payload.ts"

/** Of the first run, worst first: the first one is what the verdict speaks of. */
export function findingsOf({ runs }: GraphLike): readonly (Finding | Trouble)[] {
  const { first = [], trouble = [] } = runs?.[0] ?? {}
  const wrong = trouble.filter(({ kind }) => kind === "wrong-rule")
  return [...wrong, ...first, ...trouble.filter((t) => !wrong.includes(t))]
}
