/** @file The source text behind a node, and the name of the call that made it. Knows no queries. */
import type { GraphLike } from "../payload.ts"

/** The source text of a location, or "". Offsets outside the stored text give "". */
export function locationText(doc: GraphLike, location: number): string {
  const loc = doc.locs[location]
  const source = loc && doc.sources[loc[0]]
  if (!source || loc[1] < 0 || loc[2] > source.text.length || loc[1] >= loc[2]) return ""
  return source.text.slice(loc[1], loc[2])
}

/** What a location calls: `matmul` of `x.matmul(w)`; "" when it is no call. */
export function callOf(doc: GraphLike, location: number): string {
  const text = locationText(doc, location)
  if (!text.endsWith(")")) return ""
  let depth = 0
  for (let i = text.length - 1; i >= 0; i--) {
    if (text[i] === ")") depth++
    else if (text[i] === "(" && --depth === 0) return /[\w$]+$/.exec(text.slice(0, i))?.[0] ?? ""
  }
  return ""
}
