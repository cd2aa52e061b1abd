/** @file The program before and after each pass: one document holds the nodes of all stages (K5). No layout, no paint. */
import type { GraphLike, Kernel, NodeColumns, Pass } from "../payload.ts"

/** A program at one stage, as a document of its own. */
export interface Stage {
  readonly doc: GraphLike
  /** The number in the whole document of each node of the stage. */
  readonly whole: readonly number[]
  /** The number in the stage of each node of the whole document; -1 for nodes of other stages. */
  readonly at: Int32Array
}

/** The program after the first `passes` passes; 0 is the program as it was traced. */
export function stageOf(doc: GraphLike, passes: number): Stage {
  const done = (doc.passes ?? []).slice(0, passes)
  const whole = nodesAfter(doc, done)
  const at = new Int32Array(doc.nodes.op.length).fill(-1)
  whole.forEach((n, i) => {
    at[n] = i
  })
  const became = successors(doc.nodes.op.length, done)
  const number = (n: number): number => (n < 0 ? -1 : at[became[n]])
  return { doc: reduced(doc, whole, number, done.at(-1)), whole, at }
}

/** Nodes of the stage, inputs first: a node that a pass made is numbered after all that it reads. */
function nodesAfter(doc: GraphLike, done: readonly Pass[]): number[] {
  const here = new Uint8Array(doc.nodes.op.length).fill(1)
  for (const pass of doc.passes ?? [])
    for (const n of [...pass.added, ...(pass.passing ?? [])]) here[n] = 0
  for (const pass of done) {
    for (const n of pass.removed) here[n] = 0
    for (const n of pass.added) here[n] = 1
  }
  return [...here.keys()].filter((n) => here[n])
}

/** What stands for each node after some passes: itself, or what replaced it. */
function successors(count: number, done: readonly Pass[]): Int32Array {
  const became = Int32Array.from({ length: count }, (_, n) => n)
  for (const pass of done) {
    const next = new Map(pass.from.flatMap(([n, olds]) => olds.map((old) => [old, n] as const)))
    const gone = new Set(pass.removed)
    became.forEach((now, n) => {
      if (gone.has(now)) became[n] = next.get(now) ?? now
    })
  }
  return became
}

function reduced(
  doc: GraphLike,
  whole: readonly number[],
  number: (n: number) => number,
  last: Pass | undefined,
): GraphLike {
  const known = (nodes: readonly number[]): number[] => nodes.map(number).filter((n) => n >= 0)
  const { passes: _passes, runs, view: _view, ...rest } = doc
  return {
    ...rest,
    nodes: columns(doc.nodes, whole, number),
    ...(doc.outputs ? { outputs: known(last?.outputs ?? doc.outputs) } : {}),
    residuals: doc.residuals.flatMap((r) => {
      const node = number(r.node)
      return node < 0 ? [] : [{ ...r, node, users: known(r.users) }]
    }),
    ...(doc.kernels && { kernels: doc.kernels.map((k) => renumbered(k, number)) }),
    // What a run says of nodes is said of the program that was traced; times are those of kernels.
    ...(runs && {
      runs: runs.map(({ id, device, kernelNs }) => ({ id, device, ...(kernelNs && { kernelNs }) })),
    }),
    ...(doc.memory && { memory: doc.memory.map((v) => ({ ...v, node: number(v.node) })) }),
    checks: [],
  }
}
function renumbered(kernel: Kernel, number: (n: number) => number): Kernel {
  return {
    ...kernel,
    nodes: [...new Set(kernel.nodes.map(number))].filter((n) => n >= 0),
    buffers: kernel.buffers?.map((b) => ({ ...b, node: number(b.node) })),
    lineNodes: kernel.lineNodes.flatMap(([line, n]) => {
      const at = number(n)
      return at < 0 ? [] : [[line, at] as const]
    }),
  }
}

/** Columns hold one entry per node; three of them hold numbers of nodes. */
function columns(
  nodes: NodeColumns,
  whole: readonly number[],
  number: (n: number) => number,
): NodeColumns {
  const picked = Object.fromEntries(
    Object.entries(nodes).map(([name, column]) => [
      name,
      (column as readonly unknown[] | undefined) && whole.map((n) => column[n]),
    ]),
  ) as unknown as NodeColumns
  return {
    ...picked,
    inputs: picked.inputs.map((inputs) => inputs.map(number)),
    ...(picked.dual && { dual: picked.dual.map(number) }),
    ...(picked.grad && { grad: picked.grad.map(number) }),
  }
}

/** Passes that did something, with their place in the document's list. */
export function changingPasses(
  doc: GraphLike,
): readonly { readonly pass: Pass; readonly at: number }[] {
  return (doc.passes ?? []).flatMap((pass, at) =>
    pass.matches.length || pass.added.length || pass.removed.length ? [{ pass, at }] : [],
  )
}
