/** @file Which place in source a row lights, where equal operations of several loops are one node. */
import type { Notes, Site, Tensor } from "@defnote/core"
import type { Inner } from "./context.ts"

/** The last place of a node; inside a loop or a branch the first one behind where that is written. */
export function siteIn(n: Tensor, inner: Inner | undefined, notes: Notes): Site | undefined {
  const sites = notes.sites.get(n)
  if (!sites || sites.length < 2) return sites?.[0]
  const around = holderSite(inner, notes)
  const behind = sites.filter((s) => around?.module === s.module && s.from >= around.from)
  const nearest = behind.sort((a, b) => a.from - b.from || b.to - a.to)[0]
  return nearest ?? sites.at(-1)
}
/** Where the loop, the branch or the block around a part is written. */
function holderSite(inner: Inner | undefined, notes: Notes): Site | undefined {
  for (let part = inner; part; part = part.parent)
    if (part.node) return siteIn(part.node, part.parent, notes)
  return undefined
}
