/** @file Names of values as identifiers of TypeScript: the user's where they can be, distinct, no reserved word. */
import type { GraphLike } from "../payload.ts"

const RESERVED = new Set(
  "arguments await break case catch class const continue debugger default defn delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null of package private protected public return static super switch this throw true try typeof undefined var void while with yield Tensor NaN Infinity".split(
    " ",
  ),
)

/** Identifiers of all nodes. Names that a call in the text uses as a function are left to the function. */
export function identifiers(doc: GraphLike): string[] {
  const taken = new Set(RESERVED)
  for (const { code } of doc.ops ?? [])
    for (const [, name] of (code ?? "").matchAll(/\b([a-zA-Z]\w*)\(/g)) taken.add(name)
  for (const name of ["cond", "scan", "whileLoop"]) taken.add(name)
  return doc.nodes.op.map((_, n) => {
    const given = (doc.strings[doc.nodes.name?.[n] ?? -1] ?? "")
      .replace(/[^A-Za-z0-9_$]+/g, "_")
      .replace(/^_+|_+$/g, "")
    const base = /^[A-Za-z_$]/.test(given) ? given : `t${n}`
    let name = base
    for (let i = 2; taken.has(name); i++) name = `${base}_${i}`
    taken.add(name)
    return name
  })
}

/** The name of the exported function: the last word of the title. */
export function programName(doc: GraphLike): string {
  const word = (doc.title ?? "").match(/[A-Za-z_$][\w$]*/g)?.at(-1) ?? "program"
  return RESERVED.has(word) ? "program" : word
}
