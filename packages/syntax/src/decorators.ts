/** @file What to write in place of a decorator: Node 20 has none, and the meaning of one is a call. */
import { children, type Node } from "./tree.ts"

/** Longer ones are not repeated. */
const LONGEST = 40

/**
 * The call that does what a decorator does, in the words of the text; undefined where there is none as short.
 *
 * @param owner what the decorator stands on: a class, or a member of `inside`
 */
export function withoutDecorator(
  code: string,
  decorator: Node,
  owner: Node,
  inside: Node | undefined,
): string | undefined {
  const { expression } = decorator
  const call = code.slice(expression.start, expression.end)
  if (call.length > LONGEST || call.includes("\n")) return undefined
  if (owner.type.startsWith("Class") && owner.body?.type === "ClassBody") {
    const name = owner.id?.name ?? "A"
    return `write \`const ${name} = ${call}(class ${name} { ... }, { kind: "class", name: "${name}" })\``
  }
  if (owner.type !== "ClassMethod" || owner.kind !== "method" || owner.computed) return undefined
  const target = `${inside?.id?.name ?? "A"}${owner.static ? "" : ".prototype"}.${owner.key.name}`
  return `write \`${target} = ${call}(${target}, { kind: "method", name: "${owner.key.name}" })\` behind the class`
}

/** The first decorator below a node, with what it stands on and the class around that. */
export function firstDecorator(
  n: Node,
  inside?: Node,
): [decorator: Node, owner: Node, inside: Node | undefined] | undefined {
  const [own] = n.decorators ?? []
  if (own) return [own, n, inside]
  const around = n.body?.type === "ClassBody" ? n : inside
  for (const child of children(n)) {
    const found = firstDecorator(child, around)
    if (found) return found
  }
  return undefined
}
