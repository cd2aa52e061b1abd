/**
 * @file Lowers what JavaScript of 2022 does not have and the stripping of types does not lower: namespaces with values,
 * `using` and `await using`. Lines stay. It knows no types, and nothing of the language of `defn`.
 */
import { Edits } from "./edits.ts"
import { Namespaces } from "./lowering_namespaces.ts"
import { Resources } from "./lowering_using.ts"
import { children, isTypeOnly, type Node } from "./tree.ts"

/** The text without namespaces that hold values and without `using`; the same text where there are none. */
export function lower(text: string, tree: Node): string {
  const edits = new Edits(text)
  const namespaces = new Namespaces(edits)
  const resources = new Resources(edits)
  const visit = (n: Node): void => {
    if (n.declare || isTypeOnly(n)) return
    namespaces.enter(n)
    resources.enter(n)
    for (const c of children(n)) visit(c)
    resources.leave(n)
    namespaces.leave(n)
  }
  visit(tree)
  resources.finish(tree)
  return edits.list.length > 0 ? edits.apply() : text
}
