/** @file What the passes before lowering did, for documents: roots and origins of the nodes that they made (D3.9, K5). */
import type { Graph, RewriteStep, Tensor } from "@defnote/core"
import type { Pass } from "../payload.ts"

/** The outputs of the program after each pass. */
export function outputsAfter(graph: Graph, steps: readonly RewriteStep[]): Tensor[][] {
  let outputs = [...graph.outputs]
  return steps.map((step) => {
    const became = new Map<Tensor, Tensor>()
    for (const [n, olds] of step.from) for (const old of olds) became.set(old, n)
    outputs = outputs.map((y) => became.get(y) ?? y)
    return outputs
  })
}

/** The node of the given program that a node was made for; undefined for nodes of the program itself. */
export function originAcross(steps: readonly RewriteStep[]): (n: Tensor) => Tensor | undefined {
  const from = new Map<Tensor, Tensor>()
  for (const step of steps) {
    for (const n of step.added) {
      const [old] = step.from.get(n) ?? []
      if (old) from.set(n, from.get(old) ?? old)
    }
  }
  return (n) => from.get(n)
}

/** Every node that the passes name beside those of the program. */
export const madeBy = (steps: readonly RewriteStep[]): Tensor[] =>
  steps.flatMap((step) => step.matches.flatMap((m) => [...m.in, ...m.out]))

/**
 * Columns of the passes over the numbers of a document; nodes that it does not show are left out.
 *
 * @param own rows of the program as it was given; they come first
 */
export function passColumns(
  steps: readonly RewriteStep[],
  outputs: readonly (readonly Tensor[])[],
  index: (n: Tensor) => number | undefined,
  own: number,
): Pass[] {
  const kept = new Set(steps.flatMap((step) => step.added))
  const inOrder = (nodes: readonly Tensor[]): number[] => [
    ...new Set(nodes.flatMap((n) => index(n) ?? [])),
  ]
  const numbers = (nodes: readonly Tensor[]): number[] => inOrder(nodes).sort((a, b) => a - b)
  return steps.map((step, k) => ({
    name: step.name,
    ms: Math.round(step.ms * 1000) / 1000,
    added: numbers(step.added),
    removed: numbers(step.removed),
    from: [...step.from].flatMap(([n, olds]) => {
      const at = index(n)
      return at === undefined ? [] : [[at, numbers(olds)] as const]
    }),
    matches: step.matches.map((m) => ({
      rule: m.rule,
      out: inOrder(m.out),
      in: inOrder(m.in),
    })),
    passing: numbers(
      step.matches.flatMap((m) => [...m.in, ...m.out].filter((n) => !kept.has(n))),
    ).filter((n) => n >= own),
    outputs: outputs[k].map((y) => index(y) ?? -1).filter((y) => y >= 0),
  }))
}
