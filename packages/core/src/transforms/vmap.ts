/** @file Batching of nodes and closed graphs. Most ops need no rule: the same node over one more leading axis (C1). */
import { type Graph, graphOf, postorder } from "../graph.ts"
import { make } from "../make.ts"
import type { Batched } from "../op.ts"
import { again } from "../ops/effect.ts"
import { broadcastTo, reshapeTo } from "../ops/move.ts"
import { elements, isElement } from "../ops/source.ts"
import { axesOf, type TensorType } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace, withTable } from "../trace.ts"

/** The type with a batch axis in front. */
export const batchType = (t: TensorType, size: number): TensorType => ({
  ...t,
  shape: [size, ...t.shape],
  ...(t.names ? { names: [null, ...t.names] } : {}),
})

/** An operand without the batch axis gets it by repetition, which is index arithmetic in a kernel. */
export function lead(x: Tensor, batched: boolean, size: number): Tensor {
  if (batched) return x
  return broadcastTo(reshapeTo(x, [{ size: 1 }, ...axesOf(x.type)]), [size, ...x.shape])
}

/** The default rule: attributes speak of the last axes, so operands only need equal leading ones. */
function trailing(
  n: Tensor,
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): Batched {
  const y = make(
    n.op,
    inputs.map((x, i) => lead(x, batched[i], size)),
    again(n),
  )
  return all(y, true)
}
const all = (y: Tensor, batched: boolean): Batched => ({
  outputs: elements(y),
  batched: y.types.map(() => batched),
})

/** What `outputs` are when `params` become `args`, of which those with a flag have a batch axis in front. */
export function batch(
  outputs: readonly Tensor[],
  params: readonly Tensor[],
  args: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): Batched {
  const env = new Map<Tensor, Batched>(
    params.map((p, i) => [p, { outputs: [args[i]], batched: [batched[i]] }]),
  )
  const get = (x: Tensor): [Tensor, boolean] => {
    const pick = isElement(x) && !env.has(x)
    const e = env.get(pick ? x.inputs[0] : x) as Batched
    const i = pick ? (x.attrs.i as number) : 0
    return [e.outputs[i], e.batched[i]]
  }
  for (const n of postorder(outputs, (n) => !env.has(n))) {
    if (env.has(n) || isElement(n)) continue
    const inputs = n.inputs.map(get)
    env.set(
      n,
      batchNode(
        n,
        inputs.map((x) => x[0]),
        inputs.map((x) => x[1]),
        size,
      ),
    )
  }
  carryNotes(env)
  const out = outputs.map(get)
  return { outputs: out.map((x) => x[0]), batched: out.map((x) => x[1]) }
}
/** Batched nodes stand where the nodes stood that they were made of. */
function carryNotes(env: ReadonlyMap<Tensor, Batched>): void {
  const notes = currentTrace()?.table.notes
  for (const [n, { outputs }] of env) {
    const to =
      isElement(outputs[0]) && outputs[0].inputs[0].op === n.op ? outputs[0].inputs[0] : outputs[0]
    if (to) notes?.carry(n, to, (d) => env.get(d)?.outputs[0] ?? d)
  }
}
function batchNode(
  n: Tensor,
  xs: readonly Tensor[],
  flags: readonly boolean[],
  size: number,
): Batched {
  if (flags.includes(true)) return (n.op.batch ?? trailing)(n, xs, flags, size)
  const same = xs.every((x, i) => x === n.inputs[i]) && !n.op.effect
  return all(same ? n : make(n.op, xs, again(n)), false)
}

/** The batched graph; `force` asks for these outputs to be batched even where they need not be. */
export function batchGraph(
  graph: Graph,
  batched: readonly boolean[],
  size: number,
  force: readonly boolean[] = [],
): { graph: Graph; batched: boolean[] } {
  const types = graph.inputs.map((p, i) => (batched[i] ? batchType(p.type, size) : p.type))
  let flags: boolean[] = []
  const build = (...x: Tensor[]): Tensor[] => {
    const y = batch([...graph.outputs, ...graph.effects], graph.inputs, x, batched, size)
    flags = graph.outputs.map((_, i) => y.batched[i] || (force[i] ?? false))
    return flags.map((f, i) => (f ? lead(y.outputs[i], y.batched[i], size) : y.outputs[i]))
  }
  return { graph: withTable(graph.table, () => graphOf(types, build)), batched: flags }
}
